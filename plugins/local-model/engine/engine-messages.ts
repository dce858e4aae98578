/** What the host tells the child at start. It goes over the fork's channel, so that the secret is never on a command line. */
export interface EngineStart {
  readonly type: 'start';
  readonly secret: string;
  readonly settings: ChildSettings;
}

/** What the child needs to load one model. */
export interface ChildSettings {
  readonly modelPath: string;
  readonly modelId: string;
  /** Window of each slot, in tokens; cut to what the model was trained for. */
  readonly contextTokens: number;
  readonly threads: number;
  readonly slots: number;
  /** Requests that may wait for a slot; one more is refused. */
  readonly queueLimit: number;
  readonly gpu: boolean;
  /** Loopback port to serve on; 0 means any that is free. */
  readonly port: number;
  /** Path, file URL or bare name of node-llama-cpp. */
  readonly enginePackage: string;
}

/** What is known of a model once it is loaded. */
export interface LoadedModel {
  readonly contextTokens: number;
  readonly trainedContextTokens: number;
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly name: string;
  readonly chatTemplate: string;
}

/** Why a model could not be loaded; the host makes a contract error of it. */
export type LoadFailureReason = 'dependency' | 'file' | 'memory' | 'port' | 'engine';

/** What the child tells the host. */
export type EngineReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'loading'; readonly progress: number }
  | { readonly type: 'ready'; readonly loadMs: number; readonly model: LoadedModel }
  | { readonly type: 'failed'; readonly reason: LoadFailureReason; readonly message: string };
