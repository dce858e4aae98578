import type { Behavior, ServerAddresses } from './server/behavior.ts';

/** What one process of the bench measures; it prints its result as one line of JSON. */
export type Job =
  | { readonly kind: 'latency'; readonly addresses: ServerAddresses; readonly tokens: number; readonly calls: number }
  | { readonly kind: 'failover'; readonly addresses: ServerAddresses; readonly rounds: number; readonly capMs: number }
  | {
      readonly kind: 'outage';
      readonly addresses: ServerAddresses;
      readonly turns: number;
      readonly outages: readonly Outage[];
    }
  | { readonly kind: 'recovery'; readonly addresses: ServerAddresses; readonly rounds: number; readonly downMs: number }
  | { readonly kind: 'policy'; readonly candidates: readonly number[]; readonly calls: number };

/** Who answers. */
export type Contestant = 'fetch' | 'axios' | 'chat-openai' | 'with-fallbacks' | 'with-fallbacks-default' | 'wooster';

/** Middle and tail of many calls, milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** One contestant in one round of the latency job. */
export interface LatencyRow {
  readonly contestant: Contestant;
  readonly plain: Spread;
  readonly firstToken: Spread;
  readonly whole: Spread;
}

/** A fault of the primary with its name for people. */
export interface Fault {
  readonly title: string;
  readonly behavior: Behavior;
}

/** One kind of call of one contestant under one fault. */
export interface FailoverRow {
  readonly fault: string;
  readonly contestant: Contestant;
  readonly mode: 'plain' | 'stream';
  /** Until the whole answer of a plain call, until the first token of a stream; absent when it passed the cap. */
  readonly ms?: number;
  /** What the caller saw, the same in every round or all that differ. */
  readonly seen: string;
}

/** A primary that is gone for a long time. */
export interface Outage {
  readonly title: string;
  readonly behavior: Behavior;
  /** Every look takes its whole limit of 3 s, by the real clock: a fifth of the turns is enough. */
  readonly areLooksSlow?: boolean;
}

/** One contestant in one outage. */
export interface OutageRow {
  readonly contestant: Contestant;
  readonly outage: string;
  readonly turns: number;
  /** Attempts of a person's turn that the primary failed. */
  readonly doomed: number;
  readonly unanswered: number;
  /** Time that the turns with a doomed attempt took longer than the others, all together. */
  readonly lostMs: number;
  /** Turns after the return of the primary until it answers again. */
  readonly turnsUntilBack: number;
}

/** The return of a primary, seen by turns in quick succession. */
export interface RecoveryRow {
  readonly contestant: Contestant;
  readonly intervalMs: number;
  readonly msUntilBack: number;
  readonly failedTurns: number;
  /** Turns during the whole outage and after it whose first attempt failed. */
  readonly doomed: number;
}

/** Cost of a decision and of the attempt loop without I/O, microseconds. */
export interface PolicyRow {
  readonly candidates: number;
  readonly decideMicros: number;
  readonly decideAndExecuteMicros: number;
  /** The same with state.db on disk in place of memory. */
  readonly persistedMicros: number;
}

/** The line that a process of the bench prints. */
export type JobResult =
  | { readonly kind: 'latency'; readonly tokens: number; readonly rows: readonly LatencyRow[] }
  | { readonly kind: 'failover'; readonly limitMs: number; readonly rows: readonly FailoverRow[] }
  | { readonly kind: 'outage'; readonly rows: readonly OutageRow[] }
  | { readonly kind: 'recovery'; readonly rows: readonly RecoveryRow[] }
  | { readonly kind: 'policy'; readonly rows: readonly PolicyRow[] };
