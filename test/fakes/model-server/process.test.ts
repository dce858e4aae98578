import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer } from '../fake-model-server.ts';
import { callServer } from '../support/call-server.ts';

// Each test starts processes of its own, which takes seconds on a machine that is busy.
jest.setTimeout(30_000);

describe('the process', () => {
  test('refuses connections while told to and comes back on the same port', async () => {
    await using server = await startFakeModelServer({ dialect: 'openai' });
    await server.refuse();
    expect(await callServer(server.url, { path: '/v1/models' })).toMatchObject({ failure: 'ECONNREFUSED' });
    await server.listen();
    expect(await callServer(server.url, { path: '/v1/models' })).toMatchObject({ status: 200 });
  });

  test('refuses by rule for a time and comes back by itself', async () => {
    await using server = await startFakeModelServer({ dialect: 'openai' });
    await server.script([{ match: { times: 1 }, fault: { kind: 'refuse', forMs: 1500 } }]);
    expect(await callServer(server.url, { path: '/v1/models' })).toMatchObject({ failure: 'ECONNRESET' });
    const refusedAt = performance.now();
    expect(await callServer(server.url, { path: '/v1/models' })).toMatchObject({ failure: 'ECONNREFUSED' });
    let status = 0;
    while (status === 0 && performance.now() < refusedAt + 5000) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ({ status } = await callServer(server.url, { path: '/v1/models' }));
    }
    expect(status).toBe(200);
  });

  test('is as new after a reset: it listens, knows no rule, and has cut what was open', async () => {
    await using server = await startFakeModelServer({
      dialect: 'openai',
      rules: [{ fault: { kind: 'hang-before-headers' } }],
    });
    const hanging = callServer(server.url, { path: '/v1/models' });
    while ((await server.requests()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.reset({ dialect: 'ollama' });
    expect(await hanging).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    expect(await server.requests()).toEqual([]);
    await server.refuse();
    await server.reset({ dialect: 'ollama' });
    expect(await callServer(server.url, { path: '/' })).toMatchObject({ text: 'Ollama is running' });
  });

  test('dies by kill and can be started again on its port', async () => {
    const first = await startFakeModelServer({ dialect: 'ollama' });
    await first.kill();
    expect(await callServer(first.url, { path: '/' })).toMatchObject({ failure: 'ECONNREFUSED' });
    await expect(first.requests()).rejects.toThrow('has ended');
    await first.stop();
    await using second = await startFakeModelServer({ dialect: 'ollama', port: first.port });
    expect(await callServer(second.url, { path: '/' })).toMatchObject({ text: 'Ollama is running' });
  });

  test('says why it cannot listen', async () => {
    await using server = await startFakeModelServer({ dialect: 'ollama' });
    await expect(startFakeModelServer({ dialect: 'ollama', port: server.port })).rejects.toThrow('EADDRINUSE');
  });

  test('ends with its channel and at the end of its life', async () => {
    const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
    const orphan = fork(entry, ['{"dialect":"openai"}'], { execArgv: [], serialization: 'advanced' });
    await once(orphan, 'message');
    orphan.disconnect();
    expect(await once(orphan, 'exit')).toEqual([0, null]);
    const shortLived = fork(entry, ['{"dialect":"openai","lifeLimitMs":50}'], {
      execArgv: [],
      serialization: 'advanced',
    });
    expect(await once(shortLived, 'exit')).toEqual([3, null]);
  });
});
