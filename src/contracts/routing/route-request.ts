import type { Principal } from '../plugins/principal.ts';
import type { ModelCapability, ModelQuality } from '../models/model-info.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { ToolWay } from '../models/tool-way.ts';
import type { ContentFinding } from '../privacy/privacy-policy.ts';
import type { CloudPermission } from '../settings/settings.ts';

/** How far content may go: nowhere, to providers that do not train on it, anywhere that is permitted. */
export type PrivacyClass = (typeof PRIVACY_CLASSES)[number];

/** The classes, each stricter than the one before it. */
export const PRIVACY_CLASSES = ['any', 'no-training', 'local-only'] as const;

/** What the model must be able to do. */
export interface RouteNeeds {
  readonly tools?: boolean;
  readonly vision?: boolean;
  readonly json?: boolean;
  /** Of this grade at least; a model that nobody graded is none. */
  readonly quality?: ModelQuality;
  /** Measured to write so many tokens a second at least; a model that was not measured is none. */
  readonly tokensPerSecond?: number;
  /** What else it must be known to do: `image`, `speech`, `video`. */
  readonly capabilities?: readonly ModelCapability[];
  /** Tokens of the prompt and of the reserved answer together. */
  readonly contextTokens?: number;
  /** Only this vector space. */
  readonly spaceId?: string;
  /** Only this embedding model, by any name that the catalogue knows for it. */
  readonly embedder?: string;
  /** Length of the vectors, where the model may be cut to it. */
  readonly dimensions?: number;
}

/** The most tokens that can go in and come out; the answer has no bound where nobody limits it. */
export interface CallBound {
  readonly inputTokens: number;
  readonly outputTokens?: number;
}

/** What is to be routed. Holds no message text, so that it can be logged. */
export interface RouteRequest {
  /** Open string: `chat`, `embed`, `image`, `transcribe`. */
  readonly task: string;
  /** What texts are embedded for (`projects`, `userProfile`): a provider entry of another purpose takes no part. */
  readonly purpose?: string;
  readonly needs: RouteNeeds;
  readonly privacy: PrivacyClass;
  /** Which rule set the class, for `why`. */
  readonly privacyRule?: string;
  /** What was found in the content, once it was looked at; absent before, and where no cloud could get it. */
  readonly inspection?: { readonly findings: readonly ContentFinding[]; readonly mustRedact: boolean };
  /** Somebody can be asked whether a cloud may get what is about the project. */
  readonly mayAskConsent?: boolean;
  readonly principal: Principal;
  readonly latency?: 'interactive' | 'batch';
  /** What orders models of one locality before all settings: their grade, or how fast they were here. */
  readonly ranking?: 'quality' | 'speed';
  /** Calls with one key stay with one model while it is the best: a conversation. It returns from a stand-in. */
  readonly stickyKey?: string;
  /** Calls with one key stay with the model that answered last, a stand-in too: the calls of one turn. */
  readonly loopKey?: string;
  /** Targets that have just failed the same turn: tried after all others. */
  readonly avoidedTargets?: readonly string[];
  /** Only this model; it does not suspend any filter. */
  readonly pinned?: ModelRef;
  /** Only this provider. */
  readonly pinnedProvider?: string;
  /** Tried first when it passes the filters. */
  readonly preferred?: ModelRef;
  /** A setting that lets this call, and no other, use a cloud: `fallbackToCloud` of a purpose. */
  readonly permission?: CloudPermission;
  /** Tools are to be called this way, by models that know it; others are called as is best for them. */
  readonly toolWay?: ToolWay;
  /** Another strategy than the one set. */
  readonly strategy?: string;
  readonly conversationId?: string;
  readonly project?: string;
  /** Only to be looked at: such a decision is not recorded, so that every decision in the log is of a call. */
  readonly isPreview?: boolean;
  /** Upper bound in USD that this call may cost. */
  readonly budgetUsd?: number;
  /** What the call can take at most; without it its cost has no upper bound. */
  readonly bound?: CallBound;
}
