import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { HealthSnapshot } from '../models/health.ts';
import type { ModelInfo, Price } from '../models/model-info.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { CloudPermission } from '../settings/settings.ts';
import type { ConsentState } from '../privacy/privacy-policy.ts';
import type { BudgetStatus } from '../usage/budget.ts';
import type { BreakerView } from './breaker.ts';
import type { PrivacyClass, RouteRequest } from './route-request.ts';

/** One model on one target with snapshots of all that filters and strategies may look at. */
export interface Candidate {
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly providerId: string;
  readonly model: ModelInfo;
  readonly health: HealthSnapshot;
  /** Its breaker, when it is not closed: it rests, or is being probed, or refused the key. */
  readonly breaker?: BreakerView;
  /** Milliseconds until a server that limits our calls may be asked again; it ranks behind others until then. */
  readonly limitedForMs?: number;
  /** Priority of the configuration; lower is tried first. */
  readonly priority: number;
  /** Named in the configuration, rather than found in a server's list. */
  readonly isConfigured: boolean;
  /** Set when an explicit setting permits this provider although it is a cloud. */
  readonly permission?: CloudPermission;
  /** An explicit setting that refuses the cloud; wins over every permission. */
  readonly refusal?: CloudPermission;
  /** Only for these tasks and purposes of embeddings, where its entry says so. */
  readonly tasks?: readonly string[];
  readonly purposes?: readonly string[];
  /** Why it cannot serve whatever is asked: `not on the server (has: a, b)`, `disabled: MY_KEY is not set`. */
  readonly unavailable?: string;
  /** Prices that the cost is reckoned with: the user's, else those that are known of the model; of cloud models only. */
  readonly prices?: readonly Price[];
  /** What the call would cost at most; 0 for local models, absent when the price is unknown. */
  readonly costUpperBoundUsd?: number;
  /** Longest answer, tokens, that the bound reckons with, where a budget holds. */
  readonly outputLimitTokens?: number;
  /** The cap with the least left that holds for the call; absent for local models and where none holds. */
  readonly budget?: BudgetStatus;
  /** Whether a cloud may get what is about the project of the call; absent for local models and without a project. */
  readonly consent?: Exclude<ConsentState, 'given'>;
  /** Which setting declares that the provider does not train on what it gets. */
  readonly noTraining?: CloudPermission;
}

/** Why a candidate was rejected. */
export interface Reason {
  /** The filter's id. */
  readonly filter: string;
  /** One line for a person: `does not fit: needs 9,000 tokens, window 4,096`. */
  readonly text: string;
}

/** Pure and synchronous: the same candidate and request give the same answer. */
export interface RouteFilter {
  readonly id: string;
  reject(candidate: Candidate, request: RouteRequest): Reason | undefined;
}

/** Pure chooser: candidates that pass all filters are tried in descending score. */
export interface RoutingStrategy {
  readonly id: string;
  readonly summary: string;
  /** Filters besides those that hold for every strategy. */
  readonly filters: readonly RouteFilter[];
  /** Class that the strategy imposes; the stricter of it and the request's wins. */
  readonly privacy?: PrivacyClass;
  score(candidate: Candidate, request: RouteRequest): number;
}

/** Strategies of routing. */
export const STRATEGIES: ExtensionPoint<RoutingStrategy> = defineExtensionPoint<RoutingStrategy>({
  id: 'strategies',
  summary: 'pure choosers among the models that may answer',
  idOf: (strategy) => strategy.id,
});

/** Filters that hold for every strategy. */
export const FILTERS: ExtensionPoint<RouteFilter> = defineExtensionPoint<RouteFilter>({
  id: 'filters',
  summary: 'rules that reject a model for a request, with the reason',
  idOf: (filter) => filter.id,
});
