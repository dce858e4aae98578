import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { z } from 'zod';
import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Clock, Logger } from '../plugins/logger.ts';
import type { CapabilityToken } from '../plugins/token.ts';
import type { ProviderEntry } from '../settings/settings.ts';
import type { CallContext, EmbeddingCall } from './call-context.ts';
import type { EmbeddingModel } from './embedding-model.ts';
import type { HealthReport } from './health.ts';
import type { Locality, ModelInfo } from './model-info.ts';
import type { GuardedHttp } from './http.ts';
import type { PermitOffice } from './permit.ts';

/** One model in memory. */
export interface LoadedModel {
  readonly modelId: string;
  /** Memory it takes, bytes, where the server tells it. */
  readonly sizeBytes?: number;
  /** Of these, on a graphics card. */
  readonly vramBytes?: number;
  readonly contextTokens?: number;
  /** When the server will unload it by itself, milliseconds since 1970. */
  readonly expiresAt?: number;
}

/** How a pull is run. */
export interface PullContext {
  readonly signal: AbortSignal;
  /** Bytes done of all where they are known; the label says which step it is. */
  onProgress(progress: { readonly label: string; readonly done: number; readonly total?: number }): void;
  /** Wanted form of the weights, where the server offers several: `q4_k_m`. */
  readonly quantization?: string;
}

/**
 * What of a server's models can be managed; what the server cannot do is an absent method. All throw contract errors
 * and end when the signal aborts; a pull that was broken off goes on where it was.
 */
export interface ModelLifecycle {
  load?(modelId: string, signal: AbortSignal): Promise<void>;
  unload?(modelId: string, signal: AbortSignal): Promise<void>;
  pull?(modelId: string, context: PullContext): Promise<void>;
  loaded?(signal: AbortSignal): Promise<readonly LoadedModel[]>;
}

/** One configured service that runs models. Throws contract errors only; what it cannot do is an absent method. */
export interface Provider {
  readonly id: string;
  /** Address for messages and target ids, `host:port`; `embedded` has none. */
  readonly address?: string;
  listModels(signal: AbortSignal): Promise<readonly ModelInfo[]>;
  /** A cheap look that loads no model; a fault is a report, not an exception, except cancellation. */
  probe(signal: AbortSignal): Promise<HealthReport>;
  /** The chat model of one attempt, built with `maxRetries: 0`; a promise, since LangChain's classes are imported when first needed. */
  chat?(modelId: string, call: CallContext): Promise<BaseChatModel>;
  /** The embedding model of one attempt; sends nothing unless the length of its vectors is unknown. */
  embeddings?(modelId: string, call: EmbeddingCall): Promise<EmbeddingModel>;
  capability?<T>(token: CapabilityToken<T>): T | undefined;
  readonly lifecycle?: ModelLifecycle;
  /**
   * Called before a decision on a task that may use it: starts what has to be started for it, and returns at once. True while it
   * starts; `probe` then says `loading`, and a call is refused with ModelLoadingError.
   */
  wake?(task?: string): boolean;
  dispose(): Promise<void>;
}

/** What a provider is given; nothing else reaches outside. */
export interface ProviderDependencies {
  readonly entry: ProviderEntry;
  readonly http: GuardedHttp;
  readonly permits: PermitOffice;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A provider as data: adding one is the descriptor's file and its test. */
export interface ProviderDescriptor<Schema extends z.ZodType = z.ZodType> {
  /** Kebab-case: `ollama`, `openai-compatible`. */
  readonly id: string;
  readonly title: string;
  /** Where its models run unless a mark says otherwise; `undeclared` is cloud until the user declares the endpoint. */
  readonly locality: 'local' | 'cloud' | 'undeclared';
  /** Its list may mark a model as running elsewhere; then no model is a candidate before the list has been read. */
  readonly mayServeRemoteModels?: boolean;
  /** Its list tells prices, which a budget needs; so it is read although the model is configured. */
  readonly tellsPrices?: boolean;
  /** Schema of `ProviderEntry.options`. */
  readonly settings: Schema;
  /** Environment names users have for it, for help. */
  readonly knownEnv: readonly string[];
  /** Default address, when the engine has one. */
  readonly defaultBaseUrl?: string;
  /** Does no I/O. */
  create(settings: z.output<Schema>, dependencies: ProviderDependencies): Provider;
}

/** Gives a provider descriptor its types. */
export function defineProvider<Schema extends z.ZodType>(descriptor: ProviderDescriptor<Schema>): ProviderDescriptor {
  return descriptor;
}

/** A configured provider that takes part; of an entry with several endpoints there is one for each. */
export interface ProviderInstance {
  readonly entry: ProviderEntry;
  readonly descriptor: ProviderDescriptor;
  readonly provider: Provider;
  /** Where its models run unless a mark of the model says cloud. */
  readonly locality: Locality;
  readonly serverId: string;
  /** Local, or a cloud that an explicit setting permits: only these are probed and asked for their models. */
  readonly mayContact: boolean;
  /** A cloud that a purpose of embeddings permits: contacted for such texts alone, also where `mayContact` is false. */
  readonly mayContactToEmbed: boolean;
}

/**
 * Entries that were not configured but found, besides those of the settings. An entry whose id or address is configured
 * gives way to the settings.
 */
export const PROVIDER_ENTRIES: ExtensionPoint<ProviderEntry> = defineExtensionPoint<ProviderEntry>({
  id: 'provider-entries',
  summary: 'servers that were found rather than configured',
  idOf: (entry) => entry.id,
});

/** Kinds of providers. */
export const PROVIDERS: ExtensionPoint<ProviderDescriptor> = defineExtensionPoint<ProviderDescriptor>({
  id: 'providers',
  summary: 'kinds of services that run models',
  idOf: (descriptor) => descriptor.id,
});
