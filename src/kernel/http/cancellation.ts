import { CancelledError } from '../../contracts/errors/host-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';

/** The error of an aborted wait: the reason itself when it is one of ours (a limit that passed), else CancelledError. */
export function toCancellation(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return isWoosterError(reason) ? reason : new CancelledError('cancelled', { cause: reason });
}
