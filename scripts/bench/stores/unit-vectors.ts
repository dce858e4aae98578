/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The vector of a number: random, of length 1, the same in every process. */
export function unitVector(number: number, dimensions: number): Float32Array {
  const random = seeded(Math.imul(number + 1, 0x9e3779b1));
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let at = 0; at < dimensions; at += 1) {
    // Three uniform numbers are near enough to a normal one, so that no direction is preferred.
    const value = random() + random() + random() - 1.5;
    vector[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  for (let at = 0; at < dimensions; at += 1) vector[at] = (vector[at] ?? 0) / length;
  return vector;
}

/** The vector of a query; never one of a row. */
export function queryVector(number: number, dimensions: number): Float32Array {
  return unitVector(-2 - number, dimensions);
}
