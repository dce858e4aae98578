import { describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, boolean, constantFrom, integer } from 'fast-check';
import type { Line } from '../../routing/doubles/scripted-provider.ts';
import type { AgentEvent, InterruptedText } from '../../../src/index.ts';
import { collect, CUT, makeAgentRig, readAnswer } from './rig.ts';

const WORDS = ['The', ' capital', ' of', ' France', ' is', ' Paris', ', on', ' the', ' Seine', '.'];
const ANSWER = WORDS.join('');

/** The answer, broken off after so many words where that is less than all of them. */
function upTo(words: number): readonly Line[] {
  return words >= WORDS.length ? WORDS : [...WORDS.slice(0, words), CUT];
}

/** The rest of the answer from some words before the break on, as a model says it that carries on. */
function rest(from: number, back: number, isCut: boolean): readonly Line[] {
  const lines: Line[] = WORDS.slice(Math.max(0, from - back));
  return isCut ? [...lines.slice(0, back + 1), CUT] : lines;
}

function markedTimes(events: readonly AgentEvent[]): number {
  return events.filter(({ kind }) => kind === 'resumed').length;
}

/** The one law: what is read is the whole answer, or a beginning of it that is said to be broken off. */
function expectOneAnswer(events: readonly AgentEvent[]): void {
  const last = events.at(-1);
  const read = readAnswer(events);
  expect(events.filter(({ kind }) => kind === 'finished' || kind === 'interrupted')).toHaveLength(1);
  if (last?.kind === 'finished') {
    expect(read).toBe(ANSWER);
    expect(last.reply.text).toBe(ANSWER);
    expect(last.reply.interruptions).toHaveLength(markedTimes(events));
  } else {
    expect(ANSWER.startsWith(read)).toBe(true);
    expect(last).toMatchObject({ kind: 'interrupted', text: read });
  }
}

describe('whatever breaks off', () => {
  test('the text that is read is one answer, or is marked', async () => {
    const modes = constantFrom<InterruptedText>('stop', 'restart', 'continue');
    const words = integer({ min: 1, max: WORDS.length });
    await assert(
      asyncProperty(
        modes,
        array(words, { minLength: 3, maxLength: 3 }),
        async (interruptedText, [one = 1, two, three]) => {
          const later = interruptedText === 'continue' ? [rest(one, two ?? 0, false)] : [upTo(two ?? 1)];
          await using rig = await makeAgentRig({
            first: [upTo(one), upTo(three ?? 1)],
            second: later,
            interruptedText,
          });
          expectOneAnswer(await collect(rig.ask()));
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  test('an answer carried on by two models is one answer', async () => {
    const places = integer({ min: 1, max: 6 });
    await assert(
      asyncProperty(places, integer({ min: 0, max: 6 }), integer({ min: 0, max: 3 }), async (cut, back, again) => {
        const from = Math.min(cut, back) === 0 ? cut : cut - Math.min(cut, back);
        const reached = Math.min(WORDS.length, from + back + 1);
        const second = rest(cut, back, true);
        await using rig = await makeAgentRig({
          first: [upTo(cut), rest(Math.max(cut, reached), again, false)],
          second: [second],
          interruptedText: 'continue',
        });
        expectOneAnswer(await collect(rig.ask()));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('no call of a tool runs twice, and its result is there once', async () => {
    const words = integer({ min: 1, max: WORDS.length });
    await assert(
      asyncProperty(words, words, boolean(), async (one, two, isCallCut) => {
        const call: Line[] = ['Let me see. ', { tool: 'count' }];
        await using rig = await makeAgentRig({
          hasTools: true,
          first: [isCallCut ? [...call, CUT] : call, upTo(one)],
          second: isCallCut ? [call, upTo(two)] : [upTo(two)],
        });
        const events = await collect(rig.ask());
        expect(rig.ran).toEqual(['count']);
        expect(events.filter(({ kind }) => kind === 'tool-called')).toHaveLength(1);
        expect(events.filter(({ kind }) => kind === 'tool-finished')).toHaveLength(1);
        const last = events.at(-1);
        if (last?.kind !== 'finished') expect(last).toMatchObject({ kind: 'interrupted', text: readAnswer(events) });
        else expect(last.reply.messages.map((message) => message.getType())).toEqual(['ai', 'tool', 'ai']);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
