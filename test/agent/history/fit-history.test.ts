import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import * as fc from 'fast-check';
import { firstThatFits, tokensOf, turnStarts } from '../../../src/agent/history/fit-history.ts';
import { writeTurns } from '../../../src/agent/history/write-turns.ts';
import { estimateTextTokens } from '../../../src/routing/chat/estimate-text.ts';

function turn(words: number, hasTool: boolean): BaseMessage[] {
  const text = 'word '.repeat(words);
  const call = { id: 'c', name: 'look', args: {} };
  const steps = [
    new AIMessage({ content: '', tool_calls: [call] }),
    new ToolMessage({ content: text, tool_call_id: 'c' }),
  ];
  return [new HumanMessage(text), ...(hasTool ? steps : []), new AIMessage(text)];
}

const histories = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.boolean()), { maxLength: 12 })
  .map((turns) => turns.flatMap(([words, hasTool]) => turn(words, hasTool)));

describe('the newest turns that fit', () => {
  test('are whole, fit, and are as many as do', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: -10, max: 5000 }), (history, room) => {
        const first = firstThatFits(history, room);
        expect([...turnStarts(history), history.length]).toContain(first);
        if (first < history.length) expect(tokensOf(history.slice(first))).toBeLessThanOrEqual(room);
        const before = turnStarts(history).findLast((start) => start < first);
        if (before !== undefined) expect(tokensOf(history.slice(before))).toBeGreaterThan(room);
      }),
    );
  });

  test('begin with the first message, even where that is no question', () => {
    expect(turnStarts([new AIMessage('hello'), new HumanMessage('a'), new HumanMessage('b')])).toEqual([0, 2]);
    expect(turnStarts([])).toEqual([]);
  });
});

describe('turns written to be summarised', () => {
  test('stay within their tokens, and keep the newest', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 150, max: 3000 }), (history, tokens) => {
        expect(estimateTextTokens(writeTurns(history, tokens))).toBeLessThanOrEqual(tokens);
      }),
    );
    const many = Array.from({ length: 300 }, (_, at) => new HumanMessage(`question ${at}`));
    expect(writeTurns(many, 200)).toMatch(/User: question 299$/);
  });

  test('name who spoke and which tools were called', () => {
    expect(writeTurns(turn(1, true), 500)).toBe(
      'User: word\nAssistant (called look): \nResult of a tool: word\nAssistant: word',
    );
  });
});
