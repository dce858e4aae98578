import type { EmbedOptions, SpaceBoundEmbeddings, TokenCounts } from '../../../src/index.ts';
import { FreeEmbeddings } from '../migration/free-embeddings.ts';

const LIMITS = { inputs: 64, tokensPerInput: 256, tokensPerRequest: 64 * 256 };

/** What a model made of each text so far. */
export type KeptVectors = Map<string, Float32Array>;

/** Embeddings that ask a model once for each text, however many stores hold it; the spaces here know no prefixes. */
export class KeptEmbeddings extends FreeEmbeddings {
  readonly limits = LIMITS;
  readonly #model: SpaceBoundEmbeddings;
  readonly #kept: KeptVectors;

  constructor(model: SpaceBoundEmbeddings, kept: KeptVectors, isStandIn = false) {
    super(model.space, isStandIn);
    this.#model = model;
    this.#kept = kept;
  }

  async embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    const fresh = [...new Set(texts)].filter((text) => !this.#kept.has(text));
    const vectors = await this.#model.embed(fresh, options);
    for (const [at, text] of fresh.entries()) this.#kept.set(text, vectors[at]!);
    // Copies: a store hands its vectors over to its worker.
    return texts.map((text) => this.#kept.get(text)!.slice());
  }

  countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts> {
    return this.#model.countTokens(texts, signal);
  }
}
