import { CancelledError } from '../../contracts/errors/host-errors.ts';
import { InterruptedStreamError, MalformedReplyError } from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { RouteStep } from '../../contracts/routing/decision.ts';

/** A provider owes contract errors; anything else it throws counts as a reply that could not be understood. */
export function toContractError(error: unknown, step: RouteStep, signal: AbortSignal): WoosterError {
  if (signal.aborted) {
    return isWoosterError(error) && error.code === 'E_CANCELLED'
      ? error
      : new CancelledError('cancelled', { cause: error });
  }
  if (isWoosterError(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new MalformedReplyError(`${step.targetId}: the provider failed unexpectedly: ${text}`, {
    cause: error,
    targetId: step.targetId,
  });
}

/** After output, every failure another model could have mended becomes a visible interruption; the rest stay what they are. */
export function toInterruption(error: WoosterError, step: RouteStep, outputItems: number): WoosterError {
  if (error.code === 'E_INTERRUPTED' || error.row.mayFallBack === 'never') return error;
  return new InterruptedStreamError(`${step.targetId}: interrupted after ${outputItems} pieces: ${error.message}`, {
    cause: error,
    targetId: step.targetId,
    outputTokens: outputItems,
  });
}
