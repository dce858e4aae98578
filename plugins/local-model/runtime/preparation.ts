import { join } from 'node:path';
import type { Disposable, EmbeddedSettings, Extensions, ProgressUpdate } from 'wooster';
import { EMBEDDED_WEIGHTS } from '../catalogue/weights-catalogue.ts';
import type { OnnxFolder } from '../weights/onnx/onnx-folder.ts';
import type { OnnxStore } from '../weights/onnx/onnx-store.ts';
import type { EnginePackage } from '../weights/packages/engine-package.ts';
import type { EngineSpec } from '../weights/packages/engine-specs.ts';
import type { WeightsProgress } from '../weights/weights-source.ts';
import type { WeightsStore, WeightsStoreOptions } from '../weights/weights-store.ts';

/** Where weights and engines are looked for, and where they go. */
interface PreparationOptions {
  readonly settings: EmbeddedSettings;
  readonly cacheDirectory: string;
  readonly extensions: Extensions;
}

/** Whether something may be fetched, and which setting is in the way of what was asked for. */
type Downloads = Pick<WeightsStoreOptions, 'allowDownload' | 'refusal'>;

/** Hears of downloads: steps with figures, and notices that must be shown. */
export interface PreparationListener {
  update(update: ProgressUpdate): void;
  note(text: string): void;
}

/** How something is prepared. `isAskedFor` fetches also where downloads are not automatic, but never where they are forbidden. */
export interface PrepareOptions {
  readonly signal: AbortSignal;
  readonly isAskedFor: boolean;
}

/** Finds weights and engine packages on this machine, and fetches what is missing; who listens hears of it. */
export class Preparation {
  readonly #options: PreparationOptions;
  readonly #listeners = new Set<PreparationListener>();

  constructor(options: PreparationOptions) {
    this.#options = options;
  }

  /** Hears of downloads until disposed. */
  onPreparation(listener: PreparationListener): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Every file of the weights is there, checked or not. */
  async hasWeights(id: string): Promise<boolean> {
    return (await this.#weights({ allowDownload: false })).hasFile(id);
  }

  /** The engine package is there. */
  async hasEngine(spec: EngineSpec): Promise<boolean> {
    return (await this.#package(spec, { allowDownload: false })).locate() !== undefined;
  }

  /** The paths of an entry's files, the weights first. */
  async weights(id: string, { signal, isAskedFor }: PrepareOptions): Promise<readonly string[]> {
    const store = await this.#weights(this.#downloads(isAskedFor));
    return store.ensureAll(id, { signal, ...this.#report() });
  }

  /** A repository of ONNX files where it is whole on this machine; looks at the disk only. */
  async findRepository(repository: string): Promise<OnnxFolder | undefined> {
    return (await this.#repositories({ allowDownload: false })).locate(repository);
  }

  /** A repository of ONNX files, found or fetched. */
  async repository(repository: string, { signal, isAskedFor }: PrepareOptions): Promise<OnnxFolder> {
    const store = await this.#repositories(this.#downloads(isAskedFor));
    return store.ensure(repository, { signal, ...this.#report() });
  }

  /** What to import the engine by. */
  async engine(spec: EngineSpec, { signal, isAskedFor }: PrepareOptions): Promise<string> {
    const enginePackage = await this.#package(spec, this.#downloads(isAskedFor));
    return enginePackage.ensure({ signal, ...this.#report() });
  }

  /** What a question needs may be had elsewhere; what was asked for is refused, with the setting that is in the way. */
  #downloads(isAskedFor: boolean): Downloads {
    const { autoDownload, downloadRefusal } = this.#options.settings;
    if (!isAskedFor) return { allowDownload: autoDownload };
    return { allowDownload: downloadRefusal === undefined, refusal: downloadRefusal };
  }

  async #weights(downloads: Downloads): Promise<WeightsStore> {
    const { PipClient } = await import('../weights/packages/pip-client.ts');
    const { WeightsStore: Store } = await import('../weights/weights-store.ts');
    const { settings, extensions } = this.#options;
    return new Store({
      entries: () => extensions.list(EMBEDDED_WEIGHTS),
      directory: settings.modelsDirectory,
      localDirectories: settings.localDirectories,
      hubBaseUrl: settings.hubBaseUrl,
      ...downloads,
      registry: new PipClient(),
    });
  }

  async #repositories(downloads: Downloads): Promise<OnnxStore> {
    const { OnnxStore: Store } = await import('../weights/onnx/onnx-store.ts');
    const { modelsDirectory: directory, localDirectories, hubBaseUrl } = this.#options.settings;
    return new Store({ directory, localDirectories, hubBaseUrl, ...downloads });
  }

  async #package(spec: EngineSpec, downloads: Downloads): Promise<EnginePackage> {
    const { EnginePackage: Package } = await import('../weights/packages/engine-package.ts');
    return new Package({ spec, enginesDirectory: join(this.#options.cacheDirectory, 'engines'), ...downloads });
  }

  #report(): { onNotice: (text: string) => void; onProgress: (progress: WeightsProgress) => void } {
    return {
      onNotice: (text) => this.#listeners.forEach((listener) => listener.note(text)),
      onProgress: (progress) => this.#tell(progress),
    };
  }

  #tell({ phase, receivedBytes, totalBytes, source }: WeightsProgress): void {
    // Packages are put together while the next one comes, so both at once would run back and forth.
    if (phase === 'assembling') return;
    const label = `${phase} ${source}`;
    for (const listener of this.#listeners)
      listener.update({ label, done: receivedBytes, total: totalBytes, unit: 'bytes' });
  }
}
