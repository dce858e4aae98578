/** A vector this near to length one counts as normalised: servers send six or more digits of each number. */
const UNIT_TOLERANCE = 1e-3;

/** The vector made one long; a vector that already is stays the same object. */
export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return Math.abs(length - 1) < UNIT_TOLERANCE ? vector : vector.map((value) => value / length);
}

/** The first numbers of a vector, made one long again: what a model trained for shorter lengths means by them. */
export function cutVector(vector: Float32Array, dimensions: number): Float32Array {
  return vector.length === dimensions ? vector : toUnit(vector.slice(0, dimensions));
}
