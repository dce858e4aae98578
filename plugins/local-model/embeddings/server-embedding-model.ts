import {
  ContextTooLongError,
  cutVector,
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
import type { LocalModelClient } from '../client/local-model-client.ts';
import type { EmbeddingEngine } from './embedding-engines.ts';
import { countTokens } from './token-count.ts';

/** What an embedding model over a server is made of. */
interface ServerEmbeddingOptions {
  /** Provider id, for messages. */
  readonly provider: string;
  /** The model as the server names it. */
  readonly model: string;
  readonly client: LocalModelClient;
  readonly engine: EmbeddingEngine;
  readonly call: EmbeddingCall;
  /** Tokens of one text that this server reads, where the user has said so. */
  readonly tokensPerInput?: number;
  /** The server adds the prefixes of the model itself and is told what a text is. */
  readonly hasOwnPrompts?: boolean;
}

/** Believed of a model of which nobody has told how much it reads; small models read no less. */
const UNKNOWN_WINDOW_TOKENS = 512;

function limitsOf({ engine, call, tokensPerInput }: ServerEmbeddingOptions): EmbeddingLimits {
  const known = [call.embedder.maxTokens, tokensPerInput ?? engine.tokensPerInput].filter(
    (limit) => limit !== undefined,
  );
  return {
    inputs: engine.inputs,
    tokensPerInput: known.length === 0 ? UNKNOWN_WINDOW_TOKENS : Math.min(...known),
    tokensPerRequest: engine.tokensPerRequest,
  };
}

/**
 * One embedding model of one server, over the client of that server. It adds the prefix of the role, gives every vector
 * the length and norm that the space says, and turns a text that is too long into a ContextTooLongError with both figures,
 * also where the server would have read its beginning only.
 */
class ServerEmbeddingModel implements EmbeddingModel {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  readonly #options: ServerEmbeddingOptions;

  constructor(options: ServerEmbeddingOptions, dimensions: number) {
    this.#options = options;
    this.space = spaceOf(options.call.embedder, dimensions);
    this.limits = limitsOf(options);
  }

  async embed(texts: readonly string[], role: EmbeddingRole, signal: AbortSignal): Promise<EmbeddingResult> {
    const { spaceId } = this.space;
    if (texts.length === 0) return { spaceId, vectors: [] };
    const { client, engine, call, model } = this.#options;
    this.#requireFewEnough(texts.length);
    const written = this.#withPrefix(texts, role);
    if (engine.cutsSilently) this.#requireShortEnough(written);
    const isShorter = this.#isShorter();
    try {
      const reply = await client.embed(
        {
          model,
          texts: written,
          dimensions: isShorter && !engine.canCut ? call.embedder.dimensions : this.space.dimensions,
          isCutByServer: isShorter && engine.canCut,
          inputType: this.#options.hasOwnPrompts === true ? role : undefined,
        },
        this.#callUntil(signal),
      );
      this.#requireWhole(written, reply.inputTokens);
      const vectors = reply.vectors.map((vector) => this.#shaped(vector));
      return { spaceId, vectors, inputTokens: reply.inputTokens };
    } catch (error) {
      throw error instanceof ContextTooLongError ? this.#withFigures(error, written) : error;
    }
  }

  countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts> {
    const { client, engine, model } = this.#options;
    const { documentPrefix } = this.space;
    const written = texts.map((text) => documentPrefix + text);
    return countTokens(written, { client, route: engine.tokens, model, call: this.#callUntil(signal) });
  }

  #callUntil(signal: AbortSignal): EmbeddingCall {
    const { call } = this.#options;
    return signal === call.signal ? call : { ...call, signal: AbortSignal.any([signal, call.signal]) };
  }

  #withPrefix(texts: readonly string[], role: EmbeddingRole): readonly string[] {
    const prefix = role === 'query' ? this.space.queryPrefix : this.space.documentPrefix;
    return prefix === '' || this.#options.hasOwnPrompts === true ? texts : texts.map((text) => prefix + text);
  }

  /** The vectors are to be shorter than the model's own, which it was trained for. */
  #isShorter(): boolean {
    const { dimensions, shorterDimensions } = this.#options.call.embedder;
    const wanted = this.space.dimensions;
    return dimensions !== undefined && wanted < dimensions && shorterDimensions.includes(wanted);
  }

  #shaped(vector: Float32Array): Float32Array {
    const cut = cutVector(vector, this.space.dimensions);
    return this.space.isNormalized ? toUnit(cut) : cut;
  }

  #requireFewEnough(count: number): void {
    const { inputs } = this.limits;
    if (count <= inputs) return;
    const { provider, model } = this.#options;
    const text = `${provider}: ${count} texts in one request to ${model}, which takes ${inputs}; send them in batches`;
    throw new ProviderRejectedError(text, { provider, model });
  }

  #requireShortEnough(texts: readonly string[]): void {
    const longest = Math.max(...texts.map(leastTokens));
    if (longest > this.limits.tokensPerInput) throw this.#tooLong(`at least ${longest}`, longest);
  }

  /** A server that counted fewer tokens than there are words has read a part only (Ollama cuts at 2048). */
  #requireWhole(texts: readonly string[], counted: number | undefined): void {
    const least = texts.reduce((sum, text) => sum + leastTokens(text), 0);
    // LM Studio counts nothing and says 0.
    if (counted === undefined || counted === 0 || counted >= least) return;
    const longest = Math.max(...texts.map(leastTokens));
    throw this.#tooLong(`at least ${longest}`, longest);
  }

  /** The server's refusal with the figures it left out; what is estimated is called so. */
  #withFigures(error: ContextTooLongError, texts: readonly string[]): ContextTooLongError {
    const { limitTokens, actualTokens, details } = error;
    const estimate = Math.max(...texts.map(estimateTokens));
    const counted = actualTokens === undefined ? `about ${estimate}` : String(actualTokens);
    return this.#tooLong(counted, actualTokens ?? estimate, { limitTokens, cause: error, status: details.status });
  }

  #tooLong(
    counted: string,
    actualTokens: number,
    told: { limitTokens?: number; cause?: unknown; status?: unknown } = {},
  ): ContextTooLongError {
    const { provider, model } = this.#options;
    const limitTokens = told.limitTokens ?? this.limits.tokensPerInput;
    const status = typeof told.status === 'number' ? told.status : undefined;
    return new ContextTooLongError(
      `${provider}: a text of ${counted} tokens is longer than the ${limitTokens} that ${model} reads; split it`,
      { provider, model, limitTokens, actualTokens, status, cause: told.cause },
    );
  }
}

/** The embedding model of one attempt; embeds one short text when nobody has told the length of its vectors. */
export async function openServerEmbeddings(options: ServerEmbeddingOptions): Promise<EmbeddingModel> {
  const { call, client, model } = options;
  const known = call.dimensions ?? call.embedder.dimensions;
  if (known !== undefined) return new ServerEmbeddingModel(options, known);
  const { vectors } = await client.embed({ model, texts: ['dimensions'] }, call);
  return new ServerEmbeddingModel(options, vectors[0]!.length);
}
