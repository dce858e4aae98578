/** Where a vector carries the id of its space; invisible to whoever lists or copies its numbers. */
const SPACE_ID = Symbol('spaceId');

/** A vector that names its space; an array of numbers is none, so that vectors of two spaces cannot meet by mistake. */
export type SpaceVector = number[] & { readonly [SPACE_ID]: string };

/** Names the space of a vector: for whoever made it with a model of that space. */
export function toSpaceVector(vector: ArrayLike<number>, spaceId: string): SpaceVector {
  const named = Array.from(vector);
  Object.defineProperty(named, SPACE_ID, { value: spaceId });
  return named as SpaceVector;
}

/** The space a vector names; undefined for plain numbers. */
export function spaceIdOf(vector: readonly number[]): string | undefined {
  return (vector as Partial<SpaceVector>)[SPACE_ID];
}
