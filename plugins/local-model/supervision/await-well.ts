import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, HealthReport } from 'wooster';

/** How a server that starts is waited for. */
interface AwaitWellOptions {
  readonly clock: Clock;
  readonly probe: (signal: AbortSignal) => Promise<HealthReport>;
  readonly limitMs: number;
  /** Aborted when it has died, or is wanted no more. */
  readonly signal: AbortSignal;
  /** After each look that found it not ready, with what it said of itself. */
  readonly onLook: (detail: string | undefined) => void;
}

/** Waits between looks: short at first, since most are there at once. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 500;

/** Looks at a server until it answers as one that works; a server without the wanted model does, too. */
export async function awaitWell(options: AwaitWellOptions): Promise<'well' | 'overdue' | 'left'> {
  const { clock, probe, limitMs, signal, onLook } = options;
  const deadline = clock.monotonic() + limitMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 1.5)) {
    const report = await probe(signal).catch(() => undefined);
    if (signal.aborted) return 'left';
    if (report !== undefined && report.state !== 'down' && report.state !== 'loading') return 'well';
    onLook(report?.state === 'loading' ? report.detail : undefined);
    if (clock.monotonic() >= deadline) return 'overdue';
    await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
