const RETRY_BASE_MS = 60;
const WAIT_BASE_MS = 150;
const WAIT_CEILING_MS = 1_000;

/** Delay before the single retry of the same target: 60 to 120 ms, spread so that callers do not return in step. */
export function retryDelayMs(random: number): number {
  return Math.round(RETRY_BASE_MS * (1 + random));
}

/** Delay before asking a loading or busy server again, when it named none: doubles from 150 ms up to 1 s, less up to a fifth. */
export function waitDelayMs(asked: number, random: number): number {
  const delayMs = Math.min(WAIT_CEILING_MS, WAIT_BASE_MS * 2 ** Math.min(asked, 10));
  return Math.round(delayMs * (1 - random / 5));
}
