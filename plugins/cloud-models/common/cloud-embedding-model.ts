import {
  CallClock,
  checkVectors,
  ContextTooLongError,
  estimateTokens,
  leastTokens,
  ProviderRejectedError,
  spaceOf,
  toUnit,
  type EmbeddingCall,
  type EmbeddingLimits,
  type EmbeddingModel,
  type EmbeddingResult,
  type EmbeddingRole,
  type EmbeddingSpace,
  type TokenCounts,
} from 'wooster';
import { translateCallError, type Place } from './call-faults.ts';

/** One request for vectors. */
export interface VectorRequest {
  readonly texts: readonly string[];
  readonly role: EmbeddingRole;
  /** Asked for only where it is not the model's own length. */
  readonly dimensions?: number;
  readonly signal: AbortSignal;
}

/** What came back, in the order of the texts and unchecked. */
export interface VectorReply {
  readonly vectors: readonly unknown[];
  readonly inputTokens?: number;
  readonly costUsd?: number;
}

/** What one cloud's embeddings do differently. */
interface EmbeddingWire {
  readonly limits: EmbeddingLimits;
  send(request: VectorRequest): Promise<VectorReply>;
  /** Tokens of a text, where the cloud reads a part of a long one without a word. */
  count?(text: string, signal: AbortSignal): Promise<number>;
}

/** One attempt's embedding model. */
interface EmbeddingFields {
  readonly place: Place & { readonly model: string };
  readonly call: EmbeddingCall;
  readonly wire: EmbeddingWire;
}

/** One embedding model of a cloud within our limits. Every vector is checked, and no text is read in part. */
class CloudEmbeddingModel implements EmbeddingModel {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  readonly #fields: EmbeddingFields;

  constructor(fields: EmbeddingFields, dimensions: number) {
    const { embedder } = fields.call;
    const { limits } = fields.wire;
    this.#fields = fields;
    this.space = spaceOf(embedder, dimensions);
    const tokensPerInput = Math.min(embedder.maxTokens ?? Infinity, limits.tokensPerInput);
    this.limits = { ...limits, tokensPerInput };
  }

  async embed(texts: readonly string[], role: EmbeddingRole, signal: AbortSignal): Promise<EmbeddingResult> {
    const { spaceId, queryPrefix, documentPrefix, isNormalized, dimensions } = this.space;
    if (texts.length === 0) return { spaceId, vectors: [] };
    const { provider, model } = this.#fields.place;
    const { inputs } = this.limits;
    if (texts.length > inputs) {
      const text = `${provider}: ${texts.length} texts in one request to ${model}, which takes ${inputs}; send batches`;
      throw new ProviderRejectedError(text, { provider, model });
    }
    const prefix = role === 'query' ? queryPrefix : documentPrefix;
    const written = prefix === '' ? texts : texts.map((text) => prefix + text);
    const reply = await this.#request(written, role, signal);
    const vectors = checkVectors(reply.vectors, { provider, model, count: texts.length, dimensions });
    const { inputTokens, costUsd } = reply;
    return {
      spaceId,
      vectors: isNormalized ? vectors.map(toUnit) : vectors,
      inputTokens,
      ...(costUsd !== undefined && { costUsd }),
    };
  }

  /** The length of the vector of one short text. */
  async learnDimensions(): Promise<number> {
    const { place, call } = this.#fields;
    const { vectors } = await this.#request(['dimensions'], 'document', call.signal);
    return checkVectors(vectors, { provider: place.provider, model: place.model, count: 1 })[0]!.length;
  }

  /** The tokenizers of clouds are not on this machine, and to ask one for each text would take longer than to embed it. */
  countTokens(texts: readonly string[]): Promise<TokenCounts> {
    const { documentPrefix } = this.space;
    return Promise.resolve({
      counts: texts.map((text) => estimateTokens(documentPrefix + text)),
      precision: 'estimate',
    });
  }

  async #request(texts: readonly string[], role: EmbeddingRole, signal: AbortSignal): Promise<VectorReply> {
    const { call, place, wire } = this.#fields;
    const both = signal === call.signal ? signal : AbortSignal.any([signal, call.signal]);
    const clock = new CallClock(call.limits, place, both);
    try {
      await this.#requireShort(texts, clock.signal);
      const reply = await wire.send({ texts, role, dimensions: this.#askedDimensions(), signal: clock.signal });
      this.#requireWhole(texts, reply.inputTokens);
      return reply;
    } catch (error) {
      throw clock.explain(this.#withFigures(translateCallError(error, place, undefined), texts));
    } finally {
      clock.dispose();
    }
  }

  #askedDimensions(): number | undefined {
    const { embedder } = this.#fields.call;
    const { dimensions } = this.space;
    return dimensions > 0 && dimensions !== embedder.dimensions ? dimensions : undefined;
  }

  /** Only a text that may be too long is counted. */
  async #requireShort(texts: readonly string[], signal: AbortSignal): Promise<void> {
    const { wire } = this.#fields;
    const { tokensPerInput } = this.limits;
    if (wire.count === undefined) return;
    for (const text of texts.filter((each) => estimateTokens(each) > tokensPerInput)) {
      const least = leastTokens(text);
      const actual = least > tokensPerInput ? least : await wire.count(text, signal);
      if (actual <= tokensPerInput) continue;
      throw this.#tooLong(actual === least ? `at least ${least}` : String(actual), actual, tokensPerInput);
    }
  }

  /** A server that counted fewer tokens than there are words has had a part read only. */
  #requireWhole(texts: readonly string[], counted: number | undefined): void {
    const least = texts.reduce((sum, text) => sum + leastTokens(text), 0);
    if (counted === undefined || counted === 0 || counted >= least) return;
    const longest = Math.max(...texts.map(leastTokens));
    throw this.#tooLong(`at least ${longest}`, longest, this.limits.tokensPerInput);
  }

  /** A server may leave out the limit and the count of a text that is too long. */
  #withFigures(error: unknown, texts: readonly string[]): unknown {
    // One of our own has its figures and no status.
    if (!(error instanceof ContextTooLongError) || error.details.status === undefined) return error;
    const actualTokens = error.actualTokens ?? Math.max(...texts.map(estimateTokens));
    const counted = error.actualTokens === undefined ? `about ${actualTokens}` : String(actualTokens);
    return this.#tooLong(counted, actualTokens, error.limitTokens ?? this.limits.tokensPerInput);
  }

  #tooLong(counted: string, actualTokens: number, limitTokens: number): ContextTooLongError {
    const { provider, model } = this.#fields.place;
    const text = `${provider}: a text of ${counted} tokens is longer than the ${limitTokens} that ${model} reads; split it`;
    return new ContextTooLongError(text, { provider, model, limitTokens, actualTokens });
  }
}

/** The embedding model of one attempt; embeds one short text when nobody has told the length of its vectors. */
export async function openCloudEmbeddings(fields: EmbeddingFields): Promise<EmbeddingModel> {
  const { call } = fields;
  const known = call.dimensions ?? call.embedder.dimensions;
  if (known !== undefined) return new CloudEmbeddingModel(fields, known);
  return new CloudEmbeddingModel(fields, await new CloudEmbeddingModel(fields, 0).learnDimensions());
}
