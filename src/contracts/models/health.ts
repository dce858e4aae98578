import type { Disposable } from '../plugins/disposable.ts';

/** What a look at a target found. `misconfigured`: it answers, but not to us (wrong key, wrong kind of server, unknown model). */
export type HealthState = 'ready' | 'loading' | 'busy' | 'down' | 'misconfigured';

/** One look at a server, by a cheap request that loads no model. */
export interface HealthReport {
  readonly state: HealthState;
  /** Milliseconds until the answer or the failure. */
  readonly latencyMs: number;
  /** What answered: `Ollama 0.34.4`, `llama.cpp b10068`; absent when unknown. */
  readonly engine?: { readonly name: string; readonly version?: string };
  /** One line: what was seen. */
  readonly detail: string;
  /** One line: what to do about it, when it is not ready. */
  readonly remedy?: string;
  /** Error code of the fault, when there is one. */
  readonly code?: string;
  /** The look was answered by a route that checks the key, so that a key refused before is accepted now. */
  readonly isKeyProven?: boolean;
}

/** What is known of a target at this moment and how old the knowledge is. */
export interface HealthSnapshot {
  readonly state: HealthState | 'unknown';
  readonly report?: HealthReport;
  readonly ageMs: number;
  /** Median milliseconds to the first token of recent calls, when there were any. */
  readonly firstTokenMs?: number;
}

/** How a real call ended, as far as it tells of the target's health. */
export interface CallOutcome {
  readonly kind: 'answered' | 'failed' | 'limited' | 'cancelled';
  readonly code?: string;
  /** One line: what went wrong. */
  readonly message?: string;
  /** The connection was lost or never stood, whatever the code says: a stream that was cut. */
  readonly isConnectionLost?: boolean;
  /** What a server that limits us, or whose queue is full, asked us to wait. */
  readonly retryAfterMs?: number;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
}

/** Health of targets from probes and from real calls; `status` never waits. */
export interface HealthMonitor {
  status(targetId: string): HealthSnapshot;
  /** Probes now; concurrent checks of one target share one probe. */
  check(targetId: string, signal: AbortSignal): Promise<HealthReport>;
  mark(targetId: string, outcome: CallOutcome): void;
  onChange(listener: (targetId: string, snapshot: HealthSnapshot) => void): Disposable;
}
