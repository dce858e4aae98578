import { existsSync, statSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import type { Disposable, EmbeddedSettings, Extensions, HostSettings, Logger } from 'wooster';
import { EMBEDDED_WEIGHTS, isEmbedderEntry, parseChatWeights } from '../catalogue/weights-catalogue.ts';
import type { ChatWeights } from '../catalogue/weights-entry.ts';
import type { EmbeddedEngine, EngineEndpoint } from '../engine/embedded-engine.ts';
import type { OnnxFolder } from '../weights/onnx/onnx-folder.ts';
import { LLAMA_ENGINE, TRANSFORMERS_ENGINE } from '../weights/packages/engine-specs.ts';
import { EmbedderRuntime } from './embedder-runtime.ts';
import { EngineHolder } from './engine-holder.ts';
import type { OnnxModel } from './onnx-model.ts';
import { Preparation, type PreparationListener } from './preparation.ts';

/** The end of a file's name that makes the setting a path. */
const GGUF = /\.gguf$/i;

/** `owner/name` of a model hub; ids of the catalogue have no slash. */
const REPOSITORY = /^\w[\w.-]*\/\w[\w.-]*$/;

/** What is known of the configured model before it runs. */
type EmbeddedFacts = Pick<ChatWeights, 'title' | 'tools'> &
  Partial<ChatWeights> & {
    readonly engine: 'node-llama-cpp' | 'transformers.js';
    /** Whether an answer can be held to a form. */
    readonly canJson: boolean;
    /** What the user's own folder lacks. */
    readonly missing?: string;
  };

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

/** Where the files of the prepared chat model are: one file, or a folder of ONNX files. */
interface PreparedModel {
  readonly modelPath: string;
  readonly enginePackage: string;
  readonly onnx?: OnnxFolder;
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
    const { model } = this.#options.settings;
    return REPOSITORY.test(model) && !GGUF.test(model) ? model : basename(model).replace(GGUF, '');
  }

  /** The file or folder, when the settings name one of the user's own rather than an entry of the catalogue or a repository. */
  get ownFile(): string | undefined {
    const { model } = this.#options.settings;
    return GGUF.test(model) || isAbsolute(model) ? model : undefined;
  }

  /** Whether the model is one of ONNX files. */
  get #isOnnx(): boolean {
    const { model } = this.#options.settings;
    return !GGUF.test(model) && (REPOSITORY.test(model) || isAbsolute(model));
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

  /** What is known of the configured model: what its files tell, else what the catalogue says; undefined for an unknown id. */
  async entry(): Promise<EmbeddedFacts | undefined> {
    if (this.#isOnnx) return (await this.#onnx()).facts();
    const llama = { engine: 'node-llama-cpp', canJson: true } as const;
    const { ownFile } = this;
    if (ownFile !== undefined) {
      const bytes = statSync(ownFile, { throwIfNoEntry: false })?.size;
      return { ...llama, title: basename(ownFile), bytes, tools: 'grammar' };
    }
    const found = this.#options.extensions.find(EMBEDDED_WEIGHTS, this.modelId);
    return found === undefined || isEmbedderEntry(found) ? undefined : { ...llama, ...parseChatWeights(found) };
  }

  /** Weights and engine are on this machine; looks at the disk only. */
  async isPresent(): Promise<boolean> {
    if (this.#isOnnx) {
      return (await (await this.#onnx()).isPresent()) && (await this.#preparation.hasEngine(TRANSFORMERS_ENGINE));
    }
    if ((await this.entry()) === undefined) return false;
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
    const { modelPath, enginePackage, onnx } = await this.prepare(signal);
    const { settings, loadTimeoutMs, log } = this.#options;
    if (onnx !== undefined) return (await this.#onnx()).engine(onnx, { enginePackage, loadTimeoutMs, log });
    const { createChatEngine } = await import('../engine/create-engine.ts');
    const { defaultThreads } = await import('../engine/thread-count.ts');
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
    if (this.#isOnnx) {
      const onnx = await (await this.#onnx()).prepare(options);
      const engine = await this.#preparation.engine(TRANSFORMERS_ENGINE, options);
      return { modelPath: onnx.folder, enginePackage: engine, onnx };
    }
    const enginePackage = await this.#preparation.engine(LLAMA_ENGINE, options);
    const [fetched = ''] = this.ownFile === undefined ? await this.#preparation.weights(this.modelId, options) : [];
    return { modelPath: this.ownFile ?? fetched, enginePackage };
  }

  /** Loaded only where such a model is configured. */
  async #onnx(): Promise<OnnxModel> {
    const { OnnxModel: Model } = await import('./onnx-model.ts');
    const { modelId, ownFile: ownFolder } = this;
    return new Model({ settings: this.#options.settings, modelId, ownFolder, preparation: this.#preparation });
  }
}
