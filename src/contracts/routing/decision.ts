import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { EmbedderFacts } from '../models/embedding-model.ts';
import type { Locality, Price } from '../models/model-info.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { ToolWayChoice } from '../models/tool-way.ts';
import type { CloudPermission } from '../settings/settings.ts';
import type { CostOrigin } from '../usage/ledger.ts';
import type { RouteRequest } from './route-request.ts';
import type { Reason } from './strategy.ts';

/** One link of the chain. */
export interface RouteStep {
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly locality: Locality;
  readonly score: number;
  readonly contextTokens?: number;
  /** Its server said, when last looked at, that it loads the model or is being started. */
  readonly isLoading?: boolean;
  /** Why a cloud model may be here. */
  readonly permission?: CloudPermission;
  /** What the call costs at most; 0 for local models, absent when the price is unknown. */
  readonly costUpperBoundUsd?: number;
  /** Prices that the cost is reckoned with; of cloud models only. */
  readonly prices?: readonly Price[];
  /** Longest answer, tokens, that the bound reckons with, where a budget holds; the call is sent with it. */
  readonly outputLimitTokens?: number;
  /** The person has not yet been asked whether this cloud may get what is about the project. */
  readonly needsConsent?: boolean;
  /** How it is brought to call tools, where the request has any. */
  readonly toolWay?: ToolWayChoice;
  /** What is known of it as an embedding model, where that was asked. */
  readonly embedder?: EmbedderFacts;
}

/** A candidate that was left out and every reason for it. */
export interface RejectedCandidate {
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly reasons: readonly Reason[];
}

/** Made once for each model call, never changed, and what is executed. */
export interface RouteDecision {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
  readonly request: RouteRequest;
  readonly strategy: string;
  readonly chain: readonly RouteStep[];
  readonly rejected: readonly RejectedCandidate[];
}

/** Tokens of one attempt; estimated when the server did not count. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly isEstimated: boolean;
  /** Counted by the model's own tokenizer here, rather than told by its server. */
  readonly isCounted?: boolean;
  /** Of the input, those the provider had kept from an earlier call; they have a price of their own. */
  readonly cachedInputTokens?: number;
  /** Of the input, those the provider keeps for later calls, where it charges for the keeping. */
  readonly cacheWriteTokens?: number;
}

/** How one attempt ended. `interrupted`: output had begun, so no other model may take over. */
export type AttemptOutcome = 'running' | 'answered' | 'failed' | 'interrupted' | 'cancelled';

/** One try of one link. */
export interface AttemptRecord {
  readonly id: string;
  readonly decisionId: string;
  /** 0 for the first attempt of the decision. */
  readonly ordinal: number;
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly startedAt: number;
  readonly outcome: AttemptOutcome;
  /** Before it was begun, in the queue of an endpoint whose slots were all taken; not in the times below. */
  readonly queuedMs?: number;
  readonly firstTokenMs?: number;
  readonly totalMs?: number;
  readonly error?: { readonly code: string; readonly message: string };
  readonly usage?: TokenUsage;
  /** Name of the model in the reply, when it differs from the one asked. */
  readonly repliedModel?: string;
  /** Absent when it is unknown. */
  readonly costUsd?: number;
  readonly costOrigin?: CostOrigin;
  /** ISO date of the prices, where the cost was reckoned with them. */
  readonly pricesAsOf?: string;
  /** What the person must know of it, one line each: a soft limit that was crossed. */
  readonly notices?: readonly string[];
}

/** The decision and what came of it: what is logged and what `why` prints. */
export interface RouteTrace {
  readonly decision: RouteDecision;
  readonly attempts: readonly AttemptRecord[];
}

/** Which decisions to list, newest first. */
export interface DecisionQuery {
  readonly limit?: number;
  readonly conversationId?: string;
  /** Only decisions made before this time, milliseconds since 1970. */
  readonly before?: number;
}

/** Decisions and attempts of this workspace, from every process. */
export interface DecisionLog {
  get(id: string): RouteTrace | undefined;
  list(query?: DecisionQuery): readonly RouteTrace[];
}

/** Where the router writes its decisions and attempts. */
export interface DecisionRecorder extends DecisionLog {
  recordDecision(decision: RouteDecision): void;
  recordAttempt(attempt: AttemptRecord): void;
}

/** The decision log of the workspace. */
export const DECISION_LOG: Token<DecisionLog> = defineToken<DecisionLog>('decision-log');

/** A listener for decisions as they are made. */
export type DecisionListener = (decision: RouteDecision) => void;
