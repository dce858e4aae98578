import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { EngineService, ServiceRoute } from '../child/engine-server.ts';
import { sendJson } from '../child/reply-writer.ts';
import { checked, RequestRefusal } from '../child/request-refusal.ts';
import { SlotQueue } from '../child/slot-queue.ts';
import type { EmbeddingSettings, ServedModel } from '../engine-messages.ts';
import { countRequestSchema, embeddingRequestSchema, MAX_INPUTS, type EmbeddingRequest } from './embedding-request.ts';
import { normalize } from './pooling.ts';
import { batchByLength, type TokenizedText } from './token-batches.ts';

/** What the endpoint needs of a loaded model. */
interface Embedder {
  readonly facts: ServedModel;
  tokenize(text: string): readonly number[];
  cut(ids: readonly number[]): readonly number[];
  embed(batch: readonly TokenizedText[]): Promise<Float32Array[]>;
}

type InputType = EmbeddingRequest['input_type'];

/** Serves vectors and token counts of one loaded model. Requests take turns batch by batch, so that a short one never waits for a long one. */
export class EmbeddingEndpoint implements EngineService {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly routes: Readonly<Record<string, ServiceRoute>>;
  readonly #embedder: Embedder;
  readonly #settings: EmbeddingSettings;
  readonly #queue: SlotQueue<Embedder>;

  constructor(embedder: Embedder, settings: EmbeddingSettings) {
    this.#embedder = embedder;
    this.#settings = settings;
    this.#queue = new SlotQueue([embedder], settings.queueLimit);
    const { dimensions, maxTokens, pooling, isNormalized, digest } = settings;
    const { sizeBytes, name } = embedder.facts;
    this.meta = {
      n_embd: dimensions,
      n_ctx: maxTokens,
      size: sizeBytes,
      name,
      pooling,
      normalized: isNormalized,
      digest,
    };
    this.routes = {
      '/tokenize': (body, response) => sendJson(response, 200, this.#count(body)),
      '/v1/embeddings': (body, response, signal) => this.#embed(body, response, signal),
    };
  }

  async #embed(body: unknown, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const request = checked(embeddingRequestSchema, body);
    this.#checkModel(request.model);
    const dimensions = this.#dimensionsOf(request);
    const texts = this.#tokenized(request);
    const vectors: Float32Array[] = [];
    for (const batch of batchByLength(texts)) {
      const made = await this.#inTurn(batch, signal);
      // Nobody listens any more.
      if (made === undefined) return;
      for (const [row, { index }] of batch.entries()) vectors[index] = shorten(made[row]!, dimensions);
    }
    const tokens = texts.reduce((sum, { ids }) => sum + ids.length, 0);
    const isBase64 = request.encoding_format === 'base64';
    sendJson(response, 200, {
      object: 'list',
      model: this.#settings.modelId,
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: isBase64 ? base64Of(vector) : Array.from(vector),
      })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  }

  async #inTurn(batch: readonly TokenizedText[], signal: AbortSignal): Promise<Float32Array[] | undefined> {
    if (signal.aborted) return undefined;
    let slot: Embedder | undefined;
    try {
      slot = await this.#queue.acquire(([free]) => free!, signal);
      await hearOthers();
      signal.throwIfAborted();
      return await slot.embed(batch);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      if (slot !== undefined) this.#queue.release(slot);
    }
  }

  /** Tokens of one text, or of each of several, as they would be embedded: special tokens and prefix included. */
  #count(body: unknown): unknown {
    const request = checked(countRequestSchema, body);
    const n_ctx = this.#settings.maxTokens;
    if (typeof request.content === 'string') return { count: this.#embedder.tokenize(request.content).length, n_ctx };
    const { input, input_type: inputType } = request as { input: string | string[]; input_type: InputType };
    const texts = this.#withPrefix(typeof input === 'string' ? [input] : input, inputType);
    return { counts: texts.map((text) => this.#embedder.tokenize(text).length), n_ctx };
  }

  #tokenized(request: EmbeddingRequest): TokenizedText[] {
    const inputs = typeof request.input === 'string' ? [request.input] : request.input;
    if (inputs.length === 0) throw refused('input: must hold at least one text');
    if (inputs.length > MAX_INPUTS) {
      throw refused(`input: ${inputs.length} texts, and one request takes at most ${MAX_INPUTS}`);
    }
    return this.#withPrefix(inputs, request.input_type).map((text, index) => {
      const ids = this.#embedder.tokenize(text);
      if (request.truncate === true) return { index, ids: this.#embedder.cut(ids) };
      if (ids.length > this.#settings.maxTokens) throw tooLong(ids.length, this.#settings.maxTokens, index);
      return { index, ids };
    });
  }

  #withPrefix(texts: readonly string[], inputType: InputType): readonly string[] {
    const { queryPrefix, documentPrefix } = this.#settings;
    const prefixes = { query: queryPrefix, document: documentPrefix };
    const prefix = inputType === undefined || inputType === null ? '' : prefixes[inputType];
    return prefix === '' ? texts : texts.map((text) => prefix + text);
  }

  #checkModel(model: string | null | undefined): void {
    const { modelId } = this.#settings;
    if (typeof model !== 'string' || model === '' || model === modelId) return;
    const message = `model '${model}' is not served here; this engine serves '${modelId}'`;
    throw new RequestRefusal(404, 'not_found_error', message);
  }

  #dimensionsOf({ dimensions: asked }: EmbeddingRequest): number {
    const { dimensions, shorterDimensions, modelId } = this.#settings;
    const wanted = asked ?? dimensions;
    if (wanted === dimensions || shorterDimensions.includes(wanted)) return wanted;
    const able = [dimensions, ...shorterDimensions].join(', ');
    throw refused(`dimensions: ${modelId} has vectors of ${able} numbers, not ${wanted}`);
  }
}

/**
 * Lets what has arrived be read first, among it that a client is gone: onnxruntime-node 1.30 computes on the thread that
 * asks. A request and the end of its connection take two rounds of the event loop.
 */
async function hearOthers(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function refused(message: string): RequestRefusal {
  return new RequestRefusal(400, 'invalid_request_error', message);
}

/** In the words of llama-server, which name both figures. */
function tooLong(tokens: number, limit: number, index: number): RequestRefusal {
  const message = `request (${tokens} tokens) exceeds the available context size (${limit} tokens), in input ${index}; split the text, or ask for truncate`;
  return new RequestRefusal(400, 'exceed_context_size_error', message, {
    n_prompt_tokens: tokens,
    n_ctx: limit,
    input_index: index,
  });
}

/** The first numbers of a vector, made one long again, which is what models trained for shorter lengths want. */
function shorten(vector: Float32Array, dimensions: number): Float32Array {
  return vector.length === dimensions ? vector : normalize(vector.slice(0, dimensions));
}

/** 32-bit little-endian floats, whatever the byte order of the machine. */
function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [place, value] of vector.entries()) bytes.writeFloatLE(value, place * 4);
  return bytes.toString('base64');
}
