import { describe, expect, test } from '@jest/globals';
import { assert, constantFrom, property, string } from 'fast-check';
import { CallSplitter } from '../../../../../plugins/local-model/chat-model/written/call-splitter.ts';
import { cuts, pieces } from '../cuttings.ts';
import { TOOLS } from './offered-tools.ts';

interface Read {
  readonly text: string;
  readonly calls: readonly (readonly [string, unknown])[];
  readonly unreadable?: string;
}

function read(parts: readonly string[], isAskedInText: boolean, isCut = false): Read {
  const splitter = new CallSplitter({ tools: TOOLS, isAskedInText });
  const text = parts.map((part) => splitter.push(part)).join('');
  const end = splitter.end(isCut);
  return {
    text: text + end.text,
    calls: end.calls.map(({ name, arguments: given }) => [name, given] as const),
    ...(end.unreadable !== undefined && { unreadable: end.unreadable }),
  };
}

const PARIS = ['get_weather', { city: 'Paris' }] as const;
const ROME = ['get_weather', { city: 'Rome' }] as const;
const CALL = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const OTHER = '{"name": "get_weather", "arguments": {"city": "Rome"}}';

const CALLS: readonly (readonly [string, readonly (readonly [string, unknown])[], string?])[] = [
  [CALL, [PARIS]],
  [`  \n${CALL}\n`, [PARIS]],
  [`<tool_call>\n${CALL}\n</tool_call>`, [PARIS]],
  [`<tool_call>${CALL}</tool_call>\n<tool_call>${OTHER}</tool_call>`, [PARIS, ROME]],
  [`<tool_call>${CALL}\n${OTHER}</tool_call>`, [PARIS, ROME]],
  [`<tool_call>\n${CALL.slice(0, -1)}\n</tool_call>`, [PARIS]],
  [`<tools>\n${CALL}\n</tools>`, [PARIS]],
  [`<function=get_weather>{"city": "Paris"}</function>`, [PARIS]],
  ['<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>', [PARIS]],
  [
    '<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>',
    [['get_weather', { city: 'Paris', days: '3' }]],
  ],
  ['<function=get_time>\n</function>', [['get_time', {}]]],
  [`\`\`\`json\n${CALL}\n\`\`\``, [PARIS]],
  [`\`\`\`\n${CALL}\n\`\`\`\nThis calls the weather.`, [PARIS]],
  ['{"name": "get_weather", "parameters": {"city": "Paris"}}', [PARIS]],
  [`[${CALL}, ${OTHER}]`, [PARIS, ROME]],
  [`${CALL}\n${OTHER}`, [PARIS, ROME]],
  ['{"type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}}', [PARIS]],
  ['{"tool_calls": [{"id": "a", "function": {"name": "get_time", "arguments": {}}}]}', [['get_time', {}]]],
  ['{"tool": "get_weather", "arguments": {"city": "Paris"}}', [PARIS]],
  ['{"tool": "get_weather", "city": "Paris"}', [PARIS]],
  ['{"name": "get_time"}', [['get_time', {}]]],
  ['{"name": "getWeather", "arguments": {"city": "Paris"}}', [PARIS]],
  [`[TOOL_CALLS][${CALL}]`, [PARIS]],
  ['[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}', [PARIS]],
  ['<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}', [PARIS]],
  ['{{"name": "get_weather", "arguments": {{"city": "Paris"}}}}', [PARIS]],
  ['{{"name": "get_weather", "arguments": {"city": "Paris"}}}', [PARIS]],
  ["{'name': 'get_weather', 'arguments': {'city': 'Paris'}}", [PARIS]],
  [`I look it up.\n\n<tool_call>\n${CALL}\n</tool_call>`, [PARIS], 'I look it up.\n\n'],
  [`I look it up. [TOOL_CALLS][${CALL}]`, [PARIS], 'I look it up. '],
  [`Let me see <tool.\n  <function=get_weather>{"city": "Paris"}</function>`, [PARIS], 'Let me see <tool.\n'],
];

const ANSWERS: readonly string[] = [
  'It is sunny.',
  '',
  ' \n',
  '{"city": "Paris", "temperature": 21}',
  '{"name": "Paris", "country": "France"}',
  '{"name": "send_mail", "arguments": {"to": "a"}}',
  '[1, 2, 3]',
  '[{"name": "Paris"}]',
  '[get the weather](https://example.org)',
  '```python\nprint({"name": "get_weather"})\n```',
  `To call it, write <tool_call>${CALL}</tool_call> and wait.`,
  `An example:\n\`\`\`\n<tool_call>${CALL}</tool_call>\n\`\`\``,
  `${'Long ago. '.repeat(120)}\n<tool_call>${CALL}</tool_call>`,
  `An answer first: ${CALL}`,
  '<tool_call>that is how it begins',
  '<tool_call>{"name": "no_such_tool", "arguments": {}}</tool_call>',
  '<function=nothing>{}</function>',
  '<b>bold</b>',
  '{"name": "get_weather", "description": "Tells it", "parameters": {"type": "object", "properties": {}}}',
  '{"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}',
  '`get_weather` is a tool.',
  '{',
  '<|python_tag|>print(1)',
  '[TOOL_CALLS] is a token of Mistral.',
];

describe('calls that a model writes as text', () => {
  test.each(CALLS)('are read: %j', (text, calls, lead = '') => {
    expect(read([text], false)).toEqual({ text: lead, calls });
  });

  test.each(ANSWERS.map((text) => [text]))('are none in %j', (text) => {
    expect(read([text], false)).toEqual({ text, calls: [] });
  });

  test('are told from the answer however the text is cut', () => {
    const texts = [...CALLS.map(([text]) => text), ...ANSWERS];
    assert(
      property(constantFrom(...texts), cuts, constantFrom(true, false), (text, points, isAskedInText) => {
        expect(read(pieces(text, points), isAskedInText)).toEqual(read([text], isAskedInText));
      }),
      { numRuns: 3_000 },
    );
  });

  test('are the same however any text is cut, and no text is lost where there is none', () => {
    const parts = [
      '<tool_call>',
      '</tool_call>',
      CALL,
      '{',
      '}',
      '[',
      '```json\n',
      '\n',
      ' ',
      'x',
      '<function=',
      '[TOOL',
      '"',
    ];
    const text = string({ unit: constantFrom(...parts), maxLength: 9 });
    assert(
      property(text, cuts, (given, points) => {
        const whole = read([given], false);
        expect(read(pieces(given, points), false)).toEqual(whole);
        if (whole.calls.length === 0) expect(whole.text).toBe(given);
      }),
      { numRuns: 3_000 },
    );
  });

  test('are none where they were cut at the limit of the output', () => {
    const half = CALL.slice(0, -9);
    expect(read([half], false, true)).toEqual({ text: half, calls: [] });
    expect(read([half], true, true)).toEqual({ text: '', calls: [], unreadable: half });
    expect(read([`${OTHER}\n${half}`], false, true)).toEqual({ text: '', calls: [ROME] });
  });

  test('hold back nothing of an answer in JSON once it cannot be a call', () => {
    const splitter = new CallSplitter({ tools: TOOLS, isAskedInText: false });
    expect(splitter.push('{"')).toBe('');
    expect(splitter.push('city": "Par')).toBe('{"city": "Par');
    expect(splitter.push('is"}')).toBe('is"}');
  });
});

describe('replies to a model that was asked for a call or an answer', () => {
  test.each([
    ['{"answer": "It is \\"sunny\\"\\n\\u00e9\\ud83d\\ude00."}', 'It is "sunny"\né😀.'],
    ['```json\n{"answer": "Yes."}\n```', 'Yes.'],
    ['{"answer": "cut of', 'cut of'],
    ['{"answer": 42}', '42'],
    ['{"answer": {"city": "Paris"}}', '{"city":"Paris"}'],
    ['It is sunny.', 'It is sunny.'],
    ['{"city": "Paris"}', '{"city": "Paris"}'],
  ])('are answers: %j', (text, answer) => {
    assert(
      property(cuts, (points) => {
        expect(read(pieces(text, points), true)).toEqual({ text: answer, calls: [] });
      }),
    );
  });

  test('stream the answer as it comes', () => {
    const splitter = new CallSplitter({ tools: TOOLS, isAskedInText: true });
    expect(
      ['{"ans', 'wer":', ' "It', ' is\\', 'n\\ud83d', '\\ude00', ' so."', '}'].map((part) => splitter.push(part)),
    ).toEqual(['', '', 'It', ' is', '\n', '😀', ' so.', '']);
  });

  test.each([
    ['{"tool": "no_such_tool", "arguments": {}}', [['no_such_tool', {}]]],
    ['{"calls": [{"tool": "get_time", "arguments": {}}]}', [['get_time', {}]]],
  ])('may name tools that are not offered: %j', (text, calls) => {
    expect(read([text], true)).toEqual({ text: '', calls });
  });

  test.each(['{"tool": 5}', '{"tool": "get_weather", "arguments": "Paris"}', '<tool_call>get_weather</tool'])(
    'are unreadable: %j',
    (text) => {
      const { calls, unreadable, text: shown } = read([text], true);
      expect({ calls, isTold: unreadable === text || shown === text }).toEqual({ calls: [], isTold: true });
    },
  );
});
