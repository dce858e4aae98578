import type { Verdict } from '../answers.ts';
import type { Mode } from '../cells.ts';

/** Who is put to the cells: two local kinds over our own client, and the cloud kind over LangChain's package. */
export type ClientId = 'llamacpp' | 'ollama' | 'openai';

/**
 * What a call did to the breaker of the primary. `counted`: one failure, still closed. `opened`: it opened at once,
 * whatever a probe has made of it since.
 */
export type BreakerMark = 'none' | 'counted' | 'opened' | 'misconfigured';

/** What came of one cell in one mode, apart from its time. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Code of the error that the caller got. */
  readonly code?: string;
  /** Each attempt in order: outcome, and code of its error. */
  readonly attempts: readonly string[];
  /** Chat requests that arrived. */
  readonly primary: number;
  readonly fallback: number;
  readonly breaker: BreakerMark;
}

/** One row of the matrix as it was seen. */
export interface MatrixRow {
  readonly client: ClientId;
  readonly cell: string;
  readonly mode: Mode;
  readonly seen: Outcome;
  /** From the call until it was settled. */
  readonly elapsedMs: number;
  /** What must never be, one line each: a record too many, a socket left open, a stray rejection. */
  readonly faults: readonly string[];
  /** What else is worth telling. */
  readonly note?: string;
}
