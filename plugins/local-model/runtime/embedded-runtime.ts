import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Disposable, EmbeddedSettings, Extensions, HostSettings, Logger } from 'wooster';
import { EMBEDDED_WEIGHTS, isEmbedderEntry, parseChatWeights } from '../catalogue/weights-catalogue.ts';
import type { ChatWeights } from '../catalogue/weights-entry.ts';
import type { EmbeddedEngine, EngineEndpoint } from '../engine/embedded-engine.ts';
import { LLAMA_ENGINE } from '../weights/packages/engine-specs.ts';
import { EmbedderRuntime } from './embedder-runtime.ts';
import { EngineHolder } from './engine-holder.ts';
import { Preparation, type PreparationListener } from './preparation.ts';

/** The end of a file's name that makes the setting a path. */
const GGUF = /\.gguf$/i;

/** What is known of the configured model before it runs. */
type EmbeddedFacts = Pick<ChatWeights, 'title' | 'tools'> & Partial<ChatWeights>;

/** What is needed to run a model inside Wooster. */
interface EmbeddedRuntimeOptions {
  readonly settings: EmbeddedSettings;
  /** Which models the purposes of embeddings want. */
  readonly embeddings?: HostSettings['embeddings'];
  readonly cacheDirectory: string;
  readonly extensions: Extensions;
  readonly loadTimeoutMs: number;
  readonly log: Logger;
}

/** Where the files of the prepared chat model are. */
interface PreparedModel {
  readonly modelPath: string;
  readonly enginePackage: string;
}

/** The models inside Wooster: the chat model with its weights, its engine's package and the child that serves it; and the embedders. */
export class EmbeddedRuntime implements Disposable {
  readonly embedders: EmbedderRuntime;
  readonly #options: EmbeddedRuntimeOptions;
  readonly #preparation: Preparation;
  readonly #holder = new EngineHolder((signal) => this.#makeEngine(signal));
  #preparing: Promise<PreparedModel> | undefined;

  constructor(options: EmbeddedRuntimeOptions) {
    this.#options = options;
    this.#preparation = new Preparation(options);
    this.embedders = new EmbedderRuntime(options);
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
    return found === undefined || isEmbedderEntry(found) ? undefined : parseChatWeights(found);
  }

  /** Weights and engine are on this machine; looks at the disk only. */
  async isPresent(): Promise<boolean> {
    if (this.entry() === undefined) return false;
    const { ownFile } = this;
    const hasWeights = ownFile === undefined ? await this.#preparation.hasWeights(this.modelId) : existsSync(ownFile);
    return hasWeights && (await this.#preparation.hasEngine(LLAMA_ENGINE));
  }

  isRunning(): boolean {
    return this.#holder.isRunning();
  }

  /** Hears of downloads until disposed. */
  onPreparation(listener: PreparationListener): Disposable {
    const heard = [this.#preparation, this.embedders].map((each) => each.onPreparation(listener));
    return { dispose: () => heard.forEach((each) => void each.dispose()) };
  }

  /**
   * Fetches what is missing of the chat model; callers share one run, which ends when the one that began it is aborted.
   * `isAskedFor` fetches also where downloads are not automatic, but never where they are forbidden.
   */
  prepare(signal: AbortSignal, isAskedFor = false): Promise<PreparedModel> {
    this.#preparing ??= this.#prepare(signal, isAskedFor).finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }

  /** Address and key of the running chat engine; prepares and starts it when needed. */
  endpoint(signal: AbortSignal): Promise<EngineEndpoint> {
    return this.#holder.endpoint(signal);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#holder.dispose(), this.embedders.dispose()]);
  }

  async #makeEngine(signal: AbortSignal): Promise<EmbeddedEngine> {
    const { modelPath, enginePackage } = await this.prepare(signal);
    const { createChatEngine } = await import('../engine/create-engine.ts');
    const { defaultThreads } = await import('../engine/thread-count.ts');
    const { settings, loadTimeoutMs, log } = this.#options;
    return createChatEngine({
      modelPath,
      enginePackage,
      modelId: this.modelId,
      port: settings.port ?? 0,
      contextTokens: settings.contextTokens,
      threads: settings.threads ?? defaultThreads(),
      slots: 1,
      gpu: settings.gpu === 'auto',
      loadTimeoutMs,
      log,
    });
  }

  async #prepare(signal: AbortSignal, isAskedFor: boolean): Promise<PreparedModel> {
    const options = { signal, isAskedFor };
    const enginePackage = await this.#preparation.engine(LLAMA_ENGINE, options);
    const [fetched = ''] = this.ownFile === undefined ? await this.#preparation.weights(this.modelId, options) : [];
    return { modelPath: this.ownFile ?? fetched, enginePackage };
  }
}
