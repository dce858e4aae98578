import type { CatalogueEntry, ModelCapability, Price } from 'wooster';
import { toEntries, type Family } from '../common/catalogue-families.ts';

const SOURCE = 'LiteLLM 1.110.2, model_prices_and_context_window.json';
/** On which the source was read. */
const DATE = '2026-11-28';

const SEES = ['chat', 'tools', 'vision', 'json'] as const;
const THINKS = [...SEES, 'reasoning'] as const;

const GPT_4: readonly Family[] = [
  family(['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'], [2.5, 1.25, 10], [128_000, 16_384, SEES]),
  family(['gpt-4o-2024-05-13'], [5, undefined, 15], [128_000, 4096, ['chat', 'tools', 'vision']]),
  family(['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'], [0.15, 0.075, 0.6], [128_000, 16_384, SEES]),
  family(['gpt-4.1', 'gpt-4.1-2025-04-14'], [2, 0.5, 8], [1_047_576, 32_768, SEES]),
  family(['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'], [0.4, 0.1, 1.6], [1_047_576, 32_768, SEES]),
  family(['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'], [0.1, 0.025, 0.4], [1_047_576, 32_768, SEES]),
  family(['gpt-4-turbo', 'gpt-4-turbo-2024-04-09'], [10, undefined, 30], [128_000, 4096, ['chat', 'tools', 'vision']]),
  family(['gpt-4', 'gpt-4-0613'], [30, undefined, 60], [8192, 4096, ['chat', 'tools']]),
  family(['gpt-3.5-turbo', 'gpt-3.5-turbo-0125'], [0.5, undefined, 1.5], [16_385, 4096, ['chat', 'tools']]),
];

const GPT_5: readonly Family[] = [
  family(['gpt-5', 'gpt-5-2025-08-07'], [1.25, 0.125, 10], [272_000, 128_000, THINKS]),
  family(['gpt-5-mini', 'gpt-5-mini-2025-08-07'], [0.25, 0.025, 2], [272_000, 128_000, THINKS]),
  family(['gpt-5-nano', 'gpt-5-nano-2025-08-07'], [0.05, 0.005, 0.4], [272_000, 128_000, THINKS]),
  family(['gpt-5.1', 'gpt-5.1-2025-11-13'], [1.25, 0.125, 10], [272_000, 128_000, THINKS]),
  family(['gpt-5.2', 'gpt-5.2-2025-12-11'], [1.75, 0.175, 14], [272_000, 128_000, THINKS]),
  family(['gpt-5.4', 'gpt-5.4-2026-03-05'], [2.5, 0.25, 15], [272_000, 128_000, THINKS]),
  family(['gpt-5.4-mini', 'gpt-5.4-mini-2026-03-17'], [0.75, 0.075, 4.5], [272_000, 128_000, THINKS]),
  family(['gpt-5.4-nano', 'gpt-5.4-nano-2026-03-17'], [0.2, 0.02, 1.25], [272_000, 128_000, THINKS]),
  family(['gpt-5.5', 'gpt-5.5-2026-04-23'], [5, 0.5, 30], [272_000, 128_000, THINKS]),
];

const O_SERIES: readonly Family[] = [
  family(['o1', 'o1-2024-12-17'], [15, 7.5, 60], [200_000, 100_000, THINKS]),
  family(['o3', 'o3-2025-04-16'], [2, 0.5, 8], [200_000, 100_000, THINKS]),
  family(
    ['o3-mini', 'o3-mini-2025-01-31'],
    [1.1, 0.55, 4.4],
    [200_000, 100_000, ['chat', 'tools', 'json', 'reasoning']],
  ),
  family(['o4-mini', 'o4-mini-2025-04-16'], [1.1, 0.275, 4.4], [200_000, 100_000, THINKS]),
];

/** Models trained on data of one's own: their names go on with the organisation. */
const FINE_TUNED: readonly Family[] = [
  family(['ft:gpt-4o-2024-08-06*'], [3.75, 1.875, 15], [128_000, 16_384, SEES]),
  family(['ft:gpt-4o-mini-2024-07-18*'], [0.3, 0.15, 1.2], [128_000, 16_384, ['chat', 'tools', 'json']]),
  family(['ft:gpt-4.1-2025-04-14*'], [3, 0.75, 12], [1_047_576, 32_768, ['chat', 'tools', 'json']]),
  family(['ft:gpt-4.1-mini-2025-04-14*'], [0.8, 0.2, 3.2], [1_047_576, 32_768, ['chat', 'tools', 'json']]),
  family(['ft:gpt-4.1-nano-2025-04-14*'], [0.2, 0.05, 0.8], [1_047_576, 32_768, ['chat', 'tools', 'json']]),
];

/** USD for a million tokens: input, input the provider had kept (where it has a price of its own), output. */
type Prices = readonly [input: number, cached: number | undefined, output: number];

function family(
  names: readonly string[],
  [input, cached, output]: Prices,
  [contextTokens, maxOutputTokens, can]: readonly [number, number, readonly ModelCapability[]],
): Family {
  return { names, prices: { input, cached, output }, contextTokens, maxOutputTokens, can };
}

/**
 * Chat models of OpenAI whose price is one for input, one for kept input and one for output. Models that charge for
 * keeping input as well are left out: reckoned with three prices, their cost would be too low.
 */
export const OPENAI_CATALOGUE: readonly CatalogueEntry[] = toEntries([...GPT_4, ...GPT_5, ...O_SERIES, ...FINE_TUNED], {
  source: SOURCE,
  date: DATE,
  maker: 'openai',
});

/** Price of an embedding model, which has only input. */
export function embeddingPrices(usdPerMillion: number): readonly Price[] {
  return [{ unit: 'input-token', quantity: 1_000_000, usd: usdPerMillion, asOf: DATE }];
}
