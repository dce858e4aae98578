import type { AttemptRecord, MeasurementRecord } from 'wooster';

/** A model that is in memory may be slow too, when its prompt is long: so much slower than at its best is not that. */
const SLOWER_THAN_WARM = 2;

/** Below that nobody notices, and measuring is noise. */
const LEAST_MS = 500;

/** Without anything to compare with. */
const LEAST_UNKNOWN_MS = 1_000;

/** Milliseconds until something of an answer was there; embeddings come whole. */
function waitOf({ firstTokenMs, totalMs }: AttemptRecord): number | undefined {
  return firstTokenMs ?? totalMs;
}

/** The shortest wait of each target among uses right behind a use of the same, and what was measured of it. */
function warmWaits(
  attempts: readonly AttemptRecord[],
  measurements: readonly MeasurementRecord[],
): ReadonlyMap<string, number> {
  const warm = new Map<string, number>();
  const take = (targetId: string, waitMs: number | undefined): void => {
    if (waitMs !== undefined) warm.set(targetId, Math.min(waitMs, warm.get(targetId) ?? Infinity));
  };
  for (const { targetId, speed } of measurements) take(targetId, speed?.firstTokenMs);
  for (const [index, attempt] of attempts.entries()) {
    if (attempts[index - 1]?.targetId === attempt.targetId) take(attempt.targetId, waitOf(attempt));
  }
  return warm;
}

/** Ids of the attempts whose model seems to have been loaded first, by how long they waited; oldest first. */
export function coldUses(
  attempts: readonly AttemptRecord[],
  measurements: readonly MeasurementRecord[],
): ReadonlySet<string> {
  const warm = warmWaits(attempts, measurements);
  const isCold = (attempt: AttemptRecord): boolean => {
    const waitMs = waitOf(attempt) ?? 0;
    const warmMs = warm.get(attempt.targetId);
    return warmMs === undefined ? waitMs >= LEAST_UNKNOWN_MS : waitMs >= Math.max(LEAST_MS, warmMs * SLOWER_THAN_WARM);
  };
  return new Set(attempts.filter(isCold).map(({ id }) => id));
}
