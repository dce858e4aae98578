import type { Locality, Price } from '../../contracts/models/model-info.ts';
import type { TokenUsage } from '../../contracts/routing/decision.ts';

function usdPerUnit(prices: readonly Price[], unit: Price['unit']): number | undefined {
  const price = prices.find((each) => each.unit === unit);
  return price === undefined ? undefined : price.usd / price.quantity;
}

interface TokenCount {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A price of the tokens of one way alone leaves those of the other way unknown; where calls alone have a price, tokens are free. */
function isPriceKnown(prices: readonly Price[], { inputTokens, outputTokens }: TokenCount): boolean {
  const hasInput = usdPerUnit(prices, 'input-token') !== undefined;
  const hasOutput = usdPerUnit(prices, 'output-token') !== undefined;
  return hasInput === hasOutput || (hasInput ? outputTokens : inputTokens) === 0;
}

/**
 * Upper bound in USD: the most tokens that can go in at the dearer of the prices of input, the most that can come out
 * at theirs, and the price of a call. 0 for local models; undefined when the price or the size is unknown.
 */
export function costUpperBoundUsd(
  prices: readonly Price[] | undefined,
  locality: Locality,
  bound: TokenCount | undefined,
): number | undefined {
  if (locality === 'local') return 0;
  if (prices === undefined || bound === undefined || !isPriceKnown(prices, bound)) return undefined;
  const input = usdPerUnit(prices, 'input-token') ?? 0;
  const perInput = Math.max(
    input,
    usdPerUnit(prices, 'cached-input-token') ?? 0,
    usdPerUnit(prices, 'cache-write-token') ?? 0,
  );
  const perOutput = usdPerUnit(prices, 'output-token') ?? 0;
  return perInput * bound.inputTokens + perOutput * bound.outputTokens + (usdPerUnit(prices, 'call') ?? 0);
}

/** What a call did cost; 0 for local models; undefined when price or usage is unknown. */
export function costOfUsage(
  prices: readonly Price[] | undefined,
  locality: Locality,
  usage: TokenUsage | undefined,
): number | undefined {
  if (locality === 'local') return 0;
  if (prices === undefined || usage === undefined || !isPriceKnown(prices, usage)) return undefined;
  const perInput = usdPerUnit(prices, 'input-token') ?? 0;
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
  return (
    perInput * (usage.inputTokens - cached - written) +
    (usdPerUnit(prices, 'cache-write-token') ?? perInput) * written +
    (usdPerUnit(prices, 'cached-input-token') ?? perInput) * cached +
    (usdPerUnit(prices, 'output-token') ?? 0) * usage.outputTokens +
    (usdPerUnit(prices, 'call') ?? 0)
  );
}

/** The earliest date on which any of the prices was known to hold; undefined when none tells. */
export function pricesAsOf(prices: readonly Price[] | undefined): string | undefined {
  const dates = (prices ?? []).flatMap(({ asOf }) => asOf ?? []);
  return dates.toSorted()[0];
}
