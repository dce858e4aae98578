const NANO = 1e9;

/** More than a cap can be; a figure beyond it is a mistake of a provider, and sums must stay exact. */
const MOST_USD = 1_000_000;

/** Without the noise of binary fractions: 0.07 USD are 70,000,000 billionths and not one more. */
function inNano(usd: number): number {
  return Number((Math.min(Math.max(usd, 0), MOST_USD) * NANO).toPrecision(15));
}

/** An amount as whole billionths of a USD, rounded up, so that sums are exact and never too low. */
export function toNanoUsd(usd: number): number {
  return Math.ceil(inNano(usd));
}

/** A limit as whole billionths of a USD, rounded down. */
export function toNanoLimit(usd: number): number {
  return Math.floor(inNano(usd));
}

/** Whole billionths as USD. */
export function fromNanoUsd(nanoUsd: number): number {
  return nanoUsd / NANO;
}
