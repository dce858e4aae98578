import { linkAbort } from '../../resilience/linked-abort.ts';
import { waitAtMost } from '../../resilience/wait-at-most.ts';

/** How a run ended that nothing of it could end otherwise. */
export type RunEnd =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late' };

interface RunLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs work that need not be well-behaved. Its signal aborts at the limit and with that of the caller; work that goes on
 * nevertheless is left behind, and what it does later is nobody's. Throws CancelledError alone, at once when the
 * caller's signal aborts.
 */
export async function runAtMost(run: (signal: AbortSignal) => unknown, limits: RunLimits): Promise<RunEnd> {
  const link = linkAbort(limits.signal);
  let end: RunEnd = { kind: 'late' };
  const settle = async (): Promise<void> => {
    try {
      const value = await run(link.signal);
      end = { kind: 'done', value };
    } catch (error) {
      end = { kind: 'failed', error };
    }
  };
  try {
    const wait = await waitAtMost(settle(), limits.timeoutMs, limits.signal);
    return wait === 'limit' ? { kind: 'late' } : end;
  } finally {
    link.abort();
    await link.dispose();
  }
}
