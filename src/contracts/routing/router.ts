import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Disposable } from '../plugins/disposable.ts';
import type { Principal } from '../plugins/principal.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { CallContext, CallLimits, CallParameters } from '../models/call-context.ts';
import type { HealthSnapshot } from '../models/health.ts';
import type { ModelInfo } from '../models/model-info.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { Provider, ProviderInstance } from '../models/provider.ts';
import type { CacheMode } from '../cache/response-cache.ts';
import type { AskConsent } from '../privacy/privacy-policy.ts';
import type { BreakerStatus } from './breaker.ts';
import type { AttemptRecord, DecisionListener, RouteDecision, TokenUsage } from './decision.ts';
import type { CallBound, PrivacyClass, RouteNeeds, RouteRequest } from './route-request.ts';

/** For whom a switch holds; the narrower wins: conversation, project, principal, process, then the workspace for good. */
export type SwitchScope =
  | { readonly kind: 'workspace' }
  | { readonly kind: 'process' }
  | { readonly kind: 'principal'; readonly id: string }
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'conversation'; readonly id: string };

/**
 * One ability of providers as the attempt loop sees it: a run is a sequence of items, and from the first item that is
 * output no other model may take over. A plain call is a sequence of one item.
 */
export interface RoutedOperation<Item> {
  /** `chat`, `embed`, ... ; what a provider must be able to do. */
  readonly id: string;
  run(provider: Provider, modelId: string, call: CallContext): AsyncIterable<Item>;
  /** True for content and tool-call tokens; reasoning and role-only chunks are not output. */
  isOutput(item: Item): boolean;
  /** True for items worth showing before output, such as reasoning; shown at once only where nothing could take over. */
  isProgress?(item: Item): boolean;
  /** Items come token by token, so the first-token and idle limits apply; otherwise only the total. */
  readonly isStreamed?: boolean;
  /** The caller sees nothing before the end: items are held until then, so that any failure leaves the way to another model open. */
  readonly isWhole?: boolean;
  /** Tokens in an item, at least 1 for output and progress; without it each counts as one. */
  tokensIn?(item: Item): number;
  /** Usage, the replied model's name and the provider's own figure of the cost, when an item tells them. */
  observe?(item: Item): { readonly usage?: TokenUsage; readonly repliedModel?: string; readonly costUsd?: number };
  /** Tokens by our own count, asked for at the end of an attempt whose items told no usage. */
  estimate?(): TokenUsage | undefined;
  /** The most that the next attempt can take; without it the bound of the request holds. */
  bound?(): CallBound;
  /** The content that would be sent, as texts; an operation that does not tell it is never sent to a cloud. */
  texts?(): readonly string[];
  /** What the current attempt has answered so far, as text. */
  answer?(): string;
  /** How its answers are kept for equal calls; one without it is never cached. */
  readonly codec?: ReplyCodec<Item>;
}

/** Writes down the items of an answer and makes them again. */
export interface ReplyCodec<Item> {
  /** What the answer depends on, besides model, parameters and principal, as JSON can hold it. */
  content(): unknown;
  /** Undefined for an answer that cannot be kept. */
  encode(items: readonly Item[]): string | undefined;
  /** Throws for a text that it did not write. */
  decode(text: string): readonly Item[];
}

/** What of a call does not depend on the target. */
export interface ExecuteOptions {
  readonly parameters: CallParameters;
  /** Limits of this call; they win over those of the provider and of the settings. */
  readonly limits?: Partial<CallLimits>;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** Told of each attempt when it begins and when it ends; must not throw. */
  readonly onAttempt?: (attempt: AttemptRecord) => void;
  /** Asked when a cloud would get what is about a project for the first time. */
  readonly askConsent?: AskConsent;
  readonly cache?: CacheWish;
}

/** What a caller wants of the response cache. */
export interface CacheWish {
  /** Instead of the setting. */
  readonly mode?: CacheMode;
  /** Space and versions of what was retrieved for the call. */
  readonly retrieval?: readonly string[];
}

/** Defaults of a routed chat model; each is joined with what a call brings. */
export interface RoutedChatDefaults {
  readonly principal?: Principal;
  readonly privacy?: PrivacyClass;
  readonly parameters?: CallParameters;
  readonly limits?: Partial<CallLimits>;
  readonly stickyKey?: string;
  readonly loopKey?: string;
  readonly avoidedTargets?: readonly string[];
  readonly pinned?: ModelRef;
  readonly pinnedProvider?: string;
  readonly conversationId?: string;
  readonly project?: string;
  readonly strategy?: string;
  /** What the call needs besides what its messages and tools show. */
  readonly needs?: RouteNeeds;
  readonly ranking?: RouteRequest['ranking'];
  readonly toolWay?: RouteRequest['toolWay'];
  /** USD that one call may cost. */
  readonly budgetUsd?: number;
  /** Told of each decision, before its first attempt. */
  readonly onDecision?: DecisionListener;
  readonly askConsent?: AskConsent;
  readonly cache?: CacheWish;
}

/** One target in `status()`; the model `*` stands for those of a server that has told none. */
export interface TargetStatus {
  readonly targetId: string;
  readonly ref: ModelRef;
  readonly model: ModelInfo;
  readonly health: HealthSnapshot;
  readonly isConfigured: boolean;
  /** Why it cannot be used whatever is asked. */
  readonly unavailable?: string;
}

/** The router at this moment. */
export interface RouterStatus {
  readonly strategy: string;
  readonly strategies: readonly string[];
  readonly isLocalOnly: boolean;
  /** The model that switches prefer, widest scope last. */
  readonly switches: readonly { readonly scope: SwitchScope; readonly ref: ModelRef }[];
  readonly targets: readonly TargetStatus[];
  /** Providers that take no part, with the reason. */
  readonly disabled: readonly { readonly providerId: string; readonly reason: string }[];
}

/** Routes each model call once, executes the decision in the one attempt loop, and remembers switches. */
export interface ModelRouterService {
  /**
   * Never throws for want of a candidate: such a decision has an empty chain, and executing it throws NoRouteError.
   * Where a cloud could get the content, it is looked at first; `texts` gives it.
   */
  decide(request: RouteRequest, signal: AbortSignal, texts?: () => readonly string[]): Promise<RouteDecision>;
  /** The one attempt loop, for every capability. Throws the last error, or NoRouteError for an empty chain. */
  execute<Item>(
    decision: RouteDecision,
    operation: RoutedOperation<Item>,
    options: ExecuteOptions,
  ): AsyncIterable<Item>;
  /** A chat model that executes this one decision. */
  open(decision: RouteDecision): Promise<BaseChatModel>;
  /** A chat model that decides once for each call; a tool loop is kept together by the sticky key. */
  model(defaults?: RoutedChatDefaults): Promise<BaseChatModel>;
  /** Prefers a model from now on; UsageError when no provider knows it. `undefined` takes the switch back. */
  switchModel(ref: ModelRef | undefined, scope: SwitchScope): Promise<void>;
  /** Lasting; UsageError for an unknown id, with the known ones. */
  setStrategy(id: string, scope: SwitchScope): Promise<void>;
  /** Refreshes models and health of every target that is older than the given age. */
  refresh(signal: AbortSignal, maxAgeMs?: number): Promise<void>;
  status(): RouterStatus;
  /** The providers that take part at this moment, for what manages models and servers. */
  providers(): readonly ProviderInstance[];
  /** Every breaker that is not closed, counts failures or is limited; empty when all is well. */
  breakers(): readonly BreakerStatus[];
  /** Closes the breaker of a target and of its server, or of a server and its targets, or all; how many were not closed. */
  resetBreakers(targetOrServerId?: string): number;
  onDecision(listener: DecisionListener): Disposable;
}

/** The router, provided by the `local-model` plugin. */
export const MODEL_ROUTER: Token<ModelRouterService> = defineToken<ModelRouterService>('model-router');
