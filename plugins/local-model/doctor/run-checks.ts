import type { Finding, HealthCheck } from 'wooster';

/** What one check found, with the check. */
export interface CheckedFinding extends Finding {
  readonly check: HealthCheck;
}

/** A check that is not done by then is told as a finding and waited for no longer. */
const CHECK_LIMIT_MS = 6_000;

/** How checks are run. */
interface RunOptions {
  readonly signal: AbortSignal;
  readonly limitMs?: number;
}

/** Findings of one check; what it throws, and that it is not done in time, are findings too. */
async function runOne(
  check: HealthCheck,
  { signal, limitMs = CHECK_LIMIT_MS }: RunOptions,
): Promise<readonly Finding[]> {
  const limit = AbortSignal.timeout(limitMs);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(new Error(`no answer within ${limitMs / 1000} s`));
  limit.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([check.run(AbortSignal.any([signal, limit])), over]);
  } catch (error) {
    if (signal.aborted) throw error;
    // Boundary: one check that fails must not take the others with it.
    const reason = limit.aborted ? `no answer within ${limitMs / 1000} s` : (error as Error).message;
    return [{ state: 'warning', summary: `could not be looked at: ${reason}`, remedy: 'run it again' }];
  } finally {
    limit.removeEventListener('abort', end);
  }
}

/**
 * Runs all checks at once, each within its own limit; findings come in the order of the checks. Throws only when the
 * signal aborts.
 */
export async function runChecks(
  checks: readonly HealthCheck[],
  options: RunOptions,
): Promise<readonly CheckedFinding[]> {
  const order = checks.toSorted((left, right) => left.order - right.order);
  const found = await Promise.all(order.map((check) => runOne(check, options)));
  options.signal.throwIfAborted();
  return order.flatMap((check, index) => found[index]!.map((finding) => ({ ...finding, check })));
}
