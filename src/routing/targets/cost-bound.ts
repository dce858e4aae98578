import type { Locality, ModelInfo, Price } from '../../contracts/models/model-info.ts';
import type { TokenUsage } from '../../contracts/routing/decision.ts';

function usdPerUnit(prices: readonly Price[], unit: Price['unit']): number {
  const price = prices.find((each) => each.unit === unit);
  return price === undefined ? 0 : price.usd / price.quantity;
}

/**
 * Upper bound in USD: every token of the window that is needed at the dearer of the two token prices, and the price of
 * a call. 0 for local models; undefined when the price or the size is unknown.
 */
export function costUpperBoundUsd(
  model: Pick<ModelInfo, 'prices'>,
  locality: Locality,
  contextTokens: number | undefined,
): number | undefined {
  if (locality === 'local') return 0;
  if (model.prices === undefined || contextTokens === undefined) return undefined;
  const prices = model.prices.value;
  const perToken = Math.max(usdPerUnit(prices, 'input-token'), usdPerUnit(prices, 'output-token'));
  return perToken * contextTokens + usdPerUnit(prices, 'call');
}

/** What a call did cost; 0 for local models; undefined when price or usage is unknown. */
export function costOfUsage(
  model: Pick<ModelInfo, 'prices'> | undefined,
  locality: Locality,
  usage: TokenUsage | undefined,
): number | undefined {
  if (locality === 'local') return 0;
  if (model?.prices === undefined || usage === undefined) return undefined;
  const prices = model.prices.value;
  return (
    usdPerUnit(prices, 'input-token') * usage.inputTokens +
    usdPerUnit(prices, 'output-token') * usage.outputTokens +
    usdPerUnit(prices, 'call')
  );
}
