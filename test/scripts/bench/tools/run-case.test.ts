import { describe, expect, test } from '@jest/globals';
import { text } from '../../../../scripts/bench/tools/cases/matchers.ts';
import type { ToolCase } from '../../../../scripts/bench/tools/cases/tool-case.ts';
import { DESK } from '../../../../scripts/bench/tools/cases/tool-sets/desk.ts';
import type { Message, Reply } from '../../../../scripts/bench/tools/conversation.ts';
import { runCase } from '../../../../scripts/bench/tools/run-case.ts';

const OSLO = { tool: 'get_weather', arguments: { city: text('Oslo') }, result: 'Snow.' };
const SUM = { tool: 'calculate', arguments: { expression: text('1+1') } };
const EARLIER = [
  { user: 'And before?' },
  { tool: 'calculate', arguments: { expression: '2' }, result: '2' },
  { assistant: 'Two.' },
];

function caseOf(wanted: ToolCase['wanted']): ToolCase {
  return { id: 'a', set: 'desk', category: 'two tools', earlier: EARLIER, question: 'What now?', wanted };
}

const oslo: Reply = { calls: [{ id: '1', name: 'get_weather', arguments: { city: 'Oslo' } }], text: '' };
const sum: Reply = { calls: [{ id: '2', name: 'calculate', arguments: { expression: '1+1' } }], text: '' };
const words: Reply = { calls: [], text: 'Done.' };

/** A model that gives these replies, and what it was shown. */
function scripted(...replies: Reply[]) {
  const seen: Message[][] = [];
  const ask = async (messages: readonly Message[]): Promise<Reply> => {
    seen.push([...messages]);
    return replies[seen.length - 1]!;
  };
  return { seen, ask };
}

describe('a case', () => {
  test('with one wanted call is one request, with what was said before', async () => {
    const model = scripted(oslo, words);
    expect(await runCase(model, caseOf([OSLO]), DESK)).toEqual([oslo]);
    expect(model.seen[0]!.map((message) => message.role)).toEqual([
      'system',
      'user',
      'calls',
      'result',
      'assistant',
      'user',
    ]);
  });

  test('with two wanted calls gets the result of each, and ends with an answer in words', async () => {
    const model = scripted(oslo, sum, words);
    expect(await runCase(model, caseOf([OSLO, SUM]), DESK)).toEqual([oslo, sum, words]);
    expect(model.seen[2]!.slice(-4)).toEqual([
      { role: 'calls', calls: oslo.calls },
      { role: 'result', callId: '1', name: 'get_weather', text: 'Snow.' },
      { role: 'calls', calls: sum.calls },
      { role: 'result', callId: '2', name: 'calculate', text: '32' },
    ]);
  });

  test('with two wanted calls is at most three requests', async () => {
    expect(await runCase(scripted(oslo, oslo, oslo, oslo), caseOf([OSLO, SUM]), DESK)).toHaveLength(3);
  });

  test('ends at a call that is wrong already', async () => {
    const bergen = { ...oslo, calls: [{ ...oslo.calls[0]!, arguments: { city: 'Bergen' } }] };
    expect(await runCase(scripted(bergen, sum), caseOf([OSLO, SUM]), DESK)).toEqual([bergen]);
  });
});
