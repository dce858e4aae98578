import { describe, expect, test } from '@jest/globals';
import { chatRequestSchema } from '../../../../../plugins/local-model/engine/prompt/chat-request.ts';
import { callsOfTurn, isRepeated } from '../../../../../plugins/local-model/engine/prompt/repeated-call.ts';
import { planReply } from '../../../../../plugins/local-model/engine/prompt/reply-plan.ts';
import { toolPrompt } from '../../../../../plugins/local-model/engine/prompt/tool-prompt.ts';
import { accepts } from '../grammar-reader.ts';

const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'tells the weather',
    parameters: {
      $schema: 'x',
      type: 'object',
      title: 'Weather',
      properties: { city: { type: 'string' }, title: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};
const NOW = { type: 'function' as const, function: { name: 'now' } };
const USER = { role: 'user' as const, content: 'weather in Paris?' };

function plan(rest: Record<string, unknown>) {
  return planReply(chatRequestSchema.parse({ messages: [USER], ...rest }));
}

const callOf = (name: string) => ({
  role: 'assistant' as const,
  tool_calls: [{ function: { name, arguments: '{}' } }],
});
const isNowRepeated = (text: string, made: string): boolean =>
  isRepeated({ name: 'now', arguments: text }, [{ name: 'now', arguments: made }], [NOW]);

describe('the plan of a reply', () => {
  test('is words where no tools are offered or none is wanted', () => {
    expect(plan({})).toMatchObject({ kind: 'text', isCallForced: false, tools: [] });
    const none = plan({ tools: [WEATHER], tool_choice: 'none' });
    expect(none).toMatchObject({ kind: 'text', tools: [] });
    expect(JSON.stringify(none.history)).not.toContain('get_weather');
  });

  test('offers the tools in the system message and lets the model choose between a call and words', () => {
    const planned = plan({ tools: [WEATHER, NOW] });
    expect(planned).toMatchObject({ kind: 'tools', isCallForced: false, made: [], tools: [WEATHER, NOW] });
    expect(planned.history[0]).toEqual({ type: 'system', text: toolPrompt([WEATHER, NOW]) });
    expect(planned.wordsHistory).toBeUndefined();
  });

  test('forces a call that is required, and offers only the tool that is named', () => {
    expect(plan({ tools: [WEATHER, NOW], tool_choice: 'required' })).toMatchObject({ isCallForced: true });
    const named = plan({ tools: [WEATHER, NOW], tool_choice: { type: 'function', function: { name: 'now' } } });
    expect(named).toMatchObject({ isCallForced: true, tools: [NOW] });
    expect(JSON.stringify(named.history)).not.toContain('get_weather');
  });

  test('refuses a choice that the tools contradict', () => {
    const invalid = expect.objectContaining({ status: 400, type: 'invalid_request_error' });
    expect(() => plan({ tool_choice: 'required' })).toThrow(invalid);
    const choice = { type: 'function', function: { name: 'other' } };
    expect(() => plan({ tools: [NOW], tool_choice: choice })).toThrow(/tool_choice names other/);
    expect(() => plan({ response_format: { type: 'json_schema' } })).toThrow(invalid);
  });

  test('keeps an answer in words ready once calls were made in this turn', () => {
    const made = { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'now', arguments: '{}' } }] };
    const result = { role: 'tool', tool_call_id: 'c', content: 'noon' };
    const planned = plan({ messages: [USER, made, result], tools: [NOW] });
    expect(planned.made).toMatchObject([{ name: 'now', arguments: '{}' }]);
    expect(planned.wordsHistory).toMatchObject([
      { type: 'user', text: expect.stringContaining('now returned: noon') },
      {},
    ]);
  });

  test('is words after a step with several calls, until the user speaks again', () => {
    const several = {
      role: 'assistant',
      tool_calls: [callOf('now'), callOf('then')].flatMap((made) => made.tool_calls),
    };
    const result = { role: 'tool', content: 'noon' };
    expect(plan({ messages: [USER, several, result, result], tools: [NOW] }).isAnswerDue).toBe(true);
    expect(plan({ messages: [USER, several, result, USER], tools: [NOW] }).isAnswerDue).toBe(false);
    expect(plan({ messages: [USER, callOf('now'), result], tools: [NOW] }).isAnswerDue).toBe(false);
  });

  test('holds the reply to the form that was asked for', () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
    const strict = plan({ response_format: { type: 'json_schema', json_schema: { schema } } });
    const object = plan({ response_format: { type: 'json_object' } });
    const withSchema = plan({ response_format: { type: 'json_object', schema } });
    expect(accepts(strict.grammar!, '{"a": 1}')).toBe(true);
    expect(accepts(strict.grammar!, '{"b": 1}')).toBe(false);
    expect(accepts(strict.looseGrammar!, '{"b": 1}')).toBe(true);
    expect(accepts(object.grammar!, '{"b": 1}')).toBe(true);
    expect(accepts(object.grammar!, '[1]')).toBe(false);
    expect(withSchema.grammar).toBe(strict.grammar);
    expect(plan({ grammar: 'root ::= "yes"' }).grammar).toBe('root ::= "yes"');
    expect(plan({ response_format: { type: 'text' } }).grammar).toBeUndefined();
  });
});

describe('the text that offers tools', () => {
  test('leaves out what tells a model nothing, but not a property that is called so', () => {
    const line = toolPrompt([WEATHER])
      .split('\n')
      .find((each) => each.startsWith('{"type":"function"'));
    expect(JSON.parse(line ?? '')).toEqual({
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'tells the weather',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' }, title: { type: 'string' } },
          required: ['city'],
        },
      },
    });
    expect(toolPrompt([NOW])).toContain('{"name":"now","description":"","parameters":{}}');
  });
});

describe('a repeated call', () => {
  test('is the same tool with equal required arguments, whatever the optional ones', () => {
    const made = [{ name: 'get_weather', arguments: '{"city":"Paris"}' }];
    const again = (text: string) => isRepeated({ name: 'get_weather', arguments: text }, made, [WEATHER]);
    expect(again('{"title":"x","city":"Paris"}')).toBe(true);
    expect(again('{"city":"Rome"}')).toBe(false);
    expect(isRepeated({ name: 'now', arguments: '{"city":"Paris"}' }, made, [WEATHER, NOW])).toBe(false);
  });

  test('of a tool that requires nothing has equal arguments, none being empty ones', () => {
    expect(isNowRepeated('', '{}')).toBe(true);
    expect(isNowRepeated('{"zone":"UTC"}', '{}')).toBe(false);
    expect(isNowRepeated('no JSON', 'no JSON')).toBe(true);
  });

  test('is looked for only since the user last spoke', () => {
    expect(
      callsOfTurn([USER, callOf('old'), USER, callOf('one'), { role: 'tool', content: '' }, callOf('two')]),
    ).toMatchObject([{ name: 'one' }, { name: 'two' }]);
  });
});
