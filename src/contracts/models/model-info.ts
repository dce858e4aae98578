import type { EmbedderFacts } from './embedding-model.ts';
import type { ModelRef } from './model-ref.ts';

/** How a fact became known; a later kind in this list gives way to an earlier one. */
export type FactOrigin = 'measured' | 'config' | 'server' | 'catalogue';

/** A value and how it became known. */
export interface Fact<T> {
  readonly value: T;
  readonly origin: FactOrigin;
}

/** Where a model runs. It belongs to the model, not to the provider's name: an Ollama model with a `remote_host` is cloud. */
export type Locality = 'local' | 'cloud';

/** Open list of what a model can do; `json` means output constrained to a schema. */
export type ModelCapability = 'chat' | 'embed' | 'tools' | 'vision' | 'json' | 'reasoning' | 'audio' | (string & {});

/** A price: `usd` for each `quantity` of `unit`. */
export interface Price {
  readonly unit: 'input-token' | 'output-token' | 'cached-input-token' | 'call' | 'image' | 'second';
  readonly quantity: number;
  readonly usd: number;
  /** ISO date on which it was known to hold. */
  readonly asOf?: string;
}

/** What is known of one model of one provider; an absent fact is unknown, never a default. */
export interface ModelInfo {
  readonly ref: ModelRef;
  readonly providerId: string;
  readonly modelId: string;
  /** Can do (true), cannot (false), not known (absent). */
  readonly capabilities: Readonly<Partial<Record<ModelCapability, Fact<boolean>>>>;
  readonly locality: Fact<Locality>;
  /** Window in tokens, prompt and answer together. */
  readonly contextTokens?: Fact<number>;
  readonly maxOutputTokens?: Fact<number>;
  readonly prices?: Fact<readonly Price[]>;
  readonly sizeBytes?: Fact<number>;
  readonly parameterCount?: Fact<string>;
  readonly quantization?: Fact<string>;
  readonly memoryMiB?: Fact<number>;
  /** Digest of the weights, when the server tells it. */
  readonly digest?: Fact<string>;
  readonly isLoaded?: Fact<boolean>;
  /** What is known of it as an embedding model. */
  readonly embedder?: Fact<EmbedderFacts>;
}
