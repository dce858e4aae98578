import { FileAccessError, type EmbeddedSettings, type Logger } from 'wooster';
import { createOnnxChatEngine } from '../engine/create-engine.ts';
import type { EmbeddedEngine } from '../engine/embedded-engine.ts';
import { defaultThreads } from '../engine/thread-count.ts';
import { lookAtOnnxFolder, type OnnxFolder, type OnnxLook } from '../weights/onnx/onnx-folder.ts';
import type { Preparation, PrepareOptions } from './preparation.ts';

/** What is needed to run a model of ONNX files. */
interface OnnxModelOptions {
  readonly settings: EmbeddedSettings;
  /** The name it is served under. */
  readonly modelId: string;
  /** Its folder, when it is one of the user's own rather than a repository of a hub. */
  readonly ownFolder: string | undefined;
  readonly preparation: Preparation;
}

/** What is known of a model of ONNX files by a look at the disk. */
interface OnnxFacts {
  readonly title: string;
  readonly tools: 'none';
  readonly canJson: false;
  readonly engine: 'transformers.js';
  readonly bytes?: number;
  readonly contextTokens?: number;
  readonly quantization?: string;
  /** What the user's own folder lacks. */
  readonly missing?: string;
}

/** The configured chat model where it is one of ONNX files: a repository of a hub, or a folder of the user's own. */
export class OnnxModel {
  readonly #options: OnnxModelOptions;

  constructor(options: OnnxModelOptions) {
    this.#options = options;
  }

  /** What the files tell; of a repository that is not here nothing but its name. */
  async facts(): Promise<OnnxFacts> {
    const look = await this.#look();
    const base = { title: this.#options.modelId, tools: 'none', canJson: false, engine: 'transformers.js' } as const;
    if ('missing' in look) return this.#options.ownFolder === undefined ? base : { ...base, missing: look.missing };
    const { bytes, config, choice } = look.model;
    return { ...base, bytes, contextTokens: config.contextTokens, quantization: choice.dtype };
  }

  async isPresent(): Promise<boolean> {
    return 'model' in (await this.#look());
  }

  /** The model, found or fetched; E_FILE when the user's own folder lacks a file. */
  async prepare(options: PrepareOptions): Promise<OnnxFolder> {
    const { ownFolder, modelId, preparation } = this.#options;
    if (ownFolder === undefined) return preparation.repository(modelId, options);
    const look = lookAtOnnxFolder(ownFolder);
    if ('model' in look) return look.model;
    const text = `${ownFolder} has no ${look.missing}; embedded.model wants a folder with config.json, tokenizer.json and onnx/`;
    throw new FileAccessError(text, { path: ownFolder });
  }

  /** The engine of a prepared model; starts nothing yet. */
  engine(
    model: OnnxFolder,
    made: { readonly enginePackage: string; readonly loadTimeoutMs: number; readonly log: Logger },
  ): EmbeddedEngine {
    const { settings, modelId } = this.#options;
    const { folder, bytes, config, choice } = model;
    return createOnnxChatEngine({
      ...made,
      modelPath: folder,
      modelId,
      port: settings.port ?? 0,
      contextTokens: Math.min(settings.contextTokens, config.contextTokens ?? settings.contextTokens),
      threads: settings.threads ?? defaultThreads(),
      dtype: choice.dtype,
      modelFile: choice.modelFile,
      sizeBytes: bytes,
    });
  }

  async #look(): Promise<OnnxLook> {
    const { ownFolder, modelId, preparation } = this.#options;
    if (ownFolder !== undefined) return lookAtOnnxFolder(ownFolder);
    const model = await preparation.findRepository(modelId);
    return model === undefined ? { missing: modelId } : { model };
  }
}
