import { describe, expect, test } from '@jest/globals';
import { callProbability } from '../../../../../../plugins/local-model/engine/child/calls/call-probability.ts';
import { likelyTools } from '../../../../../../plugins/local-model/engine/child/calls/tool-choice.ts';
import { playedNext, tokensOf, type Chances } from './played-next.ts';

const toolsOf = (names: string) => Array.from(names, (name) => ({ type: 'function' as const, function: { name } }));

/** The likely tools for chances of their first letters, also where nothing was said, and how often the model was asked. */
async function likely(names: string, chances: Chances, unsaid: Chances = {}, sureShare = 0) {
  const next = playedNext((made) => (made.startsWith('N') ? unsaid : chances));
  const question = { prompt: [], unsaid: () => tokensOf('N'), sureShare, tokenize: tokensOf, next };
  const found = await likelyTools({ tools: toolsOf(names), ...question });
  const shown = found.map(({ tool, share }) => `${tool.function.name} ${share.toFixed(2)}`);
  return { shown, asked: next.asked.length };
}

describe('the tools that a call may be of', () => {
  test('are one where one is offered, and nothing is asked', async () => {
    expect(await likely('a', {})).toEqual({ shown: ['a 1.00'], asked: 0 });
  });

  test('are ranked by their shares among those offered', async () => {
    expect(await likely('abc', { a: 0.1, b: 0.3, c: 0.1 })).toEqual({
      shown: ['b 0.60', 'a 0.20', 'c 0.20'],
      asked: 1,
    });
  });

  test('stand by what was said, apart from the one that is likely whatever is said', async () => {
    const chances = { a: 0.6, b: 0.3, c: 0.1 };
    const unsaid = { a: 0.9, b: 0.05, c: 0.05 };
    expect(await likely('abc', chances, unsaid, 0.9)).toEqual({ shown: ['b 0.30', 'a 0.60', 'c 0.10'], asked: 2 });
    expect(await likely('abc', chances, unsaid, 0.6)).toEqual({ shown: ['a 0.60', 'b 0.30', 'c 0.10'], asked: 1 });
  });

  test('leave out the unlikely, and are three at most', async () => {
    expect((await likely('ab', { a: 0.99, b: 0.01 })).shown).toEqual(['a 0.99']);
    expect((await likely('abcdef', { a: 0.2, b: 0.2, c: 0.2, d: 0.2, e: 0.1, f: 0.1 })).shown).toHaveLength(3);
  });
});

describe('the probability of a call', () => {
  const [brace, fence, json] = tokensOf('{`j');
  const beginnings = { plain: [brace!], fence: [fence!, json!] as const };
  const of = (chances: Record<string, Chances>, given: Parameters<typeof callProbability>[1] = beginnings) =>
    callProbability(
      [],
      given,
      playedNext((made) => chances[made] ?? {}),
    );

  test('counts a fence as far as JSON follows it', async () => {
    expect(await of({ '': { '{': 0.2, '`': 0.6 }, '`': { j: 0.5 } })).toBeCloseTo(0.5);
    expect(await of({ '': { '{': 0.2, '`': 0.6 }, '`': { j: 0 } })).toBeCloseTo(0.2);
  });

  test('does without the fence where it is unlikely, or no token', async () => {
    expect(await of({ '': { '{': 0.2, '`': 0.01 }, '`': { j: 1 } })).toBeCloseTo(0.2);
    expect(await of({ '': { '{': 0.2, '`': 0.6 } }, { plain: [brace!] })).toBeCloseTo(0.2);
  });
});
