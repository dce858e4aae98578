import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { AttemptOutcome, RouteStep, TokenUsage } from '../../contracts/routing/decision.ts';
import type { CostOrigin } from '../../contracts/usage/ledger.ts';
import { systemCode } from '../../kernel/system-code.ts';
import { costOfUsage, pricesAsOf } from '../targets/cost-bound.ts';

/** What is known of an attempt when it has ended. */
interface EndedAttempt {
  readonly step: RouteStep;
  readonly outcome: Exclude<AttemptOutcome, 'running'>;
  readonly error?: unknown;
  readonly usage?: TokenUsage;
  /** The provider's own figure. */
  readonly costUsd?: number;
  /** What was reserved. */
  readonly boundUsd: number | undefined;
}

/** What an attempt cost, and how that is known. */
export interface AttemptCost {
  /** Absent when it is unknown. */
  readonly costUsd?: number;
  readonly costOrigin: CostOrigin;
  readonly pricesAsOf?: string;
}

/** The provider refused before a model ran, or nothing of ours was sent. */
const REFUSED_BEFORE_RUNNING: ReadonlySet<string> = new Set([
  'E_RATE_LIMITED',
  'E_BUSY',
  'E_LOADING',
  'E_PROVIDER_AUTH',
  'E_PROVIDER_CREDIT',
  'E_MODEL_NOT_FOUND',
  'E_CAPABILITY',
  'E_CONTEXT',
  'E_REJECTED',
  'E_CIRCUIT_OPEN',
  'E_DEPENDENCY',
  'E_PRIVACY',
]);

/** The connection never stood; one that was reset may have carried the request. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const CAUSES_FOLLOWED = 8;

function wasNeverSent(error: unknown): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < CAUSES_FOLLOWED && cause instanceof Error; depth += 1) {
    if (NEVER_CONNECTED.has(systemCode(cause) ?? '')) return true;
    cause = cause.cause;
  }
  return false;
}

function isNotBilled({ outcome, error, usage }: EndedAttempt): boolean {
  if (outcome !== 'failed' || usage !== undefined || !isWoosterError(error)) return false;
  if (REFUSED_BEFORE_RUNNING.has(error.code)) return true;
  return (error.code === 'E_UNREACHABLE' || error.code === 'E_TIMEOUT') && wasNeverSent(error);
}

/**
 * What an attempt cost: nothing on this machine; the provider's own figure; nothing where it refused before a model ran;
 * tokens times prices; else, where the price is known and the tokens are not, the bound that was reserved, since nobody
 * can tell that less was charged. Without a price it is unknown, which is not nothing.
 */
export function costOfAttempt(ended: EndedAttempt): AttemptCost {
  const { step, usage, costUsd, boundUsd } = ended;
  if (step.locality === 'local') return { costUsd: 0, costOrigin: 'local' };
  if (costUsd !== undefined) return { costUsd, costOrigin: 'provider' };
  if (isNotBilled(ended)) return { costUsd: 0, costOrigin: 'not-billed' };
  const reckoned = costOfUsage(step.prices, step.locality, usage);
  if (reckoned !== undefined) {
    return { costUsd: reckoned, costOrigin: 'prices', pricesAsOf: pricesAsOf(step.prices) };
  }
  return boundUsd === undefined ? { costOrigin: 'unknown' } : { costUsd: boundUsd, costOrigin: 'bound' };
}
