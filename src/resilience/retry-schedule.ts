const RETRY_BASE_MS = 60;

/** Delay before the single retry of the same target: 60 to 120 ms, spread so that callers do not return in step. */
export function retryDelayMs(random: number): number {
  return Math.round(RETRY_BASE_MS * (1 + random));
}

/** Delay before asking a loading server again: doubles from 150 ms up to 1 s, less up to a fifth. */
export function loadingDelayMs(asked: number, random: number): number {
  return doubling({ baseMs: 150, ceilingMs: 1_000 }, asked, random);
}

/** Delay before asking a limiting or busy server again that named no time: doubles from 500 ms up to 8 s, less up to a fifth; its tries are few. */
export function limitedDelayMs(asked: number, random: number): number {
  return doubling({ baseMs: 500, ceilingMs: 8_000 }, asked, random);
}

function doubling(bounds: { baseMs: number; ceilingMs: number }, asked: number, random: number): number {
  const delayMs = Math.min(bounds.ceilingMs, bounds.baseMs * 2 ** Math.min(asked, 10));
  return Math.round(delayMs * (1 - random / 5));
}
