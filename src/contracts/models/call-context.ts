import type { Principal } from '../plugins/principal.ts';
import type { Redaction } from '../privacy/privacy-policy.ts';
import type { EmbedderFacts } from './embedding-model.ts';
import type { CloudPermit } from './permit.ts';
import type { ToolWay } from './tool-way.ts';

/** Time limits of one attempt, milliseconds. Each is measured from the event named. */
export interface CallLimits {
  /** Start of the connection until it stands. */
  readonly connectMs: number;
  /** First word of the server that it loads the model, until it is loaded. */
  readonly loadMs: number;
  /** Request sent until the first content, reasoning or tool-call token. */
  readonly firstTokenMs: number;
  /** One token until the next. */
  readonly idleMs: number;
  /** Start of the attempt until its end. */
  readonly totalMs: number;
  /** Slowest rate that is put up with once tokens come, tokens a second; absent or 0 is none. */
  readonly minTokensPerSecond?: number;
  /** Time over which that rate is measured, the caller's own pauses left out. */
  readonly throughputWindowMs?: number;
}

/** Parameters of generation; what is absent is left to the server. */
export interface CallParameters {
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
}

/** Everything a provider needs to know of one attempt. */
export interface CallContext {
  readonly parameters: CallParameters;
  readonly limits: CallLimits;
  readonly principal: Principal;
  readonly attemptId: string;
  readonly signal: AbortSignal;
  /** Taken from the decision; a cloud client cannot send without it. */
  readonly permit?: CloudPermit;
  /** How tools are to be called, as the decision says; `native` without it. */
  readonly toolWay?: ToolWay;
  /** Replaces what must not leave; there for a cloud call in whose content something was found that is to be replaced. */
  readonly redact?: (texts: readonly string[]) => Promise<Redaction>;
}

/** What a provider needs to know to make the embedding model of one attempt. */
export interface EmbeddingCall extends CallContext {
  /** What is known of the model; its name, pooling and prefixes make its space. */
  readonly embedder: EmbedderFacts;
  /** Length the vectors shall have; without it the model is asked for one vector to learn it. */
  readonly dimensions?: number;
}
