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
import type { ModelInfo } from './model-info.ts';
import type { GuardedHttp } from './http.ts';
import type { PermitOffice } from './permit.ts';

/** What of a server's models can be managed, where the server allows it. */
export interface ModelLifecycle {
  load(modelId: string, signal: AbortSignal): Promise<void>;
  unload(modelId: string, signal: AbortSignal): Promise<void>;
  pull(modelId: string, signal: AbortSignal, onProgress: (done: number, total: number) => void): Promise<void>;
  loaded(signal: AbortSignal): Promise<readonly string[]>;
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

/** Kinds of providers. */
export const PROVIDERS: ExtensionPoint<ProviderDescriptor> = defineExtensionPoint<ProviderDescriptor>({
  id: 'providers',
  summary: 'kinds of services that run models',
  idOf: (descriptor) => descriptor.id,
});
