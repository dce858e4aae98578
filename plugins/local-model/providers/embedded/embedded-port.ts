import type { EmbedderWeights } from '../../catalogue/weights-entry.ts';

/** Address and key of an engine that runs. */
interface Endpoint {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** What the provider needs of the embedders inside Wooster. */
interface EmbeddersPort {
  /** The embedders to offer: those that are wanted or on this machine. */
  offered(): Promise<readonly EmbedderWeights[]>;
  entry(id: string): EmbedderWeights | undefined;
  /** Weights and engine are on this machine. */
  isPresent(id: string): Promise<boolean>;
  isRunning(id: string): boolean;
  /** Fetches what is missing, starts the engine where needed, and gives its address and key. */
  endpoint(id: string, signal: AbortSignal): Promise<Endpoint>;
}

/** What is known of the chat model before it runs. */
export interface ChatFacts {
  readonly title: string;
  readonly tools: 'grammar' | 'none';
  /** node-llama-cpp unless told. */
  readonly engine?: string;
  /** Whether an answer can be held to a form; it can unless told. */
  readonly canJson?: boolean;
  /** What a folder of the user's own lacks. */
  readonly missing?: string;
  readonly bytes?: number;
  readonly contextTokens?: number;
  readonly memoryMiB?: number;
  readonly quantization?: string;
  readonly parameterCount?: string;
  readonly sha256?: string;
}

/** What the provider needs of the runtime that has the weights and the engines. */
export interface EmbeddedPort {
  /** The chat model that is configured. */
  readonly modelId: string;
  /** Whether missing weights or engine may be fetched. */
  readonly mayDownload: boolean;
  /** The setting that forbids every download, when one does. */
  readonly downloadRefusal?: string;
  /** The configured window; without it the window stays unknown. */
  readonly contextTokens?: number;
  /** The file or folder of the user's own that is configured in place of an id of the catalogue or a repository. */
  readonly ownFile?: string;
  /** The embedders; without it there are none. */
  readonly embedders?: EmbeddersPort;
  /** What is known of the chat model; undefined for an unknown id. */
  entry(): ChatFacts | undefined | Promise<ChatFacts | undefined>;
  /** Weights and engine of the chat model are on this machine. */
  isPresent(): Promise<boolean>;
  isRunning(): boolean;
  /** Fetches what is missing, starts the engine where needed, and gives its address and key. */
  endpoint(signal: AbortSignal): Promise<Endpoint>;
  dispose(): void | Promise<void>;
}
