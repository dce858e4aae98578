import { MalformedReplyError } from '../contracts/errors/provider-errors.ts';

/** What a reply must fit. */
interface VectorExpectation {
  readonly provider: string;
  readonly model: string;
  readonly count: number;
  /** Known length of a vector; without it all must have one length. */
  readonly dimensions?: number;
}

/**
 * Checks each vector of a reply: as many as texts, of the expected length, of finite numbers, not all zero. A wrong length is told
 * with its likely cause: base64 decoded by mistake has a quarter of the length.
 */
export function checkVectors(vectors: readonly unknown[], expected: VectorExpectation): Float32Array[] {
  const fail = (text: string): never => {
    throw new MalformedReplyError(`${expected.provider}: ${text}`, {
      provider: expected.provider,
      model: expected.model,
    });
  };
  if (vectors.length !== expected.count) {
    fail(`${vectors.length} vectors for ${expected.count} texts; the batch is useless, ask again`);
  }
  const first = vectors[0];
  const length = expected.dimensions ?? (Array.isArray(first) ? first.length : 0);
  return vectors.map((vector, position) => {
    if (!Array.isArray(vector)) return fail(`no vector for text ${position + 1}; the server left it out`);
    if (vector.length !== length || length === 0) {
      const isQuarter = vector.length * 4 === length;
      fail(
        `vector ${position + 1} has ${vector.length} numbers instead of ${length}${isQuarter ? ', a quarter: base64 read as floats' : ''}; check the model`,
      );
    }
    const numbers = vector as unknown[];
    if (!numbers.every((value) => typeof value === 'number' && Number.isFinite(value))) {
      fail(`vector ${position + 1} holds something else than finite numbers; restart the server or split the text`);
    }
    if (numbers.every((value) => value === 0)) {
      fail(`vector ${position + 1} is all zeros; the model is no embedding model`);
    }
    return Float32Array.from(numbers as number[]);
  });
}

/** A vector this near to length one counts as normalised: servers send six or more digits of each number. */
const UNIT_TOLERANCE = 1e-3;

/** Length of a vector, in double precision; no number where it holds one that is none. */
export function normOf(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

/** What makes a vector useless among those of so many numbers, in words; undefined for a good one. */
export function faultOfVector(vector: Float32Array, dimensions: number): string | undefined {
  if (vector.length !== dimensions) return `${vector.length} long`;
  const norm = normOf(vector);
  return Number.isFinite(norm) && norm > 0 ? undefined : 'not finite, or zero';
}

/** True for a vector whose length is 1 as near as what is stored must be; false for one that holds what is no number. */
export function isUnit(vector: Float32Array): boolean {
  return Math.abs(normOf(vector) ** 2 - 1) < UNIT_TOLERANCE;
}

/** Cosine of two runs of numbers of one length; 0 where one of them is all zeros. */
export function cosineOf(one: Float32Array, other: Float32Array): number {
  let dot = 0;
  let squares = 0;
  let otherSquares = 0;
  for (let at = 0; at < one.length; at += 1) {
    const left = one[at]!;
    const right = other[at]!;
    dot += left * right;
    squares += left * left;
    otherSquares += right * right;
  }
  const norm = Math.sqrt(squares * otherSquares);
  return norm === 0 ? 0 : dot / norm;
}

/** The vector made exactly one long; a vector of zeros stays as it is. */
export function unitVector(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** The vector made one long; a vector that already is stays the same object. */
export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return Math.abs(length - 1) < UNIT_TOLERANCE ? vector : vector.map((value) => value / length);
}

/** The first numbers of a vector, made one long again: what a model trained for shorter lengths means by them. */
export function cutVector(vector: Float32Array, dimensions: number): Float32Array {
  return vector.length === dimensions ? vector : toUnit(vector.slice(0, dimensions));
}
