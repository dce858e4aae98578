/** How long, and from which seed. */
export interface SoakPlan {
  readonly seed: number;
  readonly durationMs: number;
  readonly root: string;
}

/** Limits of every attempt in the soak: small, so that thousands of calls meet them. */
export const SOAK_LIMITS = { connectMs: 60, loadMs: 200, firstTokenMs: 120, idleMs: 80, totalMs: 600 };

/** The model that every server has. */
export const SOAK_MODEL = 'smol';

/** Providers of the workspace, in the order in which they are preferred. */
export const SOAK_PROVIDERS = ['first', 'second', 'third'] as const;

/** How long a target rests the first time. */
export const SOAK_RECOVERY_MS = 500;

/** How a caller asks. */
export type CallKind = 'plain' | 'stream' | 'tools';

/** How one call ended. */
export interface CallResult {
  readonly kind: CallKind;
  /** `answered`, `answered by a stand-in`, `cancelled`, or the code of the error. */
  readonly outcome: string;
  readonly elapsedMs: number;
  readonly attempts: number;
  /** By how much attempts were longer than the limit that ended them, or than the limit of all. */
  readonly overrunsMs: readonly number[];
  /** What was not as promised; empty where all was. */
  readonly faults: readonly string[];
}

/** The process at a moment without calls, after a collection of garbage. */
export interface QuietPoint {
  readonly atMs: number;
  readonly calls: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly resources: Readonly<Record<string, number>>;
  /** 0 where the system does not tell. */
  readonly descriptors: number;
  /** On the signal that all calls of the process share. */
  readonly listeners: number;
}

/** What a soak saw. */
export interface SoakReport {
  readonly seed: number;
  readonly durationMs: number;
  readonly calls: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly injected: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly overrun: { readonly count: number; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  /** Not counted in an overrun: by how much the process was late in all. */
  readonly loopLagMs: number;
  readonly quiet: readonly QuietPoint[];
  /** Each broken promise, at most fifty, and the number of all. */
  readonly faults: readonly string[];
  readonly faultCount: number;
  /** Rejections nobody took, exceptions nobody caught, warnings of the process. */
  readonly stray: readonly string[];
  /** From the end of the faults until every target was usable again; undefined when one was not in time. */
  readonly recoveredMs: number | undefined;
  /** What that time was allowed to be: until the last look that was planned, and the look. */
  readonly limitMs: number;
  /** How often a refused key or an empty account was corrected, which only people do. */
  readonly corrected: number;
  /** What was still in the way, when it was. */
  readonly stillOut: readonly string[];
  /** Who answered the calls after that. */
  readonly afterwards: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}
