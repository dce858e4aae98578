/** What the host tells the child at start. It goes over the fork's channel, so that the secret is never on a command line. */
export interface EngineStart {
  readonly type: 'start';
  readonly secret: string;
  readonly settings: EngineSettings;
}

/** What a child of either kind needs to load one model. */
export interface EngineSettings {
  readonly modelPath: string;
  /** The name the model is served under. */
  readonly modelId: string;
  readonly threads: number;
  /** Requests that may wait while others are served; one more is refused. */
  readonly queueLimit: number;
  /** Loopback port to serve on; 0 means any that is free. */
  readonly port: number;
  /** Path, file URL or bare name of the package that runs the model. */
  readonly enginePackage: string;
  /** The name under which a registry has it. */
  readonly packageName: string;
}

/** What the child for chat needs besides. */
export interface ChatSettings extends EngineSettings {
  /** Window of each slot, in tokens; cut to what the model was trained for. */
  readonly contextTokens: number;
  readonly slots: number;
  readonly gpu: boolean;
}

/** What the child for chat by ONNX files needs besides; its `modelPath` is the folder of the model. */
export interface OnnxChatSettings extends EngineSettings {
  /** Window in tokens; already cut to what the model was trained for, where that is known. */
  readonly contextTokens: number;
  /** Form of the numbers, as transformers.js names it: `q8`. */
  readonly dtype: string;
  /** Name of the file of a model that only goes on with a text, without the form of its numbers and without `.onnx`. */
  readonly modelFile: string;
  readonly sizeBytes: number;
}

/** What the child for embeddings needs besides. */
export interface EmbeddingSettings extends EngineSettings {
  readonly tokenizerPath: string;
  /** Architecture, as the configuration of the model names it (`bert`). */
  readonly modelType: string;
  readonly dimensions: number;
  /** Tokens it reads of one text, special tokens included. */
  readonly maxTokens: number;
  readonly pooling: 'mean' | 'cls';
  readonly isNormalized: boolean;
  /** Put before a text whose `input_type` is said. */
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly shorterDimensions: readonly number[];
  /** Digest of the weights, `sha256:...`. */
  readonly digest: string;
}

/** What is known of every model once it is loaded. */
export interface ServedModel {
  readonly contextTokens: number;
  readonly sizeBytes: number;
  readonly name: string;
}

/** What is known of a chat model once it is loaded. */
export interface LoadedModel extends ServedModel {
  readonly trainedContextTokens: number;
  readonly parameters: number;
  readonly chatTemplate: string;
}

/** Why a model could not be loaded; the host makes a contract error of it. */
export type LoadFailureReason = 'dependency' | 'file' | 'memory' | 'port' | 'engine';

/** What the child tells the host. */
export type EngineReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'loading'; readonly progress: number }
  | { readonly type: 'ready'; readonly loadMs: number; readonly model: ServedModel }
  | { readonly type: 'failed'; readonly reason: LoadFailureReason; readonly message: string };
