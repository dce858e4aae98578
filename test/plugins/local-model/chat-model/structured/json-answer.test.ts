import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { fakeServer } from '../../client/client-setup.ts';
import { bodiesAt, inTurn, modelAt, streamed, WEATHER, type Asked } from '../tools/ways-setup.ts';

const started = fakeServer({ dialect: 'llamacpp', models: ['m'] });

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, count: { type: 'integer' } },
  required: ['city', 'count'],
};
const FORMAT = { response_format: { type: 'json_schema', json_schema: { name: 'place', schema: SCHEMA } } };
const QUESTION = [new HumanMessage('Paris, 3')];
const ASKED: Asked = { wire: 'llamacpp', ways: ['native', 'prompt'], quirks: ['ignores-response-format'] };

describe('JSON from a server that does not hold its model to it', () => {
  test.each([
    ['{"city": "Paris", "count": 3}', '{"city": "Paris", "count": 3}'],
    ['Here it is:\n```json\n{"city": "Paris", "count": 3}\n```\nAnything else?', '{"city": "Paris", "count": 3}'],
    ["{'city': 'Paris', 'count': 3,}", '{"city":"Paris","count":3}'],
    ['Sure: {"city": "Paris", "count": "3"}', '{"city":"Paris","count":3}'],
  ])('is read out of %j', async (text, expected) => {
    const server = await started;
    await server.script([{ reply: { text } }]);
    const model = modelAt(server, ASKED);
    expect((await streamed(await model.stream(QUESTION, FORMAT))).message.text).toBe(expected);
    expect((await model.invoke(QUESTION, FORMAT)).text).toBe(expected);
    const [body] = await bodiesAt(server);
    expect(JSON.stringify(body!.messages)).toContain('Answer with nothing but JSON');
    expect(body).not.toHaveProperty('response_format');
  });

  test('is asked for once more where it does not fit, and given as it is after that', async () => {
    const server = await started;
    const model = modelAt(server, ASKED);
    const [prose, fine] = [{ reply: { text: 'Paris, three.' } }, { reply: { text: '{"city":"Paris","count":3}' } }];
    await server.script(inTurn('llamacpp', [prose, fine]));
    expect((await streamed(await model.stream(QUESTION, FORMAT))).message.text).toBe('{"city":"Paris","count":3}');
    await server.script(inTurn('llamacpp', [prose, prose]));
    expect((await streamed(await model.stream(QUESTION, FORMAT))).message.text).toBe('Paris, three.');
  });

  test('may be any object where no schema is given', async () => {
    const server = await started;
    await server.script([{ reply: { text: 'So: {"a": [1, 2]} there.' } }]);
    const format = { response_format: { type: 'json_object' } };
    expect((await modelAt(server, ASKED).invoke(QUESTION, format)).text).toBe('{"a": [1, 2]}');
  });

  test('comes after calls of tools, which pass', async () => {
    const server = await started;
    await server.script([{ reply: { text: '{"tool": "get_weather", "arguments": {"city": "Paris"}}' } }]);
    const bound = modelAt(server, { ...ASKED, way: 'prompt' }).bindTools([WEATHER], FORMAT);
    const { message } = await streamed(await bound.stream(QUESTION));
    expect(message.tool_calls).toHaveLength(1);
    await server.script([{ reply: { text: '{"answer": {"city": "Paris", "count": 3}}' } }]);
    expect((await streamed(await bound.stream(QUESTION))).message.text).toBe('{"city":"Paris","count":3}');
  });
});

describe('JSON from a server that holds its model to it', () => {
  test('streams as it comes', async () => {
    const server = await started;
    await server.script([{ reply: { tokens: ['{"city":', ' "Paris",', ' "count": 3}'] } }]);
    const { textPieces } = await streamed(await modelAt(server, { wire: 'llamacpp' }).stream(QUESTION, FORMAT));
    expect(textPieces).toHaveLength(3);
  });

  test('is the answer of the union where tools are called by a schema', async () => {
    const server = await started;
    await server.script([{ reply: { text: '{"answer": {"city": "Paris", "count": 3}}' } }]);
    const bound = modelAt(server, { wire: 'llamacpp', way: 'schema' }).bindTools([WEATHER], FORMAT);
    expect((await streamed(await bound.stream(QUESTION))).message.text).toBe('{"city":"Paris","count":3}');
    const [body] = await bodiesAt(server);
    expect(JSON.stringify(body!.response_format)).toContain('"answer":{"type":"object"');
  });
});
