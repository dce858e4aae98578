import { describe, expect, test } from '@jest/globals';
import { llamacppLifecycle } from '../../../../../plugins/local-model/lifecycle/engines/llamacpp-lifecycle.ts';
import { llamacpp } from '../../../../../plugins/local-model/providers/presets/llamacpp.ts';
import type { FakeServerOptions } from '../../../../fakes/model-server/protocol.ts';
import { fakeServer } from '../../client/client-setup.ts';
import { makeProvider } from '../../providers/preset-setup.ts';
import { contextOf } from '../lifecycle-setup.ts';

const started = fakeServer({ dialect: 'llamacpp' });
const signal = new AbortController().signal;
const ROUTED = ['one', 'two', 'broken'].map((id) => ({ id, isLoaded: false }));

async function fresh(options: Partial<FakeServerOptions> = { isRouter: true, models: ROUTED }) {
  const server = await started;
  await server.reset({ dialect: 'llamacpp', ...options });
  return server;
}

describe('models of a llama-server that routes', () => {
  test('are loaded by being looked at until they are, and unloaded', async () => {
    const server = await fresh();
    const lifecycle = llamacppLifecycle(contextOf(server.url));
    await lifecycle.load('one', signal);
    expect(await lifecycle.loaded(signal)).toMatchObject([{ modelId: 'one' }]);
    await lifecycle.load('one', signal);
    expect((await server.requests()).filter(({ path }) => path === '/models/load')).toHaveLength(1);
    await lifecycle.unload('one', signal);
    await lifecycle.unload('one', signal);
    expect(await lifecycle.loaded(signal)).toEqual([]);
  });

  test('that fail to load are an error', async () => {
    const server = await fresh();
    await expect(llamacppLifecycle(contextOf(server.url)).load('broken', signal)).rejects.toMatchObject({
      code: 'E_PROVIDER_SERVER',
      message: expect.stringContaining('broken could not be loaded'),
    });
  });

  test('that find no place tell which models take it and what makes more', async () => {
    const server = await fresh({ isRouter: true, models: ROUTED, maxLoaded: 1 });
    const lifecycle = llamacppLifecycle(contextOf(server.url));
    await lifecycle.load('one', signal);
    await expect(lifecycle.load('two', signal)).rejects.toMatchObject({
      code: 'E_BUSY',
      message: expect.stringMatching(/no place for two beside one; unload one, or start it with a larger --models-max/),
    });
  });

  test('that it does not have are named', async () => {
    const server = await fresh();
    const lifecycle = llamacppLifecycle(contextOf(server.url));
    await expect(lifecycle.load('nope', signal)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    await expect(lifecycle.unload('nope', signal)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
  });

  test('that take longer than the load limit are a time-out', async () => {
    const server = await fresh();
    await server.script([
      {
        match: { path: '/models' },
        fault: { kind: 'status', status: 200, body: { data: [{ id: 'one', status: { value: 'loading' } }] } },
      },
    ]);
    const entry = { limits: { loadMs: 30 } };
    await expect(llamacppLifecycle(contextOf(server.url, { entry })).load('one', signal)).rejects.toMatchObject({
      code: 'E_TIMEOUT',
      phase: 'load',
    });
  });

  test('end a wait at once when it is cancelled', async () => {
    const server = await fresh();
    const controller = new AbortController();
    const machine = { pause: async () => controller.abort() };
    await expect(
      llamacppLifecycle(contextOf(server.url, { machine })).load('one', controller.signal),
    ).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });
});

describe('a llama-server of one model', () => {
  test('has it in memory and cannot manage it', async () => {
    const server = await fresh({ models: ['only'] });
    const lifecycle = llamacppLifecycle(contextOf(server.url));
    expect(await lifecycle.loaded(signal)).toMatchObject([{ modelId: 'only' }]);
    await lifecycle.load('only', signal);
    await expect(lifecycle.unload('only', signal)).rejects.toMatchObject({ code: 'E_CAPABILITY' });
  });

  test('has no way to fetch one', () => {
    const { provider } = makeProvider(llamacpp, { baseUrl: 'http://127.0.0.1:1' });
    expect(Object.keys(provider.lifecycle ?? {}).sort()).toEqual(['load', 'loaded', 'unload']);
  });
});
