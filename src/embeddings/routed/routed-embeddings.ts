import { setImmediate } from 'node:timers/promises';
import { Embeddings } from '@langchain/core/embeddings';
import { CancelledError } from '../../contracts/errors/host-errors.ts';
import type {
  EmbeddingLimits,
  EmbeddingModel,
  EmbeddingRole,
  EmbeddingSpace,
  EmbedOptions,
  SpaceBoundEmbeddings,
  TokenCounts,
} from '../../contracts/models/embedding-model.ts';
import type { Locality } from '../../contracts/models/model-info.ts';
import type { Clock } from '../../contracts/plugins/logger.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { ModelRouterService } from '../../contracts/routing/router.ts';
import { askModel } from './ask-model.ts';
import type { ModelAnswer } from './ask-model.ts';
import { runEmbeddingJob } from './embedding-job.ts';
import { HeldRoute } from './held-route.ts';
import type { SizedText } from './plan-batches.ts';
import { VectorCache } from './vector-cache.ts';

/** Memory that the vectors kept of one space may take. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** Texts that are looked up in one go; hashing them takes a few milliseconds. */
const BREATHE_TEXTS = 1_000;

/** Vectors that are there, and texts that are not: their first place and how often they were given. */
interface Lookup {
  readonly found: Map<string, Float32Array>;
  readonly wanted: ReadonlyMap<string, { readonly place: number; readonly times: number }>;
}

/** Requests at a time: a machine of the user computes one as fast as two. */
const CONCURRENCY: Readonly<Record<Locality, number>> = { local: 1, cloud: 3 };

/** What routed embeddings are made of. */
interface RoutedEmbeddingsFields {
  readonly router: ModelRouterService;
  /** Asks for the space; of which purpose, and what the purpose permits. */
  readonly request: RouteRequest;
  readonly space: EmbeddingSpace;
  /** Of the target that was found first; a target with narrower ones gets smaller requests. */
  readonly limits: EmbeddingLimits;
  readonly locality: Locality;
  readonly isStandIn: boolean;
  /** Of one input token, USD; undefined where it is not known. */
  readonly usdPerToken: number | undefined;
  readonly clock: Clock;
  /** Requests at a time; by locality without it. */
  readonly concurrency?: number;
}

/**
 * LangChain embeddings of one space for life. Every batch is routed: privacy, budget, ledger, health and failover hold
 * for each, and only targets of the same space take over. It has no retries of its own.
 */
export class RoutedEmbeddings extends Embeddings implements SpaceBoundEmbeddings {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  readonly locality: Locality;
  readonly isStandIn: boolean;
  readonly #usdPerToken: number | undefined;
  readonly #concurrency: number;
  readonly #route: HeldRoute;
  readonly #cache: VectorCache;
  /** A model that counts without asking anybody; a call of it is no call of its target. */
  #estimator: EmbeddingModel | undefined;

  constructor(fields: RoutedEmbeddingsFields) {
    super({ maxRetries: 0 });
    this.space = fields.space;
    this.limits = fields.limits;
    this.locality = fields.locality;
    this.isStandIn = fields.isStandIn;
    this.#usdPerToken = fields.usdPerToken;
    this.#concurrency = fields.concurrency ?? CONCURRENCY[fields.locality];
    this.#route = new HeldRoute(fields.router, fields.request, fields.clock);
    this.#cache = new VectorCache(Math.floor(CACHE_BYTES / (4 * fields.space.dimensions)));
  }

  async embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    const { role, signal, onProgress } = options;
    if (signal.aborted) throw new CancelledError();
    const { found, wanted } = await this.#lookUp(texts, role);
    let done = texts.length - sumOf(wanted.values());
    await runEmbeddingJob({
      texts: [...wanted].map(([text, { place }]) => ({ text, place })),
      total: texts.length,
      limits: this.limits,
      prefixBytes: Buffer.byteLength(role === 'query' ? this.space.queryPrefix : this.space.documentPrefix),
      concurrency: this.#concurrency,
      signal,
      embed: (batch, until) => this.#embedBatch(batch, role, until),
      onVectors: (batch, vectors) => {
        batch.forEach(({ text }, position) => {
          const vector = vectors[position]!;
          found.set(text, vector);
          this.#cache.put(text, role, vector);
          done += wanted.get(text)?.times ?? 0;
        });
        onProgress?.(done, texts.length);
      },
    });
    if (wanted.size === 0) onProgress?.(done, texts.length);
    return inOrder(texts, found);
  }

  async countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts> {
    if (texts.length === 0) return { counts: [], precision: 'exact' };
    if (this.#estimator !== undefined) return this.#estimator.countTokens(texts, signal);
    const { dimensions } = this.space;
    const { model, counts } = await this.#route.use(
      {
        dimensions,
        use: async (each, _step, until) => ({ model: each, counts: await each.countTokens(texts, until) }),
      },
      signal,
    );
    if (counts.precision === 'estimate') this.#estimator = model;
    return counts;
  }

  usdOf(inputTokens: number): number | undefined {
    return this.#usdPerToken === undefined ? undefined : this.#usdPerToken * inputTokens;
  }

  forget(texts: readonly string[]): void {
    for (const text of texts) this.#cache.forget(text);
  }

  override async embedDocuments(texts: string[]): Promise<number[][]> {
    const vectors = await this.embed(texts, { role: 'document', signal: new AbortController().signal });
    return vectors.map((vector) => [...vector]);
  }

  override async embedQuery(text: string): Promise<number[]> {
    const [vector] = await this.embed([text], { role: 'query', signal: new AbortController().signal });
    return [...vector!];
  }

  /** What the memory has, and what must be asked for, each once; lets others run in between where there are many. */
  async #lookUp(texts: readonly string[], role: EmbeddingRole): Promise<Lookup> {
    const found = new Map<string, Float32Array>();
    const wanted = new Map<string, { readonly place: number; times: number }>();
    for (const [place, text] of texts.entries()) {
      if (place % BREATHE_TEXTS === BREATHE_TEXTS - 1) await setImmediate();
      const asked = wanted.get(text);
      if (asked !== undefined) asked.times += 1;
      if (asked !== undefined || found.has(text)) continue;
      const vector = this.#cache.get(text, role);
      if (vector === undefined) wanted.set(text, { place, times: 1 });
      else found.set(text, vector);
    }
    return { found, wanted };
  }

  async #embedBatch(
    batch: readonly SizedText[],
    role: EmbeddingRole,
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    const { space } = this;
    const answer = await this.#route.use<ModelAnswer>(
      {
        dimensions: space.dimensions,
        use: (model, { targetId }, until) => askModel(model, { space, texts: batch, role, targetId, signal: until }),
        texts: batch.map(({ text }) => text),
        usage: ({ inputTokens }) => inputTokens,
        costUsd: ({ costUsd }) => costUsd,
        estimate: () => batch.reduce((sum, { maxTokens }) => sum + maxTokens, 0),
      },
      signal,
    );
    return answer.vectors;
  }
}

function sumOf(asked: Iterable<{ readonly times: number }>): number {
  let sum = 0;
  for (const { times } of asked) sum += times;
  return sum;
}

/** One vector a text; a text that came twice gets a copy, so that changing one leaves the other. */
function inOrder(texts: readonly string[], found: ReadonlyMap<string, Float32Array>): readonly Float32Array[] {
  const given = new Set<string>();
  return texts.map((text) => {
    const vector = found.get(text)!;
    if (given.has(text)) return vector.slice();
    given.add(text);
    return vector;
  });
}
