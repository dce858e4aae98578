import { ERROR_TABLE, type ErrorCode, type ErrorRow } from './error-table.ts';

/** Facts about an error that programs read; they never hold a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What an error carries besides its message. */
export interface ErrorOptions {
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
}

/**
 * Base of every error that crosses a contract. The thrower decides what may follow: the attempt loop reads the row of
 * the code and never the message. A message is one line that says what, where and what to do.
 */
export class WoosterError extends Error {
  readonly code: string;
  readonly row: ErrorRow;
  readonly details: ErrorDetails;

  constructor(row: ErrorRow, message: string, options: ErrorOptions = {}) {
    super(
      message.replace(/\s*[\p{Cc}\u2028\u2029]+\s*/gu, ' '),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = new.target.name;
    this.code = row.code;
    this.row = row;
    this.details = options.details ?? {};
  }

  /** The form printed with `--json`: code, message and details, no stack. */
  toJSON(): { code: string; message: string; details: ErrorDetails } {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** Tells a contract error from anything else. */
export function isWoosterError(error: unknown): error is WoosterError {
  return error instanceof WoosterError;
}

/** Makes the base of a concrete error class from its code; the row comes from the one table. */
export function rowOf(code: ErrorCode): ErrorRow {
  return ERROR_TABLE[code];
}
