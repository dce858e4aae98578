import type { EmbedderFacts } from './embedding-model.ts';
import type { ModelRef } from './model-ref.ts';
import type { ToolWay } from './tool-way.ts';

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
  readonly unit:
    'input-token' | 'output-token' | 'cached-input-token' | 'cache-write-token' | 'call' | 'image' | 'second';
  readonly quantity: number;
  readonly usd: number;
  /** ISO date on which it was known to hold. */
  readonly asOf?: string;
}

/** What a model is for, for lists and statistics. */
export type ModelKind = (typeof MODEL_KINDS)[number];

/** All kinds, in the order in which they are listed. */
export const MODEL_KINDS = ['text', 'vision', 'embedding', 'image', 'video', 'speech'] as const;

/** How good the answers of a model are, by a named source. */
export type ModelQuality = (typeof MODEL_QUALITIES)[number];

/** The grades, each better than the one before it. */
export const MODEL_QUALITIES = ['good', 'better', 'best', 'SOTA'] as const;

/** A grade and who gave it. */
export interface QualityRating {
  readonly grade: ModelQuality;
  /** Whose figure, which figure and its value: `publisher's card, MMLU 74.2`. */
  readonly source: string;
  /** ISO date on which the source was read. */
  readonly date: string;
}

/** What the size of a transformer's key-value cache is reckoned with. */
export interface TransformerShape {
  readonly layers: number;
  /** Heads of keys and values; of grouped-query attention fewer than those of the queries. */
  readonly kvHeads: number;
  /** Length of one key and of one value, elements. */
  readonly keyLength: number;
  readonly valueLength: number;
  readonly embeddingLength: number;
  readonly vocabularySize?: number;
  /** Layers that see only the last tokens, and so keep no more of them; none without it. */
  readonly slidingWindow?: { readonly tokens: number; readonly layers: number };
}

/** How fast a model was on this machine. */
export interface MeasuredSpeed {
  /** Written tokens a second, after the first. */
  readonly tokensPerSecond: number;
  /** Read tokens of a prompt a second. */
  readonly promptTokensPerSecond?: number;
  readonly firstTokenMs?: number;
  readonly loadMs?: number;
  /** Milliseconds since 1970. */
  readonly measuredAt: number;
}

/** How often a model chose the right tool with valid arguments, in a fixed set of tasks. */
export interface ToolScore {
  readonly tasks: number;
  /** Calls that kept to their schema. */
  readonly valid: number;
  /** Valid calls of the right tool with the right arguments. */
  readonly right: number;
}

/** What was measured here of a model's use of tools, in the way in which it did best. */
export interface MeasuredToolUse extends ToolScore {
  /** Absent in what was measured before ways were told apart. */
  readonly way?: ToolWay;
  /** Each way that was measured. */
  readonly ways?: Readonly<Partial<Record<ToolWay, ToolScore>>>;
  /** Milliseconds since 1970. */
  readonly measuredAt: number;
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
  /** `qwen2.5`, `llama3.2`; read from the name where nothing else tells it. */
  readonly family?: Fact<string>;
  /** `instruct`, `coder`, ... */
  readonly variant?: Fact<string>;
  readonly licence?: Fact<string>;
  readonly quality?: Fact<QualityRating>;
  readonly shape?: Fact<TransformerShape>;
  readonly speed?: Fact<MeasuredSpeed>;
  readonly toolUse?: Fact<MeasuredToolUse>;
  /** Ways in which its provider can let it call tools; without it only `native`, and none when it is empty. */
  readonly toolWays?: Fact<readonly ToolWay[]>;
  /** File of the weights on this machine, where its server tells it. */
  readonly file?: Fact<string>;
  readonly memoryMiB?: Fact<number>;
  /** Digest of the weights, when the server tells it. */
  readonly digest?: Fact<string>;
  readonly isLoaded?: Fact<boolean>;
  /** What is known of it as an embedding model. */
  readonly embedder?: Fact<EmbedderFacts>;
}
