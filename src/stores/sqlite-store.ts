import type { KnowledgeFindings, KnowledgeQuery, KnowledgeSource } from '../contracts/knowledge/knowledge-source.ts';
import type { StoredSource } from '../contracts/knowledge/knowledge-source.ts';
import type {
  AddOptions,
  AddReport,
  KnowledgeStats,
  KnowledgeStore,
  StoreRequest,
  VerifyOptions,
  VerifyReport,
} from '../contracts/knowledge/knowledge-store.ts';
import type { EmbeddingPurpose, SpaceBoundEmbeddings } from '../contracts/models/embedding-model.ts';
import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { StoreMigrations } from '../contracts/knowledge/migration.ts';
import type { StoreUpkeep } from '../contracts/knowledge/upkeep.ts';
import type { VectorAccess } from '../contracts/knowledge/vector-access.ts';
import { ConfigError } from '../contracts/errors/host-errors.ts';
import { addSources } from './add-sources.ts';
import type { WritePorts } from './add-sources.ts';
import { fillSpace } from './fill-space.ts';
import { chooseIndexes } from './indexes/choose-indexes.ts';
import type { StoreLink } from './link/store-link.ts';
import { SqliteMigrations } from './migration/store-migrations.ts';
import { embedQuestion } from './query-vectors.ts';
import { CanaryWatch } from './spaces/canary-watch.ts';
import { modelOfStore } from './spaces/store-model.ts';
import type { StoreModel } from './spaces/store-model.ts';
import { addSamples } from './repair/compare-samples.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { StorePorts } from './store-ports.ts';
import { storeUpkeep } from './reconcile/store-upkeep.ts';
import { StoreVectors } from './store-vectors.ts';
import { WriteTurns } from './write-turns.ts';

/** A store in SQLite: all of it in a worker thread but the embedding of texts. */
export class SqliteStore implements KnowledgeStore {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly location: string;
  readonly isReadOnly = false;
  readonly vectors: VectorAccess;
  readonly migrations: StoreMigrations;
  readonly upkeep: StoreUpkeep;
  readonly #environment: StoreEnvironment;
  readonly #link: StoreLink;
  readonly #turns: WriteTurns;
  readonly #canaries: CanaryWatch;
  #indexes: Promise<readonly string[]> | undefined;

  constructor({ purpose, name, location }: StoreRequest, link: StoreLink, environment: StoreEnvironment) {
    this.purpose = purpose;
    this.name = name;
    this.location = location;
    this.#environment = environment;
    this.#link = link;
    this.#turns = new WriteTurns(link);
    this.#canaries = new CanaryWatch({ purpose, name, location, link });
    const ports: StorePorts = {
      purpose,
      name,
      location,
      link,
      environment,
      canaries: this.#canaries,
      embeddings: (signal) => this.embeddings(signal),
      inTurn: (task, signal, work) => this.#turns.run(task, signal, work),
      useIndexes: (signal) => this.#useIndexes(signal),
    };
    this.vectors = new StoreVectors(ports);
    this.migrations = new SqliteMigrations(ports);
    this.upkeep = storeUpkeep(ports);
  }

  beginWriting(task: string, signal: AbortSignal): Promise<Disposable> {
    return this.#turns.hold(task, signal);
  }

  async embeddings(signal: AbortSignal): Promise<SpaceBoundEmbeddings | undefined> {
    const model = await this.#model(signal);
    if (model !== undefined) await this.#canaries.requireUnchanged(model, signal);
    return model?.embeddings;
  }

  add(
    sources: readonly KnowledgeSource[],
    signal: AbortSignal,
    { isTextOnly = false }: AddOptions = {},
  ): Promise<AddReport> {
    return this.#turns.run(`adding ${sources.length} sources`, signal, async () => {
      const model = isTextOnly ? undefined : await this.#model(signal);
      return addSources(sources, this.#writePorts(model, signal));
    });
  }

  remove(paths: readonly string[], signal: AbortSignal): Promise<{ readonly removed: number }> {
    return this.#turns.run(`removing ${paths.length} sources`, signal, async () => {
      await this.#useIndexes(signal);
      return this.#link.call('remove', { paths }, signal, { isAwaited: true });
    });
  }

  async search(query: KnowledgeQuery, signal: AbortSignal): Promise<KnowledgeFindings> {
    const unavailable = await this.#useIndexes(signal);
    const asked = query.mode === 'text' ? { vectors: [], notices: [] } : await this.#embedQuestion(query.text, signal);
    const { passages, notices } = await this.#link.call('search', { query, vectors: asked.vectors }, signal);
    return { passages, notices: [...unavailable, ...asked.notices, ...notices] };
  }

  sources(signal: AbortSignal): Promise<readonly StoredSource[]> {
    return this.#link.call('sources', null, signal);
  }

  async read(path: string, signal: AbortSignal): Promise<KnowledgeSource | undefined> {
    return (await this.#link.call('read', { path }, signal)) ?? undefined;
  }

  embedMissing(
    signal: AbortSignal,
    onProgress?: (done: number, total: number) => void,
  ): Promise<{ readonly embedded: number }> {
    return this.#turns.run('embedding passages', signal, async () => {
      const model = await this.#model(signal);
      if (model === undefined) {
        const { disabledReason } = this.#environment.settings.embeddings[this.purpose];
        const why = disabledReason === undefined ? '' : ` (${disabledReason})`;
        throw new ConfigError(`embeddings for ${this.purpose} are off${why}: turn them on to embed passages`);
      }
      return fillSpace({ ...this.#writePorts(model, signal), embeddings: model.embeddings }, onProgress);
    });
  }

  async stats(signal: AbortSignal): Promise<KnowledgeStats> {
    return { ...(await this.#link.call('stats', null, signal)), isReadOnly: this.isReadOnly };
  }

  async verify(signal: AbortSignal, { isDeep = false }: VerifyOptions = {}): Promise<VerifyReport> {
    await this.#useIndexes(signal);
    const report = await this.#link.call('verify', { isDeep }, signal);
    if (!isDeep) return report;
    const { purpose, name } = this;
    return addSamples(report, { purpose, name, link: this.#link, environment: this.#environment }, signal);
  }

  async close(): Promise<void> {
    await this.#turns.end();
    await this.#link.close();
  }

  #model(signal: AbortSignal): Promise<StoreModel | undefined> {
    const { purpose, name } = this;
    return modelOfStore({ purpose, name, link: this.#link, environment: this.#environment }, signal);
  }

  #writePorts(model: StoreModel | undefined, signal: AbortSignal): WritePorts {
    const ports = { link: this.#link, embeddings: model?.embeddings, location: this.location, signal };
    if (model === undefined) return ports;
    const { isFallback } = model;
    return { ...ports, isFallback, beforeVectors: () => this.#canaries.requireSame(model, signal) };
  }

  async #embedQuestion(text: string, signal: AbortSignal): ReturnType<typeof embedQuestion> {
    const spaces = await this.#link.call('heldSpaces', null, signal);
    // Of an empty store there is nothing to tell.
    if (spaces.every(({ vectors }) => vectors === 0) && (await this.stats(signal)).chunks === 0) {
      return { vectors: [], notices: [] };
    }
    const { purpose, name } = this;
    const ports = { purpose, name, environment: this.#environment, canaries: this.#canaries };
    return embedQuestion(spaces, ports, { text, signal });
  }

  /** Tells the worker which kinds of index there are, once; what must be told of a kind that the settings name. */
  async #useIndexes(signal: AbortSignal): Promise<readonly string[]> {
    this.#indexes ??= (async () => {
      const spaces = await this.#link.call('searchable', null, signal);
      const rows = Math.max(0, ...spaces.map(({ vectors }) => vectors));
      const { choices, notices } = await chooseIndexes(this.#environment, rows, signal);
      await this.#link.call('useIndexes', choices, signal);
      return notices;
    })();
    try {
      return await this.#indexes;
    } catch (error) {
      // Another call may have better luck, or more patience.
      this.#indexes = undefined;
      throw error;
    }
  }
}
