import type { Embeddings } from '@langchain/core/embeddings';
import type { Progress } from '../commands/terminal.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { Locality } from './model-info.ts';
import type { ModelRef } from './model-ref.ts';

/** How one vector is made of the vectors of the tokens. */
export type Pooling = 'mean' | 'cls' | 'last-token' | 'unknown';

/** What is known of an embedding model besides what is known of every model. */
export interface EmbedderFacts {
  /** The name of the weights in the catalogue (`sentence-transformers/all-MiniLM-L6-v2`), else as the server writes it. */
  readonly name: string;
  /** Digest of the weights, when it is known: `sha256:...`. */
  readonly digest?: string;
  /** Length of its vectors; unknown until the first one is seen. */
  readonly dimensions?: number;
  /** Tokens it reads of one text, special tokens included. */
  readonly maxTokens?: number;
  readonly pooling: Pooling;
  readonly isNormalized: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly quantization: string;
  /** Shorter lengths it was trained for; empty when its vectors may not be cut. */
  readonly shorterDimensions: readonly number[];
}

/** What makes a vector space what it is. Two servers with the same weights serve one space; the provider is no part of it. */
export interface EmbeddingIdentity {
  /** Digest of the weights, else the declared name. */
  readonly weights: string;
  readonly dimensions: number;
  readonly pooling: Pooling;
  readonly isNormalized: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly quantization: string;
}

/** A vector space: its identity and its id, a UUID made from the identity, so that a lost database cannot change it. */
export interface EmbeddingSpace extends EmbeddingIdentity {
  readonly spaceId: string;
  /** Name of the model for people; no part of the identity. */
  readonly name: string;
}

/** Limits of one embedding request. */
export interface EmbeddingLimits {
  readonly inputs: number;
  /** Special tokens and prefix included. */
  readonly tokensPerInput: number;
  readonly tokensPerRequest: number;
}

/** A text is embedded as what it is: the two roles have different prefixes. */
export type EmbeddingRole = 'query' | 'document';

/** Vectors of one request, in the order of the texts, each checked: `dimensions` long, finite, not zero. */
export interface EmbeddingResult {
  readonly spaceId: string;
  readonly vectors: readonly Float32Array[];
  /** Tokens as the server counted them. */
  readonly inputTokens?: number;
  /** The provider's own figure of the cost, USD. */
  readonly costUsd?: number;
}

/** Tokens of each text, special tokens and the prefix of a document included. */
export interface TokenCounts {
  readonly counts: readonly number[];
  readonly precision: 'exact' | 'upper-bound' | 'estimate';
}

/** One model of one target that turns texts into vectors of one space. */
export interface EmbeddingModel {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  /**
   * One request: no more than `limits.inputs` texts; it adds the prefix of the role. A text that is too long is a
   * ContextTooLongError and never cut in silence; a wrong vector is a MalformedReplyError.
   */
  embed(texts: readonly string[], role: EmbeddingRole, signal: AbortSignal): Promise<EmbeddingResult>;
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts>;
}

/** What texts are embedded for; each purpose is configured apart. */
export type EmbeddingPurpose = 'projects' | 'userProfile';

/** Whose texts are embedded; the privacy and the budget of a project hold for its texts. */
export interface EmbeddingOwner {
  readonly project?: string;
}

/** Options of one call of space-bound embeddings. */
export interface EmbedOptions {
  readonly role: EmbeddingRole;
  readonly signal: AbortSignal;
  /** Told after each batch: texts done of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** LangChain embeddings bound to one space for life; fails over only between targets that serve that space. */
export interface SpaceBoundEmbeddings extends Embeddings {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  readonly locality: Locality;
  /** True where it serves in the place of the wanted model, which cannot be reached. */
  readonly isStandIn: boolean;
  /** Price of so many input tokens, USD; 0 for a model of this machine, undefined where the price is not known. */
  usdOf(inputTokens: number): number | undefined;
  /** Any number of texts, in order; batches by the limits of the model and keeps vectors by (text, space) in memory. */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>;
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts>;
  /** Drops texts from the cache. */
  forget(texts: readonly string[]): void;
}

/** An embedding model as it stands, for health and lists. */
export interface EmbedderStatus {
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly locality: Locality;
  readonly facts: EmbedderFacts;
  readonly state: string;
  readonly detail?: string;
  /** Purposes that it would serve now. */
  readonly servesPurposes: readonly EmbeddingPurpose[];
}

/** How one purpose stands. */
export interface PurposeStatus {
  readonly purpose: EmbeddingPurpose;
  readonly isEnabled: boolean;
  /** The model that is wanted. */
  readonly model: string;
  readonly dimensions?: number;
  readonly fallbackToCloud: boolean;
  /** The target that would serve it now. */
  readonly ref?: ModelRef;
  /** Why none serves it, and what to do. */
  readonly problem?: string;
}

/** Chooses the model of a purpose; a cloud model is another instance with another space, and only where the purpose allows it. */
export interface EmbeddingsFactory {
  /**
   * The embeddings of a purpose: the configured model on whichever targets serve it, else, where the purpose allows it,
   * a cloud model with a space of its own. Throws NoRouteError with the reasons, ConfigError when the purpose is off or
   * the configured dimensions are not those of the model.
   */
  for(purpose: EmbeddingPurpose, signal: AbortSignal, owner?: EmbeddingOwner): Promise<SpaceBoundEmbeddings>;
  /** Embeddings of a known space, for searching what was stored in it; undefined when nothing that is configured serves it. */
  ofSpace(
    space: EmbeddingSpace,
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
    owner?: EmbeddingOwner,
  ): Promise<SpaceBoundEmbeddings | undefined>;
  /**
   * The embeddings of a named model, whatever the settings name for the purpose; what the purpose may use of the cloud
   * holds. Throws NoRouteError with the reasons, ConfigError for a length that the model cannot be cut to.
   */
  named(
    wanted: { readonly model: string; readonly dimensions?: number },
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
    owner?: EmbeddingOwner,
  ): Promise<SpaceBoundEmbeddings>;
  /** Looks at every embedding model and purpose; loads no model. */
  status(
    signal: AbortSignal,
  ): Promise<{ readonly models: readonly EmbedderStatus[]; readonly purposes: readonly PurposeStatus[] }>;
}

/** The embeddings factory, provided by the plugin that has embedding models. */
export const EMBEDDINGS_FACTORY: Token<EmbeddingsFactory> = defineToken<EmbeddingsFactory>('embeddings-factory');

/** Makes ready what the embeddings of a purpose need on this machine, before the first of them, since a download may take longer than any call. */
export interface EmbeddingsPreparation {
  /**
   * Fetches what is missing, told by progress and notices. Does nothing where nothing is missing, where it may not be
   * fetched, or where another model serves the purpose.
   */
  prepare(
    purpose: EmbeddingPurpose,
    context: { readonly signal: AbortSignal; readonly progress: Progress },
  ): Promise<void>;
}

/** The preparation of embeddings, provided by the plugin that has embedding models. */
export const EMBEDDINGS_PREPARATION: Token<EmbeddingsPreparation> =
  defineToken<EmbeddingsPreparation>('embeddings-preparation');
