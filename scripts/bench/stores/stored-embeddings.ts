import { createHash } from 'node:crypto';
import { Embeddings } from '@langchain/core/embeddings';
import type { EmbeddingSpace, EmbedOptions, SpaceBoundEmbeddings, TokenCounts } from '../../../src/index.ts';
import { spaceOf } from '../../../src/embeddings/space.ts';
import { queryVector, unitVector } from './unit-vectors.ts';

/** The text of a query of the bench. */
export function queryText(number: number): string {
  return `query ${number}`;
}

function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0);
}

/** The space of the vectors of a bench. */
export function benchSpace(dimensions: number): EmbeddingSpace {
  const record = {
    name: 'random-unit-vectors',
    pooling: 'mean' as const,
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    quantization: 'none',
    shorterDimensions: [],
  };
  return { ...spaceOf(record, dimensions), spaceId: '5a5a5a5a-0000-4000-8000-000000000001' };
}

/** Embeddings that cost nothing: random unit vectors, queries made ready before; so that only the store is measured. */
export class StoredEmbeddings extends Embeddings implements SpaceBoundEmbeddings {
  readonly space: EmbeddingSpace;
  readonly limits = { inputs: 64, tokensPerInput: 256, tokensPerRequest: 16_384 };
  readonly locality = 'local';
  readonly isStandIn = false;
  readonly #queries = new Map<string, Float32Array>();

  constructor(dimensions: number, queries = 0) {
    super({ maxRetries: 0 });
    this.space = benchSpace(dimensions);
    for (let at = 0; at < queries; at += 1) this.#queries.set(queryText(at), queryVector(at, dimensions));
  }

  embed(texts: readonly string[], { onProgress }: EmbedOptions): Promise<readonly Float32Array[]> {
    onProgress?.(texts.length, texts.length);
    const { dimensions } = this.space;
    return Promise.resolve(texts.map((text) => this.#queries.get(text) ?? unitVector(numberOf(text), dimensions)));
  }

  usdOf(): number {
    return 0;
  }

  countTokens(texts: readonly string[]): Promise<TokenCounts> {
    return Promise.resolve({ counts: texts.map((text) => Math.ceil(text.length / 4) + 2), precision: 'exact' });
  }

  forget(): void {}

  override async embedDocuments(texts: string[]): Promise<number[][]> {
    const vectors = await this.embed(texts, { role: 'document', signal: new AbortController().signal });
    return vectors.map((vector) => [...vector]);
  }

  override async embedQuery(text: string): Promise<number[]> {
    const [vector = []] = await this.embedDocuments([text]);
    return [...vector];
  }
}
