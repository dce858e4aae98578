import type { BaseMessage } from '@langchain/core/messages';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { RouteDecision } from '../routing/decision.ts';
import type { Reason } from '../routing/strategy.ts';
import type { HealthSnapshot } from './health.ts';
import type { Locality, ModelInfo, ModelKind, ModelQuality } from './model-info.ts';
import type { ModelRef } from './model-ref.ts';

/** One model that can be asked, or could be if what stands in the way were mended. */
export interface AvailableModel {
  readonly model: ModelInfo;
  readonly targetId: string;
  readonly kinds: readonly ModelKind[];
  readonly health: HealthSnapshot;
  readonly isConfigured: boolean;
  /** Found on this machine rather than configured. */
  readonly isDiscovered: boolean;
  readonly unavailable?: string;
}

/** Counts of models. */
export interface ModelStatistics {
  readonly total: number;
  readonly local: number;
  readonly cloud: number;
  readonly ready: number;
  readonly byProvider: Readonly<Record<string, number>>;
  /** A model of two kinds counts in both. */
  readonly byKind: Readonly<Record<ModelKind, number>>;
}

/** What a task needs and what the person would rather have. All are optional. */
export interface ModelPreferences {
  /** Pictures are part of the prompt. */
  readonly hasImages?: boolean;
  readonly needsTools?: boolean;
  readonly needsJson?: boolean;
  /** What is true today, which no weights know: the model must be able to call tools that look it up. */
  readonly needsRealTimeData?: boolean;
  /** Tokens of the prompt and the answer. */
  readonly contextTokens?: number;
  /** USD that the call may cost. */
  readonly budgetUsd?: number;
  /** Least grade. */
  readonly quality?: ModelQuality;
  /** Least measured speed, tokens a second. */
  readonly tokensPerSecond?: number;
  /** What weighs most among those that will do. */
  readonly optimizeFor?: 'quality' | 'speed';
  readonly prefer?: Locality;
  readonly project?: string;
}

/** What a model is wanted for; `chat`, `code`, `summary` and `reasoning` are tasks of text. */
export type ModelTask =
  'chat' | 'code' | 'summary' | 'reasoning' | 'vision' | 'embedding' | 'image' | 'video' | 'speech';

/** One model of a selection. */
export interface SelectedModel {
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly locality: Locality;
  readonly costUpperBoundUsd?: number;
}

/** A reading of one decision of the router. */
export interface ModelSelection {
  readonly task: ModelTask;
  /** Absent when nothing will do; the reasons are in `rejected`. */
  readonly primary?: SelectedModel;
  readonly fallbacks: readonly SelectedModel[];
  readonly rejected: readonly { readonly ref: ModelRef; readonly reasons: readonly Reason[] }[];
  readonly decision: RouteDecision;
}

/** A call that is routed by what it needs. */
export interface OptimalCall {
  readonly task: ModelTask;
  readonly preferences?: ModelPreferences;
  readonly messages: readonly BaseMessage[];
  readonly signal: AbortSignal;
}

/** An answer and the decision that gave it. */
export interface OptimalAnswer {
  readonly text: string;
  readonly ref: ModelRef;
  readonly selection: ModelSelection;
}

/** Knows what models there are and which is best for a task; every choice is the router's, read here. */
export interface ModelAdvisor {
  /** Every model of every provider that may be asked, local and cloud, each fact with its origin. */
  getAllAvailableModels(
    signal: AbortSignal,
  ): Promise<{ readonly models: readonly AvailableModel[]; readonly statistics: ModelStatistics }>;
  /** Sends nothing: a preview of the router's decision. */
  selectOptimalModel(task: ModelTask, preferences: ModelPreferences, signal: AbortSignal): Promise<ModelSelection>;
  /** Decides, and executes that decision. Throws as the router does. */
  executeWithOptimalRouting(call: OptimalCall): Promise<OptimalAnswer>;
}

/** The advisor, provided by the `local-model` plugin. */
export const MODEL_ADVISOR: Token<ModelAdvisor> = defineToken<ModelAdvisor>('model-advisor');
