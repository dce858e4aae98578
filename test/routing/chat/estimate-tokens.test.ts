import { describe, expect, test } from '@jest/globals';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import * as fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { estimateTextTokens } from '../../../src/routing/chat/estimate-text.ts';
import { estimatePromptTokens } from '../../../src/routing/chat/estimate-tokens.ts';

const FILE = join(import.meta.dirname, '..', '..', 'fixtures', 'tokens', 'counts.json');
const { samples } = JSON.parse(readFileSync(FILE, 'utf8')) as {
  samples: { kind: string; text: string; tokens: Record<string, number> }[];
};

const most = (kind: string) => {
  const { text, tokens } = samples.find((each) => each.kind === kind)!;
  return { estimated: estimateTextTokens(text), counted: Math.max(...Object.values(tokens)) };
};

const weather = {
  type: 'function',
  function: { name: 'weather', description: 'tells it', parameters: { type: 'object', properties: {} } },
};

describe('the estimate of tokens', () => {
  test.each(samples.map(({ kind }) => kind))('is no less than any real vocabulary counts, for %s', (kind) => {
    const { estimated, counted } = most(kind);
    expect(estimated).toBeGreaterThanOrEqual(counted);
  });

  test.each(['english', 'code', 'json', 'german', 'french', 'russian', 'chinese', 'base64', 'hex', 'py', 'csv', 'log'])(
    'is not more than twice what the dearest counts, for %s',
    (kind) => {
      const { estimated, counted } = most(kind);
      expect(estimated).toBeLessThanOrEqual(counted * 2);
    },
  );

  // The dearest vocabulary takes 0.82 tokens a character of random base64, 0.90 of hexadecimal, 4 of a rare ideograph.
  test('holds for random base64, hexadecimal, digits and ideographs of any length that chance does not rule', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 2_000 }), (length) => {
        const bytes = randomBytes(length);
        const base64 = bytes.toString('base64').replaceAll('=', '');
        const hex = bytes.toString('hex');
        expect(estimateTextTokens(base64)).toBeGreaterThanOrEqual(base64.length * 0.82);
        expect(estimateTextTokens(hex)).toBeGreaterThanOrEqual(hex.length * 0.9);
        expect(estimateTextTokens('7'.repeat(length))).toBe(length);
        expect(estimateTextTokens('🦄'.repeat(length))).toBe(length * 4);
      }),
    );
  });

  test('grows with the text, whatever is in it, and never passes four tokens a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const estimated = estimateTextTokens(text);
        expect(estimated).toBeGreaterThanOrEqual(0);
        expect(estimated).toBeLessThanOrEqual(Math.ceil(4 * text.length) + 1);
        expect(estimateTextTokens(`${text} and`)).toBeGreaterThanOrEqual(estimated - 1);
      }),
    );
  });

  test('counts tools with what templates write around them, and each message', () => {
    const message = new HumanMessage('hi');
    const bare = estimatePromptTokens([message], undefined);
    expect(estimatePromptTokens([message], [weather])).toBeGreaterThan(bare + 160);
    expect(estimatePromptTokens([message, new SystemMessage('hi')], [])).toBeGreaterThan(bare + 5);
    // Qwen 2.5 counts 30 tokens for `hi` alone, since its template adds a system message of its own.
    expect(bare).toBeGreaterThanOrEqual(30);
  });
});
