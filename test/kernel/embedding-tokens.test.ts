import { describe, expect, test } from '@jest/globals';
import { estimateTokens, leastTokens } from '../../src/kernel/embedding-tokens.ts';
import { checkVectors, cutVector, toUnit } from '../../src/kernel/embedding-vectors.ts';

describe('tokens without a tokenizer', () => {
  test('are estimated rather too many than too few', () => {
    // Counts of the tokenizer of all-MiniLM-L6-v2, special tokens included.
    expect(estimateTokens('hello world')).toBeGreaterThanOrEqual(4);
    expect(estimateTokens('const x = 1;')).toBeGreaterThanOrEqual(7);
    expect(estimateTokens('日本語')).toBeGreaterThanOrEqual(5);
    expect(estimateTokens('')).toBe(2);
  });

  test('are at least the words, not counting what tokenizers drop', () => {
    expect(leastTokens('one two\nthree')).toBe(3);
    expect(leastTokens('a\u200Bb \u200B \uFE0F \u0007 \uFFFD c')).toBe(2);
    expect(leastTokens('')).toBe(0);
  });
});

describe('vectors of a reply', () => {
  const expected = { provider: 'p', model: 'm', count: 1 };

  test.each([
    ['none', [], /0 vectors for 1 texts/],
    ['no list', ['AAAA'], /no vector for text 1/],
    ['an empty one', [[]], /0 numbers/],
    ['a quarter of the length', [[1, 2]], /a quarter: base64 read as floats/],
    ['null', [Array.from({ length: 8 }, () => null)], /something else than finite numbers/],
    ['zeros', [Array.from({ length: 8 }, () => 0)], /all zeros/],
  ])('%s is refused', (_, vectors, message) => {
    expect(() => checkVectors(vectors, { ...expected, dimensions: 8 })).toThrow(message);
  });

  test('are made one long, and stay what they are when they already are', () => {
    expect([...toUnit(Float32Array.of(3, 4))]).toEqual([expect.closeTo(0.6, 5), expect.closeTo(0.8, 5)]);
    const unit = Float32Array.of(1, 0);
    expect(toUnit(unit)).toBe(unit);
  });

  test('are cut to a length and made one long again', () => {
    expect([...cutVector(Float32Array.of(3, 4, 12), 2)]).toEqual([expect.closeTo(0.6, 5), expect.closeTo(0.8, 5)]);
  });
});
