import { Ajv } from 'ajv';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DESK } from '../../../../scripts/bench/tools/cases/tool-sets/desk.ts';
import { readUnion, unionSchema } from '../../../../scripts/bench/tools/ways/raw-schema.ts';
import { askWithTools } from '../../../../scripts/bench/tools/ways/raw-tools.ts';
import { startFakeModelServer } from '../../../fakes/fake-model-server.ts';

const MODEL: Parameters<typeof startFakeModelServer>[0] = { dialect: 'llamacpp', models: ['smol'] };
const MESSAGES = [
  { role: 'user', text: 'Oslo?' },
  { role: 'calls', calls: [{ id: 'a', name: 'get_weather', arguments: { city: 'Oslo' } }] },
  { role: 'result', callId: 'a', name: 'get_weather', text: 'Snow.' },
  { role: 'user', text: 'And Bergen?' },
] as const;

describe('a server that is asked with tools', () => {
  let server: Awaited<ReturnType<typeof startFakeModelServer>>;
  beforeAll(async () => {
    server = await startFakeModelServer(MODEL);
  });
  beforeEach(() => server.reset(MODEL));
  afterAll(async () => server[Symbol.asyncDispose]());

  test('is shown the conversation and the tools as the API has them, and its calls are read', async () => {
    const given = { city: 'Bergen' };
    await server.script([{ match: {}, reply: { toolCalls: [{ name: 'get_weather', arguments: given }] } }]);
    const reply = await askWithTools(server.url, MESSAGES, DESK);
    expect(reply.calls).toMatchObject([{ name: 'get_weather', arguments: given }]);
    const [request] = await server.requests(500);
    expect(request?.body).toMatchObject({
      temperature: 0,
      messages: [
        { role: 'user', content: 'Oslo?' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'Snow.' },
        { role: 'user', content: 'And Bergen?' },
      ],
      tools: DESK.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    });
  });

  test('answers in words, or not at all, which is told as a fault', async () => {
    await server.script([
      { match: { times: 1 }, reply: { text: 'Snow.' } },
      { match: {}, fault: { kind: 'status', status: 500 } },
    ]);
    expect(await askWithTools(server.url, MESSAGES, DESK)).toEqual({ calls: [], text: 'Snow.' });
    expect((await askWithTools(server.url, MESSAGES, DESK)).fault).toMatch(/^HTTP 500/);
  });
});

describe('one schema of all tools', () => {
  const validate = new Ajv({ strict: false }).compile(unionSchema(DESK));

  test.each([
    [{ answer: 'Hello.' }, true],
    [{ tool: 'get_weather', arguments: { city: 'Oslo' } }, true],
    [{ tool: 'get_weather', arguments: { expression: '1' } }, false],
    [{ tool: 'get_time', arguments: {} }, false],
  ])('takes %j: %j', (value, isTaken) => {
    expect(validate(value)).toBe(isTaken);
  });

  test('is read as a call, as words, and as words that were cut', () => {
    expect(readUnion('{"tool": "calculate", "arguments": {"expression": "1"}}').calls).toMatchObject([
      { name: 'calculate', arguments: { expression: '1' } },
    ]);
    expect(readUnion('{"answer": "Hello."}')).toEqual({ calls: [], text: 'Hello.' });
    expect(readUnion('{"answer": "Once upon a')).toEqual({ calls: [], text: 'Once upon a' });
    expect(readUnion('{"tool": "calcul')).toMatchObject({ calls: [], fault: 'no whole JSON' });
  });
});
