import { describe, expect, test } from '@jest/globals';
import type { CatalogueEntry, Locality, ModelInfo, Price } from 'wooster';
import { addCatalogueFacts } from '../../../src/routing/targets/model-facts.ts';

const input = (usd: number, asOf?: string): Price => ({ unit: 'input-token', quantity: 1_000_000, usd, asOf });

function entry(matches: readonly string[], usd: number, changes: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return { id: matches[0]!, matches, source: 'a list', date: '2026-10-01', prices: [input(usd)], ...changes };
}

function model(modelId: string, value: Locality = 'cloud', prices?: ModelInfo['prices']): ModelInfo {
  return {
    ref: `openai:${modelId}` as ModelInfo['ref'],
    providerId: 'openai',
    modelId,
    capabilities: {},
    locality: { value, origin: 'config' },
    prices,
  };
}

const CATALOGUE = [
  entry(['*'], 9),
  entry(['gpt-4o*'], 2.5),
  entry(['gpt-4o-mini*'], 0.15),
  entry(['gpt-4o-2024-05-13'], 5),
];

function usdOf(modelId: string, catalogue: readonly CatalogueEntry[]): number | undefined {
  return addCatalogueFacts(model(modelId), catalogue).prices?.value[0]?.usd;
}

describe('facts of the catalogue', () => {
  test.each([
    ['gpt-4o', 2.5],
    ['gpt-4o-2024-08-06', 2.5],
    ['gpt-4o-2024-05-13', 5],
    ['GPT-4o-mini', 0.15],
    ['gpt-4o-mini-2024-07-18', 0.15],
    ['o3', 9],
  ])('of %s are those of the entry that names it most closely, in whatever order', (modelId, usd) => {
    expect(usdOf(modelId, CATALOGUE)).toBe(usd);
    expect(usdOf(modelId, CATALOGUE.toReversed())).toBe(usd);
  });

  test('are none for a name that no entry speaks of', () => {
    expect(addCatalogueFacts(model('gpt-4'), CATALOGUE.slice(1))).toEqual(model('gpt-4'));
  });

  test('have prices with the date of the entry, where a price has none of its own', () => {
    const prices = [input(1), input(2, '2026-01-01')];
    expect(addCatalogueFacts(model('m'), [entry(['m'], 0, { prices })]).prices).toEqual({
      value: [input(1, '2026-10-01'), input(2, '2026-01-01')],
      origin: 'catalogue',
    });
  });

  test('never replace a price that is known', () => {
    const prices = { value: [input(1)], origin: 'config' as const };
    expect(addCatalogueFacts(model('gpt-4o', 'cloud', prices), CATALOGUE).prices).toEqual(prices);
  });

  test('of a cloud are not those of a local model that borrows its name', () => {
    const catalogue = [entry(['gpt-4o'], 2.5, { locality: 'cloud', contextTokens: 128_000 })];
    expect(addCatalogueFacts(model('gpt-4o', 'local'), catalogue)).toEqual(model('gpt-4o', 'local'));
    expect(addCatalogueFacts(model('gpt-4o'), catalogue).contextTokens?.value).toBe(128_000);
  });
});
