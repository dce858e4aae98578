import { describe, expect, test } from '@jest/globals';
import type { ModelInfo, ModelRef, Price } from 'wooster';
import { OPENAI_CATALOGUE, OPENAI_EMBEDDERS } from '../../../plugins/cloud-models/common/cloud-catalogue.ts';
import { addEmbedderFacts } from '../../../src/kernel/embedder-facts.ts';
import { addCatalogueFacts } from '../../../src/routing/targets/model-facts.ts';

function model(modelId: string): ModelInfo {
  const locality = { value: 'cloud', origin: 'config' } as const;
  return { ref: `openai:${modelId}` as ModelRef, providerId: 'openai', modelId, capabilities: {}, locality };
}

/** USD for a million tokens by unit. */
function pricesOf({ prices }: ModelInfo): Record<string, number> | undefined {
  return prices && Object.fromEntries(prices.value.map(({ unit, usd, quantity }) => [unit, (usd / quantity) * 1e6]));
}

describe('the catalogue of OpenAI', () => {
  test.each<[string, number, number | undefined, number]>([
    ['gpt-4o', 2.5, 1.25, 10],
    ['gpt-4o-2024-08-06', 2.5, 1.25, 10],
    ['gpt-4o-2024-05-13', 5, undefined, 15],
    ['gpt-4o-mini', 0.15, 0.075, 0.6],
    ['openai/gpt-4o-mini', 0.15, 0.075, 0.6],
    ['gpt-4.1-nano-2025-04-14', 0.1, 0.025, 0.4],
    ['gpt-5-mini', 0.25, 0.025, 2],
    ['gpt-5.4-nano', 0.2, 0.02, 1.25],
    ['o3-mini', 1.1, 0.55, 4.4],
    ['ft:gpt-4o-mini-2024-07-18:acme::8abc', 0.3, 0.15, 1.2],
  ])('knows the prices of %s', (id, input, cached, output) => {
    const known = pricesOf(addCatalogueFacts(model(id), OPENAI_CATALOGUE))!;
    expect(known['input-token']).toBeCloseTo(input, 9);
    expect(known['output-token']).toBeCloseTo(output, 9);
    if (cached === undefined) expect(known).not.toHaveProperty('cached-input-token');
    else expect(known['cached-input-token']).toBeCloseTo(cached, 9);
  });

  test.each(['gpt-4o-audio-preview-2024-12-17', 'gpt-5-pro', 'gpt-6-sol', 'gpt-4o-2031-01-01', 'o1-pro'])(
    'says nothing of %s, whose price is another',
    (id) => expect(addCatalogueFacts(model(id), OPENAI_CATALOGUE)).toEqual(model(id)),
  );

  test('has for each model a source, its date on each price, a window and what it can do', () => {
    for (const { id, source, date, prices = [], contextTokens, maxOutputTokens, capabilities } of OPENAI_CATALOGUE) {
      expect({ id, source, date }).toEqual({
        id,
        source: expect.stringContaining('LiteLLM'),
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      });
      expect(prices.map(({ asOf }: Price) => asOf)).toEqual(prices.map(() => date));
      expect(contextTokens).toBeGreaterThan(maxOutputTokens!);
      expect(capabilities?.chat).toBe(true);
    }
  });

  test('names no model twice', () => {
    const names = OPENAI_CATALOGUE.flatMap(({ matches }) => matches);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ['text-embedding-3-small', 0.02],
    ['text-embedding-3-large', 0.13],
    ['openai/text-embedding-ada-002', 0.1],
  ])('gives the price of %s to the model that a decision looks at', (id, usd) => {
    const known = addEmbedderFacts(model(id), OPENAI_EMBEDDERS);
    expect(pricesOf(known)!['input-token']).toBeCloseTo(usd, 9);
    expect(known.prices?.value[0]?.asOf).toBe('2026-11-28');
  });
});
