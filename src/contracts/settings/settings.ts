import type { CallLimits } from '../models/call-context.ts';
import type { Price } from '../models/model-info.ts';
import type { PrivacyClass } from '../routing/route-request.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type {
  BudgetSettings,
  CacheSettings,
  PrivacySettings,
  ProxySettings,
  UsageSettings,
} from './accounts-settings.ts';
import type { Secret } from './secret.ts';
import type { ToolSettings } from './tool-settings.ts';

/** Which explicit setting lets a cloud be used, as `file: path` or `environment: NAME`. */
export interface CloudPermission {
  readonly origin: string;
}

/** One endpoint of a provider that has several. */
export interface TargetEntry {
  readonly baseUrl: string;
  /** Its share of the calls, beside those of the others. */
  readonly weight: number;
  /** Calls that it takes at once, and how many may wait for it; the entry's own without it. */
  readonly slots?: number;
  readonly queue?: number;
}

/** How calls are shared out among several endpoints of one model. */
export type BalanceStrategy = 'round-robin' | 'least-busy' | 'latency';

/** A server that is started when it is needed and does not run. */
export interface ServerStart {
  /** Program and arguments; without it that of the kind. */
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Until it is well, milliseconds; the load limit of routing without it. */
  readonly readyMs?: number;
  /** Started again beyond this memory of the whole process tree. */
  readonly maxMemoryMiB?: number;
  /** Which setting asked for it. */
  readonly origin: string;
}

/** One configured provider, in the one shape into which every old and new form is read. */
export interface ProviderEntry {
  /** The provider id of model references: `local`, `ollama`, `openai`. */
  readonly id: string;
  /** Id of the provider descriptor that serves it: `ollama`, `openai-compatible`, `embedded`. */
  readonly kind: string;
  readonly isEnabled: boolean;
  /** Why it is off, when it is: an unset `${NAME}`, `enabled: false` and where. */
  readonly disabledReason?: string;
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKey?: Secret;
  /** Lower is tried first. */
  readonly priority: number;
  /** Time-out of the provider file: first-token limit of streams and total of plain calls, milliseconds. */
  readonly timeoutMs?: number;
  /** Limits of this provider where they differ from those of routing. */
  readonly limits?: Partial<CallLimits>;
  /** The user has declared the endpoint to be on machines of his own. */
  readonly isDeclaredLocal: boolean;
  /** Set when an explicit setting permits this provider although it is a cloud. */
  readonly permission?: CloudPermission;
  /** Which setting declares that the provider does not train on what it gets. */
  readonly noTraining?: CloudPermission;
  /** Prices that the user wrote, for every model of the entry; they win over those of the catalogue. */
  readonly prices?: readonly Price[];
  /** Only for these tasks (`embed`); for every task without it. */
  readonly tasks?: readonly string[];
  /** Only for these purposes of embeddings (`projects`, `userProfile`), and for no call without a purpose. */
  readonly purposes?: readonly string[];
  /** Further settings of the kind, checked by the descriptor's own schema. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Several endpoints of the same models, instead of `baseUrl`. */
  readonly targets?: readonly TargetEntry[];
  readonly balance?: BalanceStrategy;
  /** Calls that one endpoint takes at once, and how many may wait for it; no limit of ours without it. */
  readonly slots?: number;
  readonly queue?: number;
  /** Set when the server is to be started where it does not run. */
  readonly start?: ServerStart;
  /** Found on this machine rather than configured. */
  readonly isDiscovered?: boolean;
  /** Where the entry comes from, for messages. */
  readonly origin: string;
}

/** How the texts of one purpose (projects, user profile) are embedded. */
export interface EmbeddingPurposeSettings {
  readonly isEnabled: boolean;
  /** Which setting turned it off. */
  readonly disabledReason?: string;
  /** Name of the wanted model, in any spelling that the catalogue knows. */
  readonly model: string;
  readonly dimensions?: number;
  readonly baseUrl?: string;
  readonly fallbackToCloud: boolean;
  /** Which setting permits the cloud for this purpose's embeddings; set when `fallbackToCloud` is. */
  readonly permission?: CloudPermission;
  /** Which setting forbids the cloud for this purpose: an explicit `fallbackToCloud: false`. */
  readonly refusal?: CloudPermission;
}

/** What follows an interrupted answer without tools; in a tool loop the call is always asked anew. */
export type InterruptedText = 'stop' | 'restart' | 'continue';

/** Settings of routing after normalisation. */
export interface RoutingSettings {
  /** Strategy id in today's names. */
  readonly strategy: string;
  /** Which setting chose it. */
  readonly strategyOrigin?: string;
  /** Strictest class set by any layer. */
  readonly privacy: PrivacyClass;
  /** Which setting made it so. */
  readonly privacyOrigin?: string;
  /** A provider that is tried first (`LLM_DEFAULT_PROVIDER`), or pinned when `isPinned`. */
  readonly preferredProvider?: { readonly id: string; readonly isPinned: boolean; readonly origin: string };
  /** Provider ids in the order of `LLM_FALLBACK_ORDER`; orders, never permits. */
  readonly fallbackOrder: readonly string[];
  readonly cloudPermission?: CloudPermission;
  /** An explicit refusal of the cloud in any layer; wins over every permission. */
  readonly cloudRefusal?: CloudPermission;
  /** The process-wide switch: nothing of this process or of its children leaves the user's machines. */
  readonly localOnly?: CloudPermission;
  readonly limits: CallLimits;
  readonly failover: {
    readonly isEnabled: boolean;
    readonly maxRetries: number;
    /** Failures in a row after which a target rests. */
    readonly failureThreshold: number;
    /** How long it rests the first time. */
    readonly recoveryMs: number;
    /** What becomes of a text answer that breaks off after it was begun: told, asked anew, or carried on by another model. */
    readonly interruptedText: InterruptedText;
  };
  readonly healthCheckIntervalMs: number;
  /** False removes local candidates only. */
  readonly isLocalEnabled: boolean;
}

/** Settings of what runs inside Wooster. */
export interface EmbeddedSettings {
  readonly isEnabled: boolean;
  /** Id of the catalogue of weights, absolute path of a GGUF file or of a folder of ONNX files, or `owner/name` on the hub. */
  readonly model: string;
  readonly contextTokens: number;
  /** Loopback port of the engine; undefined means any that is free. */
  readonly port?: number;
  /** Undefined means physical cores minus one. */
  readonly threads?: number;
  readonly gpu: 'off' | 'auto';
  readonly autoDownload: boolean;
  /** Which setting forbids every download, also one that is asked for; unset when `setup` may fetch. */
  readonly downloadRefusal?: string;
  readonly hubBaseUrl: string;
  readonly modelsDirectory: string;
  readonly localDirectories: readonly string[];
}

/** How servers are found that nobody configured. */
export interface DiscoverySettings {
  /** `auto`: only where no local server is configured. */
  readonly mode: 'auto' | 'always' | 'off';
  /** Hosts besides this machine, as `host` or `host:port`; the user declares them to be his own by writing them. */
  readonly hosts: readonly string[];
}

/** What is kept in memory, and what is not. */
export interface LifecycleSettings {
  /** Models that are loaded at the start of a conversation: `provider:model`; the first of the chain for `auto`. */
  readonly preload: readonly string[];
  /** Models that nobody used for so long are unloaded, milliseconds; the servers' own rules without it. */
  readonly unloadAfterMs?: number;
  /** Form of the weights that is asked for when a model is fetched: `q4_k_m`. */
  readonly quantization?: string;
}

/** Settings of the knowledge stores. */
export interface KnowledgeSettings {
  /** `auto` chooses by size and by what is installed. */
  readonly index: 'auto' | 'exact' | 'faiss' | (string & {});
  /** Largest file that is ingested, bytes; each kind of file has its own without it. */
  readonly maxFileBytes?: number;
}

/** Defaults of generation. */
export interface GenerationSettings {
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly isStreaming: boolean;
}

/** The whole configuration in one shape; every value of every layer has been read into it. */
export interface HostSettings {
  readonly routing: RoutingSettings;
  readonly providers: readonly ProviderEntry[];
  readonly embedded: EmbeddedSettings;
  readonly embeddings: {
    readonly projects: EmbeddingPurposeSettings;
    readonly userProfile: EmbeddingPurposeSettings;
    /** Folder of the embedding models, absolute; without it they lie with the other weights. */
    readonly modelsDirectory?: string;
  };
  readonly knowledge: KnowledgeSettings;
  readonly discovery: DiscoverySettings;
  readonly lifecycle: LifecycleSettings;
  readonly privacy: PrivacySettings;
  readonly budget: BudgetSettings;
  readonly usage: UsageSettings;
  readonly cache: CacheSettings;
  readonly proxies: ProxySettings;
  readonly generation: GenerationSettings;
  readonly areToolsEnabled: boolean;
  readonly tools: ToolSettings;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
  readonly plugins: {
    /** Paths and package names to load besides `plugins/*`. */
    readonly sources: readonly string[];
    /** On or off by id, with the setting that said so. */
    readonly toggles: Readonly<Record<string, { readonly isEnabled: boolean; readonly origin: string }>>;
    /** The slice of each plugin, as written. */
    readonly slices: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** Where a field of a slice comes from, by dotted path (`local-model.threads`). */
    readonly origins: Readonly<Record<string, string>>;
  };
}

/** The configuration, provided by the host. */
export const SETTINGS: Token<HostSettings> = defineToken<HostSettings>('settings');
