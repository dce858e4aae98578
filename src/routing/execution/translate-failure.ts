import { CancelledError } from '../../contracts/errors/host-errors.ts';
import {
  BusyError,
  InterruptedStreamError,
  MalformedReplyError,
  ProviderTimeoutError,
  RateLimitedError,
} from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { CallOutcome } from '../../contracts/models/health.ts';
import type { AttemptOutcome, RouteStep } from '../../contracts/routing/decision.ts';

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
export function toInterruption(error: WoosterError, step: RouteStep, outputTokens: number): WoosterError {
  if (error.row.mayFallBack === 'never') return error;
  const count = `${outputTokens} token${outputTokens === 1 ? '' : 's'}`;
  // A provider's own word for it says how far the answer came.
  const isTold = error.code === 'E_INTERRUPTED';
  const message = isTold ? error.message : `${step.targetId}: interrupted after ${count}: ${error.message}`;
  return new InterruptedStreamError(message, {
    cause: error,
    targetId: step.targetId,
    outputTokens,
  });
}

const CAUSES_FOLLOWED = 8;

const CONNECTION_CODES: ReadonlySet<unknown> = new Set([
  'E_UNREACHABLE',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
]);

/** Whether a lost connection is behind an error, whatever it is called: a stream that was cut is an interruption. */
function isConnectionLost(error: unknown): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < CAUSES_FOLLOWED && typeof cause === 'object' && cause !== null; depth += 1) {
    const { code, cause: next } = cause as { readonly code?: unknown; readonly cause?: unknown };
    if (CONNECTION_CODES.has(code)) return true;
    cause = next;
  }
  return false;
}

/** How an attempt ended. */
interface EndOfAttempt {
  readonly outcome: Exclude<AttemptOutcome, 'running'>;
  readonly error?: unknown;
}

const HEALTH_KINDS: Readonly<Record<Exclude<AttemptOutcome, 'running'>, CallOutcome['kind']>> = {
  answered: 'answered',
  failed: 'failed',
  interrupted: 'failed',
  cancelled: 'cancelled',
};

/**
 * What the end of an attempt says about its target. A limit that passes counts as one whether or not output had begun:
 * it costs the next caller as much.
 */
export function healthOf({ outcome, error }: EndOfAttempt): Omit<CallOutcome, 'totalMs' | 'firstTokenMs'> {
  const kind = HEALTH_KINDS[outcome];
  if (!isWoosterError(error)) return { kind };
  const limit = error.cause instanceof ProviderTimeoutError ? error.cause : undefined;
  const isLimited = error instanceof RateLimitedError || error instanceof BusyError;
  return {
    kind: isLimited ? 'limited' : kind,
    code: error.code === 'E_INTERRUPTED' ? (limit?.code ?? error.code) : error.code,
    message: error.message,
    retryAfterMs: isLimited ? error.retryAfterMs : undefined,
    isConnectionLost: isConnectionLost(error),
  };
}
