import {
  EMBEDDERS,
  findEmbedder,
  isSameEmbedder,
  ModelNotFoundError,
  type Disposable,
  type EmbeddedSettings,
  type Extensions,
  type HostSettings,
  type Logger,
} from 'wooster';
import { EMBEDDED_WEIGHTS, isEmbedderEntry, parseEmbedderWeights } from '../catalogue/weights-catalogue.ts';
import type { EmbedderWeights } from '../catalogue/weights-entry.ts';
import type { EmbeddedEngine, EngineEndpoint } from '../engine/embedded-engine.ts';
import { TRANSFORMERS_ENGINE } from '../weights/packages/engine-specs.ts';
import { EngineHolder } from './engine-holder.ts';
import { Preparation, type PreparationListener, type PrepareOptions } from './preparation.ts';

/** What is needed to run embedding models inside Wooster. */
interface EmbedderRuntimeOptions {
  readonly settings: EmbeddedSettings;
  /** Which models the purposes want. */
  readonly embeddings?: HostSettings['embeddings'];
  readonly cacheDirectory: string;
  readonly extensions: Extensions;
  readonly loadTimeoutMs: number;
  readonly log: Logger;
}

/** Where the files of a prepared embedder are. */
interface PreparedEmbedder {
  readonly modelPath: string;
  readonly tokenizerPath: string;
  readonly enginePackage: string;
}

/** The folder of embedding models takes what is fetched, where there is one; what lies with the other weights is found too. */
function withOwnFolder({ settings, embeddings }: EmbedderRuntimeOptions): EmbeddedSettings {
  const own = embeddings?.modelsDirectory;
  if (own === undefined) return settings;
  return {
    ...settings,
    modelsDirectory: own,
    localDirectories: [...settings.localDirectories, settings.modelsDirectory],
  };
}

/** The embedding models inside Wooster: the weights there are, and a child process for each that is used. */
export class EmbedderRuntime implements Disposable {
  readonly #options: EmbedderRuntimeOptions;
  readonly #preparation: Preparation;
  readonly #holders = new Map<string, EngineHolder>();
  readonly #preparing = new Map<string, Promise<PreparedEmbedder>>();

  constructor(options: EmbedderRuntimeOptions) {
    this.#options = options;
    const { cacheDirectory, extensions } = options;
    this.#preparation = new Preparation({ settings: withOwnFolder(options), cacheDirectory, extensions });
  }

  /** Hears of downloads until disposed. */
  onPreparation(listener: PreparationListener): Disposable {
    return this.#preparation.onPreparation(listener);
  }

  /** Every embedder whose weights the catalogue has. */
  entries(): readonly EmbedderWeights[] {
    return this.#options.extensions.list(EMBEDDED_WEIGHTS).filter(isEmbedderEntry).map(parseEmbedderWeights);
  }

  entry(id: string): EmbedderWeights | undefined {
    return this.entries().find((entry) => entry.id === id);
  }

  /** Those that a purpose names, in whatever spelling the catalogue of embedders knows. */
  wanted(): readonly EmbedderWeights[] {
    const { embeddings } = this.#options;
    const names = embeddings === undefined ? [] : [embeddings.projects.model, embeddings.userProfile.model];
    const ids = new Set(names.flatMap((name) => this.named(name)).map(({ id }) => id));
    return this.entries().filter(({ id }) => ids.has(id));
  }

  /** Those that go by a name, in whatever spelling. */
  named(name: string): readonly EmbedderWeights[] {
    return this.entries().filter(({ id }) => this.#isSame(name, id));
  }

  /** Those to offer: the wanted ones, and what is on this machine already. */
  async offered(): Promise<readonly EmbedderWeights[]> {
    const wanted = this.wanted();
    const entries = this.entries();
    const here = await Promise.all(entries.map(({ id }) => this.#preparation.hasWeights(id)));
    return entries.filter((entry, index) => here[index] === true || wanted.some(({ id }) => id === entry.id));
  }

  /** Weights and engine are on this machine; looks at the disk only. */
  async isPresent(id: string): Promise<boolean> {
    if (this.entry(id) === undefined) return false;
    return (await this.#preparation.hasWeights(id)) && (await this.#preparation.hasEngine(TRANSFORMERS_ENGINE));
  }

  isRunning(id: string): boolean {
    return this.#holders.get(id)?.isRunning() ?? false;
  }

  /** Fetches what is missing; callers share one run, which ends when the one that began it is aborted. */
  prepare(id: string, options: PrepareOptions): Promise<PreparedEmbedder> {
    const known = this.#preparing.get(id);
    if (known !== undefined) return known;
    const preparing = this.#prepare(id, options).finally(() => this.#preparing.delete(id));
    this.#preparing.set(id, preparing);
    return preparing;
  }

  /** Address and key of the running engine; prepares and starts it when needed. */
  endpoint(id: string, signal: AbortSignal): Promise<EngineEndpoint> {
    const holder = this.#holders.get(id) ?? new EngineHolder((first) => this.#makeEngine(id, first));
    this.#holders.set(id, holder);
    return holder.endpoint(signal);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#holders.values()].map((holder) => holder.dispose()));
  }

  #isSame(name: string, id: string): boolean {
    const known = this.#options.extensions.list(EMBEDDERS);
    const found = findEmbedder(name, known);
    return found === undefined ? isSameEmbedder(name, id) : found === findEmbedder(id, known);
  }

  async #prepare(id: string, options: PrepareOptions): Promise<PreparedEmbedder> {
    const enginePackage = await this.#preparation.engine(TRANSFORMERS_ENGINE, options);
    const [modelPath = '', tokenizerPath = ''] = await this.#preparation.weights(id, options);
    return { modelPath, tokenizerPath, enginePackage };
  }

  async #makeEngine(id: string, signal: AbortSignal): Promise<EmbeddedEngine> {
    const { settings, loadTimeoutMs, log } = this.#options;
    const { modelPath, tokenizerPath, enginePackage } = await this.prepare(id, { signal, isAskedFor: false });
    const { createEmbeddingEngine } = await import('../engine/create-engine.ts');
    const { defaultThreads } = await import('../engine/thread-count.ts');
    const entry = this.entry(id);
    if (entry === undefined) throw new ModelNotFoundError(`the catalogue has no embedded weights ${id}`, { model: id });
    const { modelType, dimensions, maxTokens, pooling, isNormalized, queryPrefix, documentPrefix } = entry;
    return createEmbeddingEngine({
      modelPath,
      tokenizerPath,
      enginePackage,
      modelId: id,
      threads: settings.threads ?? defaultThreads(),
      modelType,
      dimensions,
      maxTokens,
      pooling,
      isNormalized,
      queryPrefix,
      documentPrefix,
      shorterDimensions: entry.shorterDimensions,
      digest: `sha256:${entry.files.model.sha256}`,
      loadTimeoutMs,
      log,
    });
  }
}
