import { describe, expect, test } from '@jest/globals';
import { ollamaLifecycle } from '../../../../../plugins/local-model/lifecycle/engines/ollama-lifecycle.ts';
import { fakeServer } from '../../client/client-setup.ts';
import { contextOf, pullOf } from '../lifecycle-setup.ts';

const started = fakeServer({ dialect: 'ollama' });
const signal = new AbortController().signal;
const WHOLE_LINES = 15;

async function fresh(models: Parameters<typeof fakeServer>[0]['models'] = ['m:latest']) {
  const server = await started;
  await server.reset({ dialect: 'ollama', models });
  return server;
}

async function pulls() {
  return (await (await started).requests(1000)).filter(({ path }) => path === '/api/pull');
}

describe('a pull of Ollama', () => {
  test('sums its layers so that neither bytes nor total ever go back', async () => {
    const server = await fresh();
    const { pull, told } = pullOf();
    await ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' })).pull('pullable', pull);
    expect(told.at(-1)).toEqual({ label: 'success', done: 4_200, total: 4_200 });
    for (const [index, { done, total = 0 }] of told.entries()) {
      expect(done).toBeGreaterThanOrEqual(told[index - 1]?.done ?? 0);
      expect(total).toBeGreaterThanOrEqual(told[index - 1]?.total ?? 0);
    }
  });

  test('that breaks off goes on by itself and asks only for the rest', async () => {
    const server = await fresh();
    await server.script([
      { match: { path: '/api/pull', times: 1 }, fault: { kind: 'cut', afterTokens: 6, isReset: true } },
    ]);
    const { pull, told } = pullOf();
    await ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' })).pull('pullable', pull);
    const [first, second] = await pulls();
    expect(first).toMatchObject({ outcome: 'server-cut', tokensSent: 6 });
    // Five lines had told a layer, up to 2,000 bytes; the second pull begins there.
    expect(second).toMatchObject({ outcome: 'answered', tokensSent: WHOLE_LINES - 4 });
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ done: 4_200 });
  });

  test('that ends without its success goes on too, and is an error when it brings nothing', async () => {
    const server = await fresh();
    await server.script([{ match: { path: '/api/pull' }, fault: { kind: 'end-without-marker', afterTokens: 1 } }]);
    const { pull } = pullOf();
    const lifecycle = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' }));
    await expect(lifecycle.pull('pullable', pull)).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      message: expect.stringContaining('it goes on from there'),
    });
    expect(await pulls()).toHaveLength(1);
  });

  test('that is told an error under 200 throws it', async () => {
    const server = await fresh();
    const lifecycle = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' }));
    await expect(lifecycle.pull('nope', pullOf().pull)).rejects.toMatchObject({
      code: 'E_MODEL_NOT_FOUND',
      message: expect.stringContaining('file does not exist'),
    });
  });

  test('that is cancelled closes the connection, so that the server stops', async () => {
    const server = await fresh();
    await server.script([{ match: { path: '/api/pull', times: 1 }, fault: { kind: 'stall', afterTokens: 5 } }]);
    const controller = new AbortController();
    const { pull, told } = pullOf(controller.signal);
    const running = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' })).pull('pullable', {
      ...pull,
      onProgress: (progress) => {
        pull.onProgress(progress);
        if (progress.done === 1_500) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect((await pulls())[0]).toMatchObject({ outcome: 'client-closed', tokensSent: 5 });
    const again = pullOf();
    await ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' })).pull('pullable', again.pull);
    expect(again.told[1]).toMatchObject({ done: 1_500 });
    expect(told.at(-1)).toMatchObject({ done: 1_500 });
  });

  test('stops when the size is told and the disk is too small, with both figures', async () => {
    const server = await fresh();
    await server.script([{ match: { path: '/api/pull' }, fault: { kind: 'drip', intervalMs: 40 } }]);
    const folders: string[] = [];
    const machine = {
      home: '/somewhere',
      freeBytes: async (folder: string) => (folders.push(folder), 64 * 1024 * 1024 + 3_999),
    };
    const context = contextOf(server.url, { dialect: 'ollama', machine, options: { modelsDirectory: '~/models' } });
    await expect(ollamaLifecycle(context).pull('pullable', pullOf().pull)).rejects.toMatchObject({
      code: 'E_DISK_FULL',
      message: expect.stringMatching(
        /no room for pullable: 4 kB more are needed and \/somewhere\/models has 67 MB free/,
      ),
    });
    expect(folders).toEqual(['/somewhere/models']);
    expect((await pulls())[0]?.outcome).toBe('client-closed');
  });

  test('looks at no disk where the server is on another machine', async () => {
    const server = await fresh();
    const machine = { freeBytes: async () => 0 };
    const options = { modelsDirectory: '/models' };
    const context = contextOf(server.url, { dialect: 'ollama', machine, options, isElsewhere: true });
    await ollamaLifecycle(context).pull('pullable', pullOf().pull);
    expect(await pulls()).toHaveLength(1);
  });

  test('asks a repository of the hub for the wanted form, and no other', async () => {
    const server = await fresh();
    const lifecycle = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' }));
    for (const model of [
      'hf.co/owner/pullable-GGUF',
      'hf.co/owner/pullable-GGUF:Q8_0',
      'pullable',
      'http://localhost:5000/pullable',
    ]) {
      await lifecycle.pull(model, pullOf(signal, 'q4_k_m').pull).catch(() => undefined);
    }
    expect((await pulls()).map(({ body }) => body)).toEqual([
      { model: 'hf.co/owner/pullable-GGUF:Q4_K_M' },
      { model: 'hf.co/owner/pullable-GGUF:Q8_0' },
      { model: 'pullable' },
      // A registry on this machine has no certificate.
      { model: 'http://localhost:5000/pullable', insecure: true },
    ]);
  });
});

describe('models of Ollama', () => {
  test('are loaded for as long as configured, told with sizes, and unloaded', async () => {
    const server = await fresh([{ id: 'm:latest', isLoaded: false }]);
    const lifecycle = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama', options: { keepAlive: '30m' } }));
    expect(await lifecycle.loaded(signal)).toEqual([]);
    await lifecycle.load('m', signal);
    expect(await lifecycle.loaded(signal)).toEqual([
      {
        modelId: 'm:latest',
        sizeBytes: 98_362_724,
        vramBytes: 0,
        contextTokens: 4096,
        expiresAt: expect.any(Number),
      },
    ]);
    const load = (await server.requests()).find(({ path }) => path === '/api/generate');
    expect(load?.body).toEqual({ model: 'm', stream: false, keep_alive: '30m' });
    await lifecycle.unload('m', signal);
    expect(await lifecycle.loaded(signal)).toEqual([]);
  });

  test('whose size the server has not reckoned have none', async () => {
    const server = await fresh([{ id: 'm:latest', sizeBytes: 0 }]);
    const [model] = await ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' })).loaded(signal);
    expect(model).toEqual({ modelId: 'm:latest', contextTokens: 4096, expiresAt: expect.any(Number) });
  });

  test('that only embed are loaded by no texts', async () => {
    const server = await fresh([{ id: 'e:latest', capabilities: ['embedding'], isLoaded: false }]);
    const lifecycle = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' }));
    await lifecycle.load('e', signal);
    expect(await lifecycle.loaded(signal)).toMatchObject([{ modelId: 'e:latest' }]);
  });

  test('that are unknown are an error with the name', async () => {
    const server = await fresh();
    const lifecycle = ollamaLifecycle(contextOf(server.url, { dialect: 'ollama' }));
    await expect(lifecycle.load('nope', signal)).rejects.toMatchObject({
      code: 'E_MODEL_NOT_FOUND',
      message: expect.stringContaining('nope'),
    });
  });
});
