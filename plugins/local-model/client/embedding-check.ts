import { MalformedReplyError } from 'wooster';
import type { RawEmbeddings } from './dialects/dialect.ts';

/** What a reply must fit. */
interface EmbeddingExpectation {
  readonly provider: string;
  readonly model: string;
  readonly count: number;
  /** Known length of a vector; without it all must have one length. */
  readonly dimensions?: number;
}

/**
 * Checks each vector: as many as texts, of the expected length, of finite numbers, not all zero. A wrong length is told
 * with its likely cause: base64 decoded by mistake has a quarter of the length.
 */
export function checkEmbeddings(raw: RawEmbeddings, expected: EmbeddingExpectation): Float32Array[] {
  const fail = (text: string): never => {
    throw new MalformedReplyError(`${expected.provider}: ${text}`, {
      provider: expected.provider,
      model: expected.model,
    });
  };
  if (raw.vectors.length !== expected.count) {
    fail(`${raw.vectors.length} vectors for ${expected.count} texts; the batch is useless, ask again`);
  }
  const first = raw.vectors[0];
  const length = expected.dimensions ?? (Array.isArray(first) ? first.length : 0);
  return raw.vectors.map((vector, position) => {
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
