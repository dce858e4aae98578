import { Embeddings } from '@langchain/core/embeddings';
import type { EmbeddingSpace, EmbedOptions, SpaceBoundEmbeddings, TokenCounts } from '../../../src/index.ts';

/** Embeddings of a space that knows no prefixes, from this machine and for nothing. */
export abstract class FreeEmbeddings extends Embeddings implements SpaceBoundEmbeddings {
  readonly space: EmbeddingSpace;
  readonly locality = 'local';
  readonly isStandIn: boolean;
  abstract readonly limits: SpaceBoundEmbeddings['limits'];

  constructor(space: EmbeddingSpace, isStandIn = false) {
    super({ maxRetries: 0 });
    this.space = space;
    this.isStandIn = isStandIn;
  }

  abstract embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>;
  abstract countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts>;

  usdOf(): number {
    return 0;
  }

  /** Nothing is forgotten. */
  forget(): void {}

  override async embedDocuments(texts: string[]): Promise<number[][]> {
    const vectors = await this.embed(texts, { role: 'document', signal: new AbortController().signal });
    return vectors.map((vector) => [...vector]);
  }

  override async embedQuery(text: string): Promise<number[]> {
    return (await this.embedDocuments([text]))[0]!;
  }
}
