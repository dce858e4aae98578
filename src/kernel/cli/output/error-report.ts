import { CancelledError, InternalError } from '../../../contracts/errors/host-errors.ts';
import { isWoosterError, type WoosterError } from '../../../contracts/errors/wooster-error.ts';
import { style } from './color.ts';

/** How an error is shown. */
interface ErrorView {
  readonly isJson: boolean;
  readonly hasColor: boolean;
  /** Where the details of an unforeseen error are. */
  readonly logFile?: string;
  mask(text: string): string;
}

function isAbort(error: unknown): boolean {
  // By name alone: a DOMException need not be an Error of this realm.
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return name === 'AbortError' || name === 'CanceledError';
}

/** Every error becomes one of the table: an abort is a cancellation, anything unknown a defect of ours. */
export function toContractError(error: unknown, logFile?: string): WoosterError {
  if (isWoosterError(error)) return error;
  if (isAbort(error)) return new CancelledError('cancelled', { cause: error });
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const where = logFile === undefined ? '' : `; details in ${logFile}`;
  return new InternalError(`${what.split('\n', 1)[0]}${where}`, { cause: error });
}

/** The text of an error: one line, or one JSON document. */
export function describeError(error: WoosterError, view: ErrorView): string {
  if (view.isJson) return view.mask(JSON.stringify({ error: error.toJSON() }));
  return view.mask(`${style(error.code, 'red', view.hasColor)} ${error.message}`);
}
