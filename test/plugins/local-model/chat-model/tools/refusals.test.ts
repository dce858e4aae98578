import { describe, expect, test } from '@jest/globals';
import type { ToolWay } from 'wooster';
import { fakeServer } from '../../client/client-setup.ts';
import { bodiesAt, inTurn, modelAt, QUESTION, streamed, WEATHER, type Wire } from './ways-setup.ts';

const servers = {
  ollama: fakeServer({ dialect: 'ollama', models: [{ id: 'm', capabilities: ['completion'] }] }),
  llamacpp: fakeServer({ dialect: 'llamacpp', models: ['m'] }),
};

const CALL = { reply: { text: '{"tool": "get_weather", "arguments": {"city": "Paris"}}' } };
const REFUSAL = { fault: { kind: 'status', status: 400, body: { error: '"m" does not support tools' } } } as const;
const UNPARSED = 'The model produced output that does not match the expected peg-native format';

describe.each<Wire>(['ollama', 'llamacpp'])('a server of the wire %s that refuses tools', (wire) => {
  test('is asked by its next way at once, and not for tools again', async () => {
    const server = await servers[wire];
    await server.script([...inTurn(wire, [REFUSAL]), CALL]);
    const bound = modelAt(server, { wire }).bindTools([WEATHER]);
    for (const message of [(await streamed(await bound.stream([QUESTION]))).message, await bound.invoke([QUESTION])]) {
      expect(message.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Paris' } }]);
    }
    const bodies = await bodiesAt(server);
    expect(bodies.map((body) => 'tools' in body)).toEqual([true, false, false]);
  });

  test.each<[readonly ToolWay[]]>([[['native']], [[]]])('has its refusal told where its ways are %j', async (ways) => {
    const server = await servers[wire];
    await server.script([REFUSAL]);
    const bound = modelAt(server, { wire, ways }).bindTools([WEATHER]);
    await expect(bound.invoke([QUESTION])).rejects.toMatchObject({ code: 'E_CAPABILITY' });
  });

  test('is asked with less of the schema, and then by words, where it refuses the schema', async () => {
    const server = await servers[wire];
    const bad = { fault: { kind: 'status', status: 400, body: { error: 'failed to parse grammar' } } } as const;
    await server.script([...inTurn(wire, [bad, bad]), CALL]);
    const { message } = await streamed(
      await modelAt(server, { wire, way: 'schema' }).bindTools([WEATHER]).stream([QUESTION]),
    );
    expect(message.tool_calls).toHaveLength(1);
    const formats = (await bodiesAt(server)).map((body) => JSON.stringify(body.format ?? body.response_format ?? null));
    expect(formats[0]).toContain('"city"');
    expect(formats[1]).not.toContain('"city"');
    expect(formats[2]).toBe('null');
  });
});

describe('llama-server', () => {
  test('that cannot read the call of its own model is asked by a schema', async () => {
    const server = await servers.llamacpp;
    const body = { error: { code: 500, message: UNPARSED, type: 'server_error' } };
    await server.script([...inTurn('llamacpp', [{ fault: { kind: 'status', status: 500, body } }]), CALL]);
    const bound = modelAt(server, { wire: 'llamacpp' }).bindTools([WEATHER]);
    expect((await streamed(await bound.stream([QUESTION]))).message.tool_calls).toHaveLength(1);
  });

  test('that tells so within its stream, as it was recorded, is asked by a schema too', async () => {
    const server = await servers.llamacpp;
    const replay = 'llama-server-b10068-tools-unparsed-stream';
    await server.script([...inTurn('llamacpp', [{ replay }]), CALL]);
    const bound = modelAt(server, { wire: 'llamacpp' }).bindTools([WEATHER]);
    expect((await streamed(await bound.stream([QUESTION]))).message.tool_calls).toHaveLength(1);
    expect(await bodiesAt(server)).toHaveLength(2);
  });

  test('that fails otherwise is not asked again', async () => {
    const server = await servers.llamacpp;
    await server.script([{ fault: { kind: 'status', status: 500, body: { error: 'out of luck' } } }]);
    const bound = modelAt(server, { wire: 'llamacpp' }).bindTools([WEATHER]);
    await expect(bound.invoke([QUESTION])).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect(await bodiesAt(server)).toHaveLength(1);
  });
});

describe('a server that reads no tool_choice', () => {
  test.each(['any', 'get_weather'])('is held to the choice %s by a schema without an answer', async (choice) => {
    const server = await servers.ollama;
    await server.script([CALL]);
    const model = modelAt(server, { wire: 'ollama', quirks: ['ignores-tool-choice'] });
    const { message } = await streamed(await model.bindTools([WEATHER], { tool_choice: choice }).stream([QUESTION]));
    expect(message.tool_calls).toHaveLength(1);
    const [{ format, tools } = {}] = await bodiesAt(server);
    expect(tools).toBeUndefined();
    expect(format).toMatchObject({ properties: { tool: { enum: ['get_weather'] } } });
    expect(JSON.stringify(format)).not.toContain('answer');
  });

  test('is sent the tools where none is insisted on', async () => {
    const server = await servers.ollama;
    await server.reset({ dialect: 'ollama', models: [{ id: 'm', capabilities: ['completion', 'tools'] }] });
    const model = modelAt(server, { wire: 'ollama', quirks: ['ignores-tool-choice'] });
    await model.bindTools([WEATHER]).invoke([QUESTION]);
    expect((await bodiesAt(server))[0]).toHaveProperty('tools');
  });
});
