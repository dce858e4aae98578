import { defineToken } from './token.ts';
import type { Token } from './token.ts';

/** Writes structured lines to the log file of the workspace; secrets are masked before anything is written. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The time, injected so that tests decide it; milliseconds since 1970, and a clock that never steps back. */
export interface Clock {
  now(): number;
  /** Milliseconds of a monotonic clock, for durations. */
  monotonic(): number;
}

/** The clock of the host. */
export const CLOCK: Token<Clock> = defineToken<Clock>('clock');
