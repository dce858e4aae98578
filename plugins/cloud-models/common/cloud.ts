import type { BaseUrl, CallContext, EmbeddingCall, EmbeddingModel, ModelInfo, Secret } from 'wooster';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Place } from './call-faults.ts';
import type { KeyWire } from './keyed-fetch.ts';

/** What a list of models tells of one. */
export type ListedModel = Omit<ModelInfo, 'ref' | 'providerId' | 'locality'>;

/** One page of a list of models. */
export interface ModelPage {
  readonly models: readonly ListedModel[];
  /** Path and query of the next page. */
  readonly next?: string;
}

/** What one attempt at a cloud is made of. */
export interface CloudAttempt<Call extends CallContext = CallContext> {
  readonly place: Place & { readonly model: string };
  readonly base: BaseUrl;
  readonly apiKey: Secret;
  /** `fetch` of the guarded client, bound to the permit of this attempt. */
  readonly guarded: typeof globalThis.fetch;
  readonly call: Call;
}

/** What one cloud does differently. */
export interface Cloud {
  readonly wire: KeyWire;
  /** Besides the key, for what is asked without the client package. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What comes before the paths, where it is not the root of the address. */
  readonly rootOf?: (base: BaseUrl) => string;
  /** Path and query of the first page of the list of models. */
  readonly modelsPath: string;
  /** One page; undefined when it is none. */
  readonly readPage: (page: unknown) => ModelPage | undefined;
  /** A route that refuses a wrong key, where the list of models does not. */
  readonly keyPath?: string;
  readonly chat: (attempt: CloudAttempt) => Promise<BaseChatModel>;
  readonly embeddings?: (attempt: CloudAttempt<EmbeddingCall>) => Promise<EmbeddingModel>;
}
