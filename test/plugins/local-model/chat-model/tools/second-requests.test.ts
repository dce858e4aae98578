import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { fakeServer, limits } from '../../client/client-setup.ts';
import { AFTER_CALL, bodiesAt, inTurn, modelAt, QUESTION, streamed, WEATHER, type Wire } from './ways-setup.ts';

const servers = {
  ollama: fakeServer({ dialect: 'ollama', models: [{ id: 'm', capabilities: ['completion', 'tools'] }] }),
  llamacpp: fakeServer({ dialect: 'llamacpp', models: ['m'] }),
};

const REPEATED = { reply: { text: '{"tool": "get_weather", "arguments": {"city": "Paris"}}' } };
const misfit = (args: object): { reply: object } => ({
  reply: { toolCalls: [{ name: 'get_weather', arguments: args }] },
});

describe.each<Wire>(['ollama', 'llamacpp'])('on the wire of %s', (wire) => {
  test('the second request is aborted with the call', async () => {
    const server = await servers[wire];
    const slow = {
      reply: { tokens: Array.from({ length: 50 }, () => 'x ') },
      fault: { kind: 'drip', intervalMs: 30 },
    } as const;
    await server.script(inTurn(wire, [REPEATED, slow]));
    const controller = new AbortController();
    const model = modelAt(server, { wire, way: 'schema', changes: { signal: controller.signal } });
    const reading = (async () => {
      for await (const chunk of await model.bindTools([WEATHER]).stream([...AFTER_CALL])) {
        if (chunk.text !== '') controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_CANCELLED' });
    const records = await server.requests(2_000);
    expect(records.map(({ outcome }) => outcome)).toEqual(['answered', 'client-closed']);
  });

  test('the total limit is that of both requests together', async () => {
    const server = await servers[wire];
    const late = { ...REPEATED, reply: { ...REPEATED.reply, firstTokenDelayMs: 250 } };
    const later = { reply: { text: 'Sunny.', firstTokenDelayMs: 400 } };
    await server.script(inTurn(wire, [late, later]));
    const model = modelAt(server, { wire, way: 'schema', changes: { limits: limits({ totalMs: 500 }) } });
    const reading = streamed(await model.bindTools([WEATHER]).stream([...AFTER_CALL]));
    await expect(reading).rejects.toMatchObject({ code: 'E_TIMEOUT', phase: 'total' });
  });

  test.each(['schema', 'prompt', 'native'] as const)('by %s, an answer that is cut is interrupted', async (way) => {
    const server = await servers[wire];
    const text = '{"answer": "It is so sunny that nobody can tell."}';
    await server.script([{ reply: { text }, fault: { kind: 'cut', afterTokens: 5 } }]);
    const model = modelAt(server, { wire, way });
    const reading = streamed(await model.bindTools([WEATHER]).stream([QUESTION]));
    await expect(reading).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });

  test('the second request that is cut is interrupted', async () => {
    const server = await servers[wire];
    const cut = { reply: { text: 'It is sunny today.' }, fault: { kind: 'cut', afterTokens: 2 } } as const;
    await server.script(inTurn(wire, [REPEATED, cut]));
    const reading = streamed(
      await modelAt(server, { wire, way: 'prompt' })
        .bindTools([WEATHER])
        .stream([...AFTER_CALL]),
    );
    await expect(reading).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });

  test('the second request is sent anew where the server was closing the connection of the first', async () => {
    const server = await servers[wire];
    await server.script(
      inTurn(wire, [REPEATED, { fault: { kind: 'reset-before-headers' } }, { reply: { text: 'Sunny.' } }]),
    );
    const bound = modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER]);
    expect((await streamed(await bound.stream([...AFTER_CALL]))).message.text).toBe('Sunny.');
    expect(await bodiesAt(server)).toHaveLength(3);
  });

  test('tokens and times of both requests are summed, and what they say of themselves is of the last', async () => {
    const server = await servers[wire];
    await server.script(
      inTurn(wire, [
        { reply: { ...REPEATED.reply, usage: { promptTokens: 100, completionTokens: 20 } } },
        { reply: { text: 'Sunny.', usage: { promptTokens: 50, completionTokens: 3 } } },
      ]),
    );
    const { message } = await streamed(
      await modelAt(server, { wire })
        .bindTools([WEATHER])
        .stream([...AFTER_CALL]),
    );
    expect(message.usage_metadata).toMatchObject({ input_tokens: 150, output_tokens: 23, total_tokens: 173 });
    expect(message.response_metadata).toMatchObject({ finish_reason: 'stop', model_name: 'm', provider: 'house' });
  });

  test('arguments of a held call that do not fit are repaired once, under the schema of the tool', async () => {
    const server = await servers[wire];
    await server.script(
      inTurn(wire, [
        { reply: { text: '{"tool": "get_weather", "arguments": {"days": 2}}' } },
        { reply: { text: '{"city": "Paris", "days": 2}' } },
      ]),
    );
    const { message } = await streamed(
      await modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER]).stream([QUESTION]),
    );
    expect(message.tool_calls).toMatchObject([{ args: { city: 'Paris', days: 2 } }]);
    expect(message.text).toBe('');
    const [, repair] = await bodiesAt(server);
    expect(JSON.stringify(repair!.messages)).toContain('city');
    expect(JSON.stringify(repair!.format ?? repair!.response_format)).toContain('"required":["city"]');
  });

  test.each([
    { reply: { text: '{"days": 2}' } },
    { fault: { kind: 'status', status: 400, body: { error: 'no' } } } as const,
  ])('a call that cannot be repaired is given out as it is', async (second) => {
    const server = await servers[wire];
    await server.script(
      inTurn(wire, [{ reply: { text: '{"tool": "get_weather", "arguments": {"days": 2}}' } }, second]),
    );
    const { message } = await streamed(
      await modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER]).stream([QUESTION]),
    );
    expect(message.tool_calls).toMatchObject([{ args: { days: 2 } }]);
    expect(await bodiesAt(server)).toHaveLength(2);
  });

  test('a call that the caller insists on is given out although it repeats one', async () => {
    const server = await servers[wire];
    await server.script([REPEATED]);
    const bound = modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER], { tool_choice: 'any' });
    expect((await streamed(await bound.stream([...AFTER_CALL]))).message.tool_calls).toHaveLength(1);
  });

  test('a call of an earlier turn may be made again', async () => {
    const server = await servers[wire];
    await server.script([REPEATED]);
    const bound = modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER]);
    const history = [...AFTER_CALL, new HumanMessage('And now?')];
    expect((await streamed(await bound.stream(history))).message.tool_calls).toHaveLength(1);
  });
});

describe('Ollama, which gives calls whole', () => {
  test('has their arguments mended', async () => {
    const server = await servers.ollama;
    await server.script([misfit({ CITY: 'Paris', days: '2', unit: 'x' })]);
    const { message } = await streamed(
      await modelAt(server, { wire: 'ollama' }).bindTools([WEATHER]).stream([QUESTION]),
    );
    expect(message.tool_calls).toMatchObject([{ args: { city: 'Paris', days: 2 } }]);
    expect(await bodiesAt(server)).toHaveLength(1);
  });
});
