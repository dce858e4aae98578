import type { CatalogueEntry } from 'wooster';
import { toEntries, type Family } from '../common/catalogue-families.ts';

const SOURCE = 'LiteLLM 1.110.2, model_prices_and_context_window.json';
/** On which the source was read. */
const DATE = '2026-11-28';

/** USD for a million tokens: input, input it had kept, input it keeps for five minutes, output. */
type Prices = readonly [input: number, cached: number, written: number, output: number];

function family(
  names: readonly string[],
  [input, cached, written, output]: Prices,
  [contextTokens, maxOutputTokens]: readonly [number, number],
): Family {
  const can = ['chat', 'tools', 'vision', 'json', 'reasoning'];
  return { names, prices: { input, cached, written, output }, contextTokens, maxOutputTokens, can };
}

const FAMILIES: readonly Family[] = [
  family(['claude-fable-5'], [10, 1, 12.5, 50], [1_000_000, 128_000]),
  family(['claude-fable-5-1'], [10, 0.25, 12.5, 50], [1_000_000, 128_000]),
  family(['claude-haiku-4-5', 'claude-haiku-4-5-20251001'], [1, 0.1, 1.25, 5], [200_000, 64_000]),
  family(['claude-haiku-5-5'], [0.1, 0.01, 0.125, 0.5], [1_000_000, 128_000]),
  family(['claude-mythos-5'], [10, 1, 12.5, 50], [1_000_000, 128_000]),
  family(['claude-mythos-5-1'], [10, 0.25, 12.5, 50], [1_000_000, 128_000]),
  family(['claude-opus-4-5', 'claude-opus-4-5-20251101'], [5, 0.5, 6.25, 25], [200_000, 64_000]),
  family(['claude-opus-4-6', 'claude-opus-4-6-20260205'], [5, 0.5, 6.25, 25], [1_000_000, 128_000]),
  family(['claude-opus-4-7', 'claude-opus-4-7-20260416'], [5, 0.5, 6.25, 25], [1_000_000, 128_000]),
  family(['claude-opus-4-8'], [5, 0.5, 6.25, 25], [1_000_000, 128_000]),
  family(['claude-opus-5'], [5, 0.5, 6.25, 25], [1_000_000, 128_000]),
  family(['claude-opus-5-5'], [4, 0.2, 5, 20], [1_000_000, 128_000]),
  family(['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'], [3, 0.3, 3.75, 15], [200_000, 64_000]),
  family(['claude-sonnet-4-6'], [3, 0.3, 3.75, 15], [1_000_000, 128_000]),
  family(['claude-sonnet-5'], [2, 0.2, 2.5, 10], [1_000_000, 128_000]),
  family(['claude-sonnet-5-5'], [2, 0.1, 2.5, 10], [1_000_000, 128_000]),
];

/** Chat models of Anthropic. */
export const ANTHROPIC_CATALOGUE: readonly CatalogueEntry[] = toEntries(FAMILIES, {
  source: SOURCE,
  date: DATE,
  maker: 'anthropic',
});
