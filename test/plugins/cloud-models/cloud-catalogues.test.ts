import { describe, expect, test } from '@jest/globals';
import type { ModelInfo, ModelRef } from 'wooster';
import {
  ANTHROPIC_CATALOGUE,
  GEMINI_CATALOGUE,
  GEMINI_EMBEDDERS,
  OPENAI_CATALOGUE,
} from '../../../plugins/cloud-models/common/cloud-catalogue.ts';
import { plugin } from '../../../plugins/cloud-models/index.ts';
import { spaceOf } from '../../../src/embeddings/space.ts';
import { costOfUsage, costUpperBoundUsd } from '../../../src/routing/targets/cost-bound.ts';
import { addCatalogueFacts } from '../../../src/routing/targets/model-facts.ts';

const ALL = [...OPENAI_CATALOGUE, ...ANTHROPIC_CATALOGUE, ...GEMINI_CATALOGUE];

function known(modelId: string): ModelInfo {
  const locality = { value: 'cloud', origin: 'config' } as const;
  return addCatalogueFacts(
    { ref: `c:${modelId}` as ModelRef, providerId: 'c', modelId, capabilities: {}, locality },
    ALL,
  );
}

/** USD for a million tokens by unit. */
function pricesOf({ prices }: ModelInfo): Record<string, number> | undefined {
  return prices && Object.fromEntries(prices.value.map(({ unit, usd, quantity }) => [unit, (usd / quantity) * 1e6]));
}

describe('the catalogues of clouds', () => {
  test.each([
    [
      'claude-sonnet-4-5-20250929',
      { 'input-token': 3, 'cached-input-token': 0.3, 'cache-write-token': 3.75, 'output-token': 15 },
      200_000,
      64_000,
    ],
    [
      'anthropic/claude-haiku-4-5',
      { 'input-token': 1, 'cached-input-token': 0.1, 'cache-write-token': 1.25, 'output-token': 5 },
      200_000,
      64_000,
    ],
    // As OpenRouter writes it.
    [
      'anthropic/claude-sonnet-4.5',
      { 'input-token': 3, 'cached-input-token': 0.3, 'cache-write-token': 3.75, 'output-token': 15 },
      200_000,
      64_000,
    ],
    [
      'claude-opus-5-5',
      { 'input-token': 4, 'cached-input-token': 0.2, 'cache-write-token': 5, 'output-token': 20 },
      1_000_000,
      128_000,
    ],
    ['gemini-2.5-pro', { 'input-token': 1.25, 'cached-input-token': 0.125, 'output-token': 10 }, 200_000, 65_536],
    [
      'google/gemini-3.5-flash',
      { 'input-token': 1.5, 'cached-input-token': 0.15, 'output-token': 9 },
      1_048_576,
      65_536,
    ],
  ])('know %s', (name, prices, contextTokens, maxOutputTokens) => {
    const model = known(name);
    expect(pricesOf(model)).toEqual(prices);
    expect(model).toMatchObject({
      contextTokens: { value: contextTokens },
      maxOutputTokens: { value: maxOutputTokens },
    });
    for (const capability of ['chat', 'tools', 'vision', 'json', 'reasoning']) {
      expect(model.capabilities[capability]).toEqual({ value: true, origin: 'catalogue' });
    }
  });

  test('have one id each, a source and a date, and names that no other has', () => {
    const names = ALL.flatMap(({ matches }) => matches);
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(ALL.length);
    expect(new Set(names).size).toBe(names.length);
    for (const { source, date, prices } of ALL) {
      expect(source).toMatch(/\d/);
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(prices!.every(({ usd, asOf }) => usd > 0 && asOf === date)).toBe(true);
    }
  });

  test('say nothing of a model of this machine with the same name', () => {
    const locality = { value: 'local', origin: 'config' } as const;
    const local: ModelInfo = {
      ref: 'l:claude-opus-5',
      providerId: 'l',
      modelId: 'claude-opus-5',
      capabilities: {},
      locality,
    };
    expect(addCatalogueFacts(local, ALL)).toBe(local);
  });

  test('are contributed whole', () => {
    const [providers, catalogue, embedders] = plugin.contributes!;
    expect(providers!.ids).toEqual(['openai', 'anthropic', 'gemini', 'openrouter']);
    expect(catalogue!.ids).toEqual(ALL.map(({ id }) => id));
    expect(embedders!.ids).toContain('gemini-embedding-001');
  });
});

describe('input that a provider keeps', () => {
  const prices = known('claude-sonnet-4-5').prices!.value;

  test('costs its own price, and what was kept another', () => {
    // 1,000 new x 3 + 2,000 written x 3.75 + 5,000 kept x 0.3 + 100 out x 15, in millionths.
    const usage = {
      inputTokens: 8000,
      outputTokens: 100,
      isEstimated: false,
      cachedInputTokens: 5000,
      cacheWriteTokens: 2000,
    };
    expect(costOfUsage(prices, 'cloud', usage)).toBeCloseTo((3000 + 7500 + 1500 + 1500) / 1e6, 12);
    expect(costOfUsage(prices, 'local', usage)).toBe(0);
  });

  test('is bounded by the dearest of them', () => {
    expect(costUpperBoundUsd(prices, 'cloud', { inputTokens: 1000, outputTokens: 10 })).toBeCloseTo(
      (3750 + 150) / 1e6,
      12,
    );
  });

  test('costs what other input does where it has no price of its own', () => {
    const plain = prices.filter(({ unit }) => unit !== 'cache-write-token');
    const usage = { inputTokens: 1000, outputTokens: 0, isEstimated: false, cacheWriteTokens: 1000 };
    expect(costOfUsage(plain, 'cloud', usage)).toBeCloseTo(0.003, 12);
  });
});

test('the space of Gemini is none of OpenAI, at any length', () => {
  const [gemini] = GEMINI_EMBEDDERS;
  const facts = {
    ...gemini!,
    name: gemini!.id,
    quantization: 'unknown',
    shorterDimensions: gemini!.shorterDimensions!,
  };
  for (const dimensions of [3072, 1536, 768]) {
    const other = spaceOf({ ...facts, name: 'text-embedding-3-large' }, dimensions);
    expect(spaceOf(facts, dimensions).spaceId).not.toBe(other.spaceId);
  }
});
