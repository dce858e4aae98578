import { OpenAIEmbeddings } from '@langchain/openai';
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
  type Secret,
  type TokenCounts,
} from 'wooster';
import { translateCallError, type Place } from '../common/call-faults.ts';
import { OpenAIBill } from './openai-bill.ts';
import { openAIFetch } from './openai-fetch.ts';

/** What one attempt's embedding model is made of. */
interface OpenAIEmbeddingFields {
  readonly place: Place & { readonly model: string };
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** `fetch` of the guarded client, bound to the permit of this attempt. */
  readonly guarded: typeof globalThis.fetch;
  readonly call: EmbeddingCall;
}

/** The limits of OpenAI: 2048 texts and 300,000 tokens a request, 8191 tokens a text. */
const INPUTS = 2048;
const TOKENS_A_REQUEST = 300_000;
const TOKENS_A_TEXT = 8191;

/** Families that cut their vectors when `dimensions` is asked for; others refuse the field. */
const CAN_CUT = /^text-embedding-[3-9]/;

/** A reply as the wire has it; its rows may come in any order. */
interface Row {
  readonly index?: number;
  readonly embedding?: unknown;
}

/** LangChain's own OpenAI embeddings, asked for the whole reply of one request. */
class WireEmbeddings extends OpenAIEmbeddings {
  async create(
    texts: readonly string[],
    dimensions: number | undefined,
  ): Promise<{ data: Row[]; tokens?: number; usage: unknown }> {
    const reply = await this.embeddingWithRetry({
      model: this.model,
      input: [...texts],
      // Without it the client asks for base64 and decodes whatever comes.
      encoding_format: 'float',
      ...(dimensions === undefined ? {} : { dimensions }),
    });
    // A proxy may answer 200 with something else, or leave usage out.
    const { data, usage } = reply as { data?: Row[]; usage?: { prompt_tokens?: number } };
    if (!Array.isArray(data)) throw new TypeError('a reply without a list of vectors');
    return { data, tokens: usage?.prompt_tokens, usage };
  }
}

/**
 * One embedding model of OpenAI, through LangChain's package with no retries, our limits and the permit of the attempt.
 * Every vector is checked; the key is in no object of the package.
 */
class OpenAIEmbeddingModel implements EmbeddingModel {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  readonly #fields: OpenAIEmbeddingFields;

  constructor(fields: OpenAIEmbeddingFields, dimensions: number) {
    const { embedder } = fields.call;
    this.#fields = fields;
    this.space = spaceOf(embedder, dimensions);
    const tokensPerInput = Math.min(embedder.maxTokens ?? TOKENS_A_TEXT, TOKENS_A_TEXT);
    this.limits = { inputs: INPUTS, tokensPerInput, tokensPerRequest: TOKENS_A_REQUEST };
  }

  async embed(texts: readonly string[], role: EmbeddingRole, signal: AbortSignal): Promise<EmbeddingResult> {
    const { spaceId, queryPrefix, documentPrefix, isNormalized, dimensions } = this.space;
    if (texts.length === 0) return { spaceId, vectors: [] };
    const { provider, model } = this.#fields.place;
    if (texts.length > INPUTS) {
      const text = `${provider}: ${texts.length} texts in one request to ${model}, which takes ${INPUTS}; send batches`;
      throw new ProviderRejectedError(text, { provider, model });
    }
    const prefix = role === 'query' ? queryPrefix : documentPrefix;
    const written = prefix === '' ? texts : texts.map((text) => prefix + text);
    const reply = await this.#request(written, signal);
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
    const { vectors } = await this.#request(['dimensions'], call.signal);
    return checkVectors(vectors, { provider: place.provider, model: place.model, count: 1 })[0]!.length;
  }

  /** OpenAI has no route that counts; its tokenizer is not on this machine. */
  countTokens(texts: readonly string[]): Promise<TokenCounts> {
    const { documentPrefix } = this.space;
    return Promise.resolve({
      counts: texts.map((text) => estimateTokens(documentPrefix + text)),
      precision: 'estimate',
    });
  }

  async #request(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ vectors: readonly unknown[]; inputTokens?: number; costUsd?: number }> {
    const { call, place } = this.#fields;
    const both = signal === call.signal ? signal : AbortSignal.any([signal, call.signal]);
    const clock = new CallClock(call.limits, place, both);
    try {
      const bill = new OpenAIBill();
      const { data, tokens, usage } = await this.#client(clock.signal, bill).create(texts, this.#askedDimensions());
      this.#requireWhole(texts, tokens);
      bill.readUsage(usage);
      return { vectors: inOrder(data), inputTokens: tokens, costUsd: bill.costUsd };
    } catch (error) {
      throw clock.explain(this.#withFigures(translateCallError(error, place, undefined), texts));
    } finally {
      clock.dispose();
    }
  }

  /** Asked for only where it is not the model's own length, which older models refuse to be told. */
  #askedDimensions(): number | undefined {
    const { embedder } = this.#fields.call;
    const { dimensions } = this.space;
    return dimensions > 0 && dimensions !== embedder.dimensions && CAN_CUT.test(this.#fields.place.model)
      ? dimensions
      : undefined;
  }

  #client(signal: AbortSignal, bill: OpenAIBill): WireEmbeddings {
    const { place, baseUrl, apiKey, guarded, call } = this.#fields;
    // The package passes no signal on.
    const bound: typeof guarded = (input, init) =>
      guarded(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal });
    return new WireEmbeddings({
      model: place.model,
      maxRetries: 0,
      stripNewLines: false,
      encodingFormat: 'float',
      // The package insists on a key; the real one is put in by `fetch`.
      apiKey: 'set-when-sent',
      // Our own limits apply; the package's must not come first.
      timeout: call.limits.totalMs + 60_000,
      configuration: {
        baseURL: baseUrl,
        fetch: openAIFetch({ guarded: bound, apiKey, place, bill }),
        maxRetries: 0,
        organization: null,
        project: null,
        logLevel: 'off',
      },
    });
  }

  /** A proxy that counted fewer tokens than there are words has had a part read only. */
  #requireWhole(texts: readonly string[], counted: number | undefined): void {
    const least = texts.reduce((sum, text) => sum + leastTokens(text), 0);
    if (counted === undefined || counted === 0 || counted >= least) return;
    const longest = Math.max(...texts.map(leastTokens));
    throw this.#tooLong(`at least ${longest}`, longest, this.limits.tokensPerInput);
  }

  /** OpenAI tells the limit and the count of a text that is too long; a proxy may leave them out. */
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

/** The vectors by their index; a row without one stands where it came. */
function inOrder(rows: readonly Row[]): readonly unknown[] {
  const vectors: unknown[] = Array.from({ length: rows.length });
  for (const [position, { index = position, embedding }] of rows.entries()) {
    if (index in vectors && vectors[index] === undefined) vectors[index] = embedding;
  }
  return vectors;
}

/** The embedding model of one attempt; embeds one short text when nobody has told the length of its vectors. */
export async function openOpenAIEmbeddings(fields: OpenAIEmbeddingFields): Promise<EmbeddingModel> {
  const { call } = fields;
  const known = call.dimensions ?? call.embedder.dimensions;
  if (known !== undefined) return new OpenAIEmbeddingModel(fields, known);
  return new OpenAIEmbeddingModel(fields, await new OpenAIEmbeddingModel(fields, 0).learnDimensions());
}
