import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cutToTokens, OutputRoom } from '../../../src/agent/tools/output-room.ts';
import { estimateTextTokens } from '../../../src/routing/chat/estimate-text.ts';

const texts = fc.oneof(
  fc.string({ maxLength: 3000 }),
  fc.string({ unit: 'grapheme', maxLength: 2000 }),
  fc.array(fc.lorem({ maxCount: 40 }), { maxLength: 20 }).map((parts) => parts.join('\n')),
);

describe('a text cut to tokens', () => {
  test('never takes more of them, begins as it did, and tells how much is shown', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 40, max: 500 }), (text, tokens) => {
        const cut = cutToTokens(text, tokens);
        expect(estimateTextTokens(cut)).toBeLessThanOrEqual(tokens);
        if (cut === text) return;
        const [, shown, whole] = /\n\.\.\. cut: (\d+) of (\d+) characters shown$/.exec(cut) ?? [];
        expect(Number(whole)).toBe(text.length);
        expect(cut.startsWith(text.slice(0, Number(shown)))).toBe(true);
        expect(Number(shown)).toBeLessThan(text.length);
      }),
    );
  });

  test('shows most of what fits', () => {
    const cut = cutToTokens('one two three four five '.repeat(1000), 400);
    expect(estimateTextTokens(cut)).toBeGreaterThan(300);
  });

  test('does not cut through a character', () => {
    expect(cutToTokens('😀'.repeat(500), 60)).toMatch(/^(?:😀)+\n/u);
  });
});

describe('the room of a turn', () => {
  test('without a known window is bounded by the setting alone', () => {
    const room = new OutputRoom({ contextTokens: undefined, leftTokens: undefined, outputTokens: 100 });
    const text = 'word '.repeat(1000);
    expect(estimateTextTokens(room.bound(text, undefined))).toBeLessThanOrEqual(100);
    expect(estimateTextTokens(room.bound(text, 300))).toBeGreaterThan(200);
  });

  test('that is used up still leaves a line or two', () => {
    const room = new OutputRoom({ contextTokens: 4096, leftTokens: -50, outputTokens: 8000 });
    expect(room.bound('word '.repeat(1000), undefined)).toMatch(
      /^word word .*\n\.\.\. cut: \d+ of 5000 characters shown$/,
    );
  });
});
