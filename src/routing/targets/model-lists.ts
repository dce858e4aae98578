import { CATALOGUE, CATALOGUE_SOURCES, EMBEDDERS } from '../../contracts/models/catalogue.ts';
import type { ModelCapability, ModelInfo } from '../../contracts/models/model-info.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';
import type { Extensions } from '../../contracts/plugins/extension-point.ts';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import { addEmbedderFacts } from '../../kernel/embedder-facts.ts';
import { ModelCatalogue } from './model-catalogue.ts';
import { addCatalogueFacts, addMeasurements, addNameFacts, correctFacts } from './model-facts.ts';
import type { Correction } from './model-facts.ts';
import type { MeasurementRecord, MeasurementStore } from '../../contracts/routing/routing-state.ts';
import type { ProviderInstance } from '../../contracts/models/provider.ts';
import { targetIdOf } from './target-id.ts';

/** Longest wait for a server's list; it is read in the background, so the limit only ends a hung request. */
const LIST_LIMIT_MS = 10_000;

/** What is known of a provider's models. */
export interface ModelList {
  readonly models: readonly ModelInfo[];
  /** False until the provider has answered once. */
  readonly isRead: boolean;
  /** Milliseconds since the last answer; infinite before the first. */
  readonly ageMs: number;
}

type Entry = { told: readonly ModelInfo[]; models: readonly ModelInfo[]; readAt: number };

/** What the lists need of the host. */
interface ModelListsOptions {
  readonly extensions: Extensions;
  readonly clock: Clock;
  readonly log: Logger;
  /** What was measured of models here; read whenever a list is. */
  readonly measurements?: MeasurementStore;
}

/** What is joined into every model of one reading. */
interface Knowledge {
  readonly catalogue: ReturnType<ModelCatalogue['entries']>;
  readonly measured: ReadonlyMap<string, MeasurementRecord>;
}

/**
 * The models of each provider as last read, with the facts of the catalogue and of real calls. Reading never blocks a
 * caller: `read` is shared by all who ask at once, and the old list serves until the new one is there.
 */
export class ModelLists implements Disposable {
  readonly #options: ModelListsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #flights = new Map<string, Promise<void>>();
  readonly #corrections = new Map<string, Correction>();
  readonly #stop = new AbortController();
  readonly #subscriptions: readonly Disposable[];
  readonly #catalogue: ModelCatalogue;
  /** Kept between readings: a model that is in no list is described at every decision. */
  #known: Knowledge | undefined;

  constructor(options: ModelListsOptions) {
    this.#options = options;
    const merge = (): void => {
      this.#known = undefined;
      this.#mergeAll();
    };
    const { extensions, log } = options;
    this.#catalogue = new ModelCatalogue(extensions, log);
    const points = [CATALOGUE, CATALOGUE_SOURCES, EMBEDDERS];
    this.#subscriptions = points.map((point) => extensions.onChange<unknown>(point, merge));
  }

  list(instance: ProviderInstance): ModelList {
    const entry = this.#entries.get(instance.serverId);
    if (entry === undefined) return { models: [], isRead: false, ageMs: Infinity };
    return { models: entry.models, isRead: true, ageMs: this.#options.clock.monotonic() - entry.readAt };
  }

  /** A model that was not listed (yet), with all that is known of it. */
  describe(instance: ProviderInstance, model: ModelInfo): ModelInfo {
    return this.#merge(instance.serverId, model, (this.#known ??= this.#knowledge()));
  }

  /** Reads the list anew; resolves when that is done or has failed. A failure keeps the old list and is logged. */
  read(instance: ProviderInstance): Promise<void> {
    const { serverId } = instance;
    const running = this.#flights.get(serverId);
    if (running !== undefined) return running;
    const flight = this.#read(instance).finally(() => this.#flights.delete(serverId));
    this.#flights.set(serverId, flight);
    return flight;
  }

  /** Forgets that the list was read, so that the next decision reads it again in the background. */
  expire(serverId: string): void {
    const entry = this.#entries.get(serverId);
    if (entry !== undefined) entry.readAt = -Infinity;
  }

  learnLack(targetId: string, capability: ModelCapability): void {
    const known = this.#corrections.get(targetId);
    this.#correct(targetId, { ...known, lacks: [...new Set([...(known?.lacks ?? []), capability])] });
  }

  learnContext(targetId: string, contextTokens: number): void {
    this.#correct(targetId, { ...this.#corrections.get(targetId), contextTokens });
  }

  async dispose(): Promise<void> {
    this.#stop.abort();
    for (const subscription of this.#subscriptions) await subscription.dispose();
    await Promise.allSettled(this.#flights.values());
  }

  async #read(instance: ProviderInstance): Promise<void> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(LIST_LIMIT_MS)]);
      const [told] = await Promise.all([instance.provider.listModels(signal), this.#catalogue.ready()]);
      this.#entries.set(instance.serverId, { told, models: [], readAt: this.#options.clock.monotonic() });
      this.#known = undefined;
      this.#mergeServer(instance.serverId);
    } catch (error) {
      // Boundary: an unread list is a state of the server, which the health look reports.
      this.#options.log.debug('models could not be listed', { server: instance.serverId, reason: String(error) });
    }
  }

  #correct(targetId: string, correction: Correction): void {
    this.#corrections.set(targetId, correction);
    this.#mergeAll();
  }

  #mergeAll(): void {
    for (const serverId of this.#entries.keys()) this.#mergeServer(serverId);
  }

  #mergeServer(serverId: string): void {
    const entry = this.#entries.get(serverId);
    if (entry === undefined) return;
    const knowledge = (this.#known ??= this.#knowledge());
    entry.models = entry.told.map((model) => this.#merge(serverId, model, knowledge));
  }

  #knowledge(): Knowledge {
    const records = this.#options.measurements?.list() ?? [];
    return {
      catalogue: this.#catalogue.entries(),
      measured: new Map(records.map((record) => [record.targetId, record])),
    };
  }

  #merge(serverId: string, model: ModelInfo, { catalogue, measured }: Knowledge): ModelInfo {
    const targetId = targetIdOf(serverId, model.modelId);
    const known = addEmbedderFacts(addCatalogueFacts(model, catalogue), this.#options.extensions.list(EMBEDDERS));
    // After the embedder, whose space must not depend on how a name is read.
    const named = addNameFacts(known);
    return correctFacts(addMeasurements(named, measured.get(targetId)), this.#corrections.get(targetId));
  }
}
