import { describe, expect, test } from '@jest/globals';
import { exactly, text } from '../../../../scripts/bench/tools/cases/matchers.ts';
import { DESK } from '../../../../scripts/bench/tools/cases/tool-sets/desk.ts';
import type { WantedCall } from '../../../../scripts/bench/tools/cases/tool-case.ts';
import type { MadeCall, Reply } from '../../../../scripts/bench/tools/conversation.ts';
import { judgeCase, type Verdict } from '../../../../scripts/bench/tools/judge/judge-case.ts';

const OSLO: WantedCall = { tool: 'get_weather', arguments: { city: text('Oslo') } };
const SUM: WantedCall = { tool: 'calculate', arguments: { expression: text('1 + 1') } };

function call(name: string, given: unknown): MadeCall {
  return { id: 'call_0', name, arguments: given };
}

const weather = (given: unknown): MadeCall => call('get_weather', given);
const calls = (...made: MadeCall[]): Reply => ({ calls: made, text: '' });
const words = (said: string): Reply => ({ calls: [], text: said });

function judge(wanted: readonly WantedCall[], ...replies: Reply[]): Verdict {
  return judgeCase({ wanted }, DESK, replies);
}

describe('a case that needs a call', () => {
  test('is right with exactly that call, whatever optional argument comes along', () => {
    expect(judge([OSLO], calls(weather({ city: 'oslo', unit: 'celsius' })))).toEqual({
      isValid: true,
      hasRightTools: true,
      isRight: true,
      isNeedless: false,
      why: '',
    });
  });

  test('has the right tool and wrong arguments apart', () => {
    expect(judge([OSLO], calls(weather({ city: 'Bergen' })))).toMatchObject({
      isValid: true,
      hasRightTools: true,
      isRight: false,
      why: 'wrong arguments',
    });
  });

  test('is not valid where the arguments do not keep to the schema, even where they are the wanted ones', () => {
    const verdict = judge([OSLO], calls(weather({ city: 'Oslo', day: 'now' })));
    expect(verdict).toMatchObject({ isValid: false, hasRightTools: true, isRight: false });
    expect(verdict.why).toContain('/day must be equal to one of the allowed values');
  });

  test.each([
    ['a tool that is not offered', calls(call('get_time', {})), 'there is no tool get_time'],
    ['arguments that are no object', calls(weather('{"city": "Os')), 'get_weather must be object'],
    ['words', words('It is sunny.'), 'no call'],
    [
      'a call written as text',
      words('```json\n{"name": "get_weather", "arguments": {}}\n```'),
      'a call written as text',
    ],
    ['a fault', { ...words(''), fault: 'HTTP 500' }, 'HTTP 500'],
  ])('is not valid with %s', (_, reply, why) => {
    expect(judge([OSLO], reply)).toMatchObject({ isValid: false, isRight: false, isNeedless: false, why });
  });

  test('is wrong with a second call besides the wanted one', () => {
    const verdict = judge([OSLO], calls(weather({ city: 'Oslo' }), weather({ city: 'Oslo' })));
    expect(verdict).toMatchObject({ isValid: true, hasRightTools: false, isRight: false, why: 'wrong tools' });
  });
});

describe('a case that needs two calls', () => {
  const oslo = weather({ city: 'Oslo' });
  const sum = call('calculate', { expression: '1+1' });

  test('is right with both at once or one after the other, in any order', () => {
    expect(judge([OSLO, SUM], calls(sum, oslo), words('Done.')).isRight).toBe(true);
    expect(judge([OSLO, SUM], calls(oslo), calls(sum), words('Done.')).isRight).toBe(true);
  });

  test('is wrong with one of them missing, and with one of them made again', () => {
    expect(judge([OSLO, SUM], calls(oslo), words('Done.'))).toMatchObject({ isValid: true, hasRightTools: false });
    expect(judge([OSLO, SUM], calls(oslo), calls(sum), calls(sum)).isRight).toBe(false);
  });
});

describe('a case that needs no call', () => {
  test('is right with words, and with words that hold some JSON', () => {
    expect(judge([], words('Hello!'))).toMatchObject({ isValid: true, isRight: true, isNeedless: false });
    expect(judge([], words('{"name": "Ada"} is JSON.')).isRight).toBe(true);
  });

  test('has a needless call where a tool is called, or a call is written as text', () => {
    expect(judge([], calls(weather({ city: 'Oslo' })))).toMatchObject({
      isValid: true,
      isRight: false,
      isNeedless: true,
      why: 'needless call',
    });
    expect(judge([], words('<tool_call>\n{"name": "calculate", "arguments": {}}'))).toMatchObject({
      isValid: false,
      isNeedless: true,
    });
  });

  test('is not valid without an answer', () => {
    expect(judge([], words('  '))).toMatchObject({ isValid: false, isNeedless: false, why: 'no answer' });
  });
});

test('a text that must be exact is compared without case and accents, so that a schema decides about spelling', () => {
  const wanted = [{ tool: 'get_weather', arguments: { city: text('São Paulo'), day: exactly('today') } }];
  expect(judge(wanted, calls(weather({ city: 'sao paulo', day: 'today' }))).isRight).toBe(true);
});
