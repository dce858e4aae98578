import type { FaultCell, Mode } from '../../../test/faults/cells.ts';

/** What a contestant is told before a call: where its two servers are. Whatever it needs to be ready happens here. */
export interface PrepareRequest {
  readonly kind: 'prepare';
  readonly primary: string;
  readonly fallback: string;
}

/** One call, measured by the contestant's process; it ends it at the limit. */
export interface CallRequest {
  readonly kind: 'call';
  readonly mode: Mode;
  readonly limitMs: number;
  readonly tool: object;
  /** When the caller itself leaves. */
  readonly leaving?: FaultCell['leaving'];
  /** The slowest rate that the caller puts up with, for who can be told one. */
  readonly floor?: FaultCell['floor'];
}

/** What the caller of a contestant saw of one call. */
export interface Sight {
  /** Every piece of text, joined. */
  readonly text: string;
  /** Every piece of the arguments of tool calls, joined. */
  readonly toolText: string;
  /** How it ended when it did not end well. */
  readonly failure?: { readonly name: string; readonly message: string };
  readonly finishReason?: string;
  /** The limit passed. */
  readonly hasHung: boolean;
  readonly milliseconds: number;
}

/** One line from a contestant's process. */
export interface ContestantLine {
  readonly id: number;
  readonly sight?: Sight;
  readonly problem?: string;
}

/** What every caller asks. */
export const QUESTION = 'What is the weather in Übersee?';

/** The caller leaves so long after it began to wait, or after so many tokens. */
export const LEAVE_AFTER = { waitingMs: 50, tokens: 2 };
