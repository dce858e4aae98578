import { describe, expect, test } from '@jest/globals';
import { answerHistory, chatHistory } from '../../../../../plugins/local-model/engine/prompt/chat-history.ts';
import type { WireMessage } from '../../../../../plugins/local-model/engine/prompt/chat-request.ts';

const call = (name: string, text: string, id?: string) => ({ id, function: { name, arguments: text } });
const END = { type: 'model', response: [''] };

describe('the history of a chat', () => {
  test('gathers every instruction, and the tools, in one system message at the start', () => {
    const messages: WireMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
      { role: 'developer', content: 'Be kind.' },
    ];
    expect(chatHistory(messages, 'tools: none')).toEqual([
      { type: 'system', text: 'Be brief.\n\nBe kind.\n\ntools: none' },
      { type: 'user', text: 'hi' },
      END,
    ]);
    expect(chatHistory([{ role: 'user', content: 'hi' }])).toEqual([{ type: 'user', text: 'hi' }, END]);
  });

  test('shows calls as the grammar writes them and results as words of the user', () => {
    const messages: WireMessage[] = [
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: 'Looking.', tool_calls: [call('get_weather', '{"city":"Paris","days":[1,2]}')] },
      { role: 'tool', content: 'rain' },
      { role: 'user', content: 'and now?' },
    ];
    expect(chatHistory(messages)).toEqual([
      { type: 'user', text: 'weather?' },
      {
        type: 'model',
        response: ['Looking.\n{"name": "get_weather", "arguments": {"city": "Paris", "days": [1, 2]}}'],
      },
      { type: 'user', text: '<tool_response>\nrain\n</tool_response>\n\nand now?' },
      END,
    ]);
  });

  test('takes arguments that are empty for none, and shows as it is what is no JSON', () => {
    const messages: WireMessage[] = [{ role: 'assistant', tool_calls: [call('now', ''), call('now', 'today')] }];
    expect(chatHistory(messages)[0]).toEqual({
      type: 'model',
      response: ['{"name": "now", "arguments": {}}\n{"name": "now", "arguments": today}'],
    });
  });

  test('joins the parts of a text, and refuses what the model cannot see or hear by its capability', () => {
    const content = [{ type: 'text', text: 'one' }, { type: 'input_text', text: 'two' }, { type: 'text' }];
    expect(chatHistory([{ role: 'user', content }])[0]).toEqual({ type: 'user', text: 'one\ntwo\n' });
    for (const [type, capability] of [
      ['image_url', 'vision'],
      ['input_audio', 'audio'],
      ['file', 'file'],
    ] as const) {
      expect(() => chatHistory([{ role: 'user', content: [{ type }] }])).toThrow(
        expect.objectContaining({ status: 400, type: 'not_supported_error', facts: { capability } }),
      );
    }
  });
});

describe('the history for an answer from results', () => {
  test('names the tool of each result and shows no call', () => {
    const messages: WireMessage[] = [
      { role: 'user', content: 'weather and time?' },
      { role: 'assistant', content: null, tool_calls: [call('get_weather', '{}', 'c1')] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      { role: 'assistant', content: 'Now the time.', tool_calls: [call('now', '{}', 'c2')] },
      { role: 'tool', tool_call_id: 'unknown', content: 'noon' },
    ];
    expect(answerHistory(messages)).toEqual([
      { type: 'user', text: 'weather and time?\n\nget_weather returned: rain' },
      { type: 'model', response: ['Now the time.'] },
      { type: 'user', text: 'A tool returned: noon' },
      END,
    ]);
  });
});
