import type { CatalogueEntry } from 'wooster';
import { toEntries, type Family } from '../common/catalogue-families.ts';

const SOURCE = 'LiteLLM 1.110.2, model_prices_and_context_window.json';
/** On which the source was read. */
const DATE = '2026-11-28';

/** USD for a million tokens: input, input it had kept, output with the reasoning before it. */
type Prices = readonly [input: number, cached: number, output: number];

function family(
  names: readonly string[],
  [input, cached, output]: Prices,
  [contextTokens, maxOutputTokens]: readonly [number, number],
): Family {
  const can = ['chat', 'tools', 'vision', 'json', 'reasoning'];
  return { names, prices: { input, cached, output }, contextTokens, maxOutputTokens, can };
}

/** Where prompts of more than 200,000 tokens have another price, that is the window. */
const FAMILIES: readonly Family[] = [
  family(['gemini-2.5-flash'], [0.3, 0.03, 2.5], [1_048_576, 65_536]),
  family(['gemini-2.5-flash-lite'], [0.1, 0.01, 0.4], [1_048_576, 65_536]),
  family(['gemini-2.5-pro'], [1.25, 0.125, 10], [200_000, 65_536]),
  family(['gemini-3-flash-preview'], [0.5, 0.05, 3], [1_048_576, 65_536]),
  family(['gemini-3.1-flash-lite'], [0.25, 0.025, 1.5], [1_048_576, 65_536]),
  family(
    ['gemini-3.1-pro-preview', 'gemini-3.1-pro-preview-customtools', 'gemini-pro-latest'],
    [2, 0.2, 12],
    [200_000, 65_536],
  ),
  family(['gemini-3.5-flash'], [1.5, 0.15, 9], [1_048_576, 65_536]),
  family(['gemini-3.5-flash-lite', 'gemini-flash-lite-latest'], [0.3, 0.03, 2.5], [1_048_576, 65_536]),
  family(['gemini-3.6-flash'], [0.75, 0.075, 3.75], [1_048_576, 65_536]),
  family(['gemini-3.7-flash'], [0.75, 0.075, 3.75], [1_048_576, 65_536]),
  family(['gemini-3.8-flash', 'gemini-flash-latest'], [0.75, 0.075, 3.75], [1_048_576, 65_536]),
  family(['gemini-4-argon'], [2, 0.1, 10], [1_048_576, 1_048_576]),
  family(['gemini-4-hydrogen'], [1.5, 0.075, 7.5], [1_048_576, 1_048_576]),
];

/** Chat models of Gemini. */
export const GEMINI_CATALOGUE: readonly CatalogueEntry[] = toEntries(FAMILIES, {
  source: SOURCE,
  date: DATE,
  maker: 'google',
});
