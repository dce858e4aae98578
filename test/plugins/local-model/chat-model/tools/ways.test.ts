import { describe, expect, test } from '@jest/globals';
import type { AIMessage } from '@langchain/core/messages';
import { fakeServer } from '../../client/client-setup.ts';
import { AFTER_CALL, bodiesAt, inTurn, modelAt, QUESTION, streamed, WEATHER, type Wire } from './ways-setup.ts';

const servers = {
  ollama: fakeServer({ dialect: 'ollama', models: [{ id: 'm', capabilities: ['completion', 'tools'] }] }),
  llamacpp: fakeServer({ dialect: 'llamacpp', models: ['m'] }),
};

const PARIS = [{ name: 'get_weather', args: { city: 'Paris' }, id: expect.any(String), type: 'tool_call' }];

function callOf(city: string): { reply: object } {
  return { reply: { toolCalls: [{ name: 'get_weather', arguments: { city } }] } };
}

function callsOf(message: AIMessage): unknown {
  return message.tool_calls;
}

describe.each<Wire>(['ollama', 'llamacpp'])('on the wire of %s', (wire) => {
  const written: readonly string[] = [
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>',
    '```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```',
    '{{"name": "get_weather", "parameters": {"city": "Paris"}}}',
  ];

  test.each(written)('natively, a call that the model wrote is one: %j', async (text) => {
    const server = await servers[wire];
    await server.script([{ reply: { text } }]);
    const bound = modelAt(server, { wire }).bindTools([WEATHER]);
    for (const message of [(await streamed(await bound.stream([QUESTION]))).message, await bound.invoke([QUESTION])]) {
      expect(callsOf(message)).toEqual(PARIS);
      expect(message.text).toBe('');
      expect(message.response_metadata.finish_reason).toBe('tool_calls');
    }
    expect((await bodiesAt(server))[0]).toHaveProperty('tools');
  });

  test('by a schema, a call is read and the server is asked to hold to it', async () => {
    const server = await servers[wire];
    await server.script([{ reply: { text: '{"tool": "get_weather", "arguments": {"city": "Paris"}}' } }]);
    const bound = modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER]);
    const { message } = await streamed(await bound.stream([QUESTION]));
    expect(callsOf(message)).toEqual(PARIS);
    expect(message.response_metadata.finish_reason).toBe('tool_calls');
    const [body] = await bodiesAt(server);
    expect(body).not.toHaveProperty('tools');
    const schema = wire === 'ollama' ? body!.format : (body!.response_format as never)['json_schema']['schema'];
    expect(schema).toMatchObject({
      anyOf: [
        { properties: { tool: { enum: ['get_weather'] }, arguments: { required: ['city'] } } },
        { properties: { answer: { type: 'string' } } },
      ],
    });
    expect(JSON.stringify(body!.messages)).toContain('Tells the weather of a city');
  });

  test.each(['schema', 'prompt'] as const)('by %s, an answer streams unescaped', async (way) => {
    const server = await servers[wire];
    await server.script([{ reply: { tokens: ['{"ans', 'wer": "It', ' is \\', '"sunny\\', '".', '"}'] } }]);
    const bound = modelAt(server, { wire, way }).bindTools([WEATHER]);
    const { message, textPieces } = await streamed(await bound.stream([QUESTION]));
    expect(message.text).toBe('It is "sunny".');
    expect(textPieces.length).toBeGreaterThan(2);
    expect(callsOf(message)).toEqual([]);
    expect(message.response_metadata.finish_reason).toBe('stop');
  });

  test('by words, prose is an answer and no schema is sent', async () => {
    const server = await servers[wire];
    await server.script([{ reply: { text: 'It is sunny today.' } }]);
    const { message } = await streamed(
      await modelAt(server, { wire, way: 'prompt' }).bindTools([WEATHER]).stream([QUESTION]),
    );
    expect(message.text).toBe('It is sunny today.');
    const [body] = await bodiesAt(server);
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('format');
    expect(body).not.toHaveProperty('response_format');
  });

  test('by words, what cannot be read is asked for once more, and told as malformed after that', async () => {
    const server = await servers[wire];
    const bad = { reply: { text: '{"tool": 5}', usage: { promptTokens: 10, completionTokens: 2 } } };
    const good = {
      reply: {
        text: '{"tool": "get_weather", "arguments": {"city": "Paris"}}',
        usage: { promptTokens: 30, completionTokens: 9 },
      },
    };
    await server.script(inTurn(wire, [bad, good]));
    const bound = modelAt(server, { wire, way: 'prompt' }).bindTools([WEATHER]);
    const { message } = await streamed(await bound.stream([QUESTION]));
    expect(callsOf(message)).toEqual(PARIS);
    expect(message.usage_metadata).toMatchObject({ input_tokens: 40, output_tokens: 11 });
    expect(message.response_metadata).toMatchObject({ finish_reason: 'tool_calls', model_name: 'm' });
    await server.script(inTurn(wire, [bad, bad]));
    await expect(streamed(await bound.stream([QUESTION]))).rejects.toMatchObject({ code: 'E_MALFORMED' });
  });

  test('an insisted call is asked for once more where the model answers, and the answer is given after that', async () => {
    const server = await servers[wire];
    const bound = modelAt(server, { wire, way: 'prompt' }).bindTools([WEATHER], { tool_choice: 'any' });
    await server.script(
      inTurn(wire, [
        { reply: { text: 'Sunny.' } },
        { reply: { text: '{"tool":"get_weather","arguments":{"city":"Paris"}}' } },
      ]),
    );
    const { message } = await streamed(await bound.stream([QUESTION]));
    expect(callsOf(message)).toEqual(PARIS);
    expect(message.text).toBe('');
    await server.script(inTurn(wire, [{ reply: { text: 'Sunny.' } }, { reply: { text: 'Sunny again.' } }]));
    expect((await streamed(await bound.stream([QUESTION]))).message.text).toBe('Sunny again.');
  });

  test.each(['schema', 'prompt', 'native'] as const)('by %s, a repeated call is answered in words', async (way) => {
    const server = await servers[wire];
    await server.script(
      inTurn(wire, [
        { reply: { text: '{"tool": "get_weather", "arguments": {"city": "Paris"}}' } },
        { reply: { tokens: ['It', ' is', ' sunny.'] } },
      ]),
    );
    const bound = modelAt(server, { wire, way }).bindTools([WEATHER]);
    const { message, textPieces } = await streamed(await bound.stream([...AFTER_CALL]));
    expect(message.text).toBe('It is sunny.');
    expect(textPieces).toEqual(['It', ' is', ' sunny.']);
    expect(callsOf(message)).toEqual([]);
    expect(message.response_metadata.finish_reason).toBe('stop');
    const [, words] = await bodiesAt(server);
    expect(words).not.toHaveProperty('tools');
    expect(JSON.stringify(words!.messages)).toContain('get_weather returned: Sunny, 21 degrees');
  });

  test('a repeated call of the server is not given out, a new one is', async () => {
    const server = await servers[wire];
    const bound = modelAt(server, { wire }).bindTools([WEATHER]);
    await server.script(inTurn(wire, [callOf('Paris'), { reply: { text: 'Sunny.' } }]));
    const repeated = (await streamed(await bound.stream([...AFTER_CALL]))).message;
    expect({ text: repeated.text, calls: callsOf(repeated) }).toEqual({ text: 'Sunny.', calls: [] });
    await server.script(inTurn(wire, [callOf('Rome')]));
    const fresh = (await streamed(await bound.stream([...AFTER_CALL]))).message;
    expect(fresh.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Rome' } }]);
    expect(fresh.response_metadata.finish_reason).toBe('tool_calls');
  });

  test.each(['schema', 'prompt'] as const)('by %s, calls and results are words of the conversation', async (way) => {
    const server = await servers[wire];
    await server.script([{ reply: { text: '{"answer": "Sunny."}' } }]);
    await modelAt(server, { wire, way })
      .bindTools([WEATHER])
      .invoke([...AFTER_CALL]);
    await modelAt(server, { wire, way }).invoke([...AFTER_CALL]);
    for (const { messages } of await bodiesAt(server)) {
      const roles = (messages as { role: string }[]).map(({ role }) => role).filter((role) => role !== 'system');
      expect(roles).toEqual(['user', 'assistant', 'user']);
      expect(JSON.stringify(messages)).toContain('<tool_response name=');
    }
  });

  test('several calls of one reply have ids and indexes of their own', async () => {
    const server = await servers[wire];
    const two = ['Paris', 'Rome'].map((city) => `{"tool": "get_weather", "arguments": {"city": "${city}"}}`);
    await server.script([{ reply: { text: two.join('\n') } }]);
    const bound = modelAt(server, { wire, way: 'prompt' }).bindTools([WEATHER]);
    const { message } = await streamed(await bound.stream([QUESTION]));
    expect(message.tool_calls?.map(({ args }) => args)).toEqual([{ city: 'Paris' }, { city: 'Rome' }]);
    expect(new Set(message.tool_calls?.map(({ id }) => id)).size).toBe(2);
  });
});
