import { describe, expect, test } from '@jest/globals';
import { localaiLifecycle } from '../../../../../plugins/local-model/lifecycle/engines/localai-lifecycle.ts';
import type { Rule } from '../../../../fakes/model-server/protocol.ts';
import { fakeServer } from '../../client/client-setup.ts';
import { contextOf, pullOf } from '../lifecycle-setup.ts';

const started = fakeServer({ dialect: 'localai' });
const signal = new AbortController().signal;

async function fresh(...rules: Rule[]) {
  const server = await started;
  await server.reset({ dialect: 'localai', models: [{ id: 'small', isLoaded: false }], rules });
  return server;
}

async function paths() {
  return (await (await started).requests()).map(({ method, path }) => `${method} ${path}`);
}

describe('a pull of LocalAI', () => {
  test('is a job that is over when it is processed, whatever its progress says', async () => {
    const server = await fresh();
    const { pull, told } = pullOf();
    await localaiLifecycle(contextOf(server.url)).pull('pullable', pull);
    expect(told.map(({ done }) => done)).toEqual([1_500, 3_000, 4_000]);
    expect(told[0]).toEqual({ label: 'downloading pullable', done: 1_500, total: 4_000 });
  });

  test('of a model that no gallery has fails with the words of the job', async () => {
    const server = await fresh();
    await expect(localaiLifecycle(contextOf(server.url)).pull('nope', pullOf().pull)).rejects.toMatchObject({
      code: 'E_PROVIDER_SERVER',
      message: expect.stringContaining('no model found with name "nope"'),
    });
  });

  test('that is stopped there is an error, also with an error that is an object', async () => {
    const states = [
      [{ processed: true, cancelled: true, error: null }, /was stopped there/],
      [{ processed: true, error: {} }, /failed \(it tells no reason\)/],
    ] as const;
    for (const [body, message] of states) {
      const server = await fresh({ match: { path: '/models/jobs/*' }, fault: { kind: 'status', status: 200, body } });
      const lifecycle = localaiLifecycle(contextOf(server.url));
      await expect(lifecycle.pull('pullable', pullOf().pull)).rejects.toThrow(message);
    }
  });

  test('stops its job when it is cancelled', async () => {
    const server = await fresh();
    const controller = new AbortController();
    const { pull } = pullOf(controller.signal);
    const onProgress = (): void => controller.abort();
    await expect(localaiLifecycle(contextOf(server.url)).pull('pullable', { ...pull, onProgress })).rejects.toThrow();
    expect((await paths()).at(-1)).toBe('POST /api/operations/job-1/cancel');
  });

  test('stops its job when the disk is too small', async () => {
    const server = await fresh();
    const options = { modelsDirectory: '/models' };
    const context = contextOf(server.url, { machine: { freeBytes: async () => 1_000 }, options });
    await expect(localaiLifecycle(context).pull('pullable', pullOf().pull)).rejects.toMatchObject({
      code: 'E_DISK_FULL',
    });
    expect((await paths()).at(-1)).toBe('POST /api/operations/job-1/cancel');
  });

  test('is still cancelled where the server cannot stop a job', async () => {
    const server = await fresh({ match: { path: '/api/operations/*' }, fault: { kind: 'status', status: 404 } });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const running = localaiLifecycle(contextOf(server.url)).pull('pullable', { signal: controller.signal, onProgress });
    await expect(running).rejects.not.toMatchObject({ code: 'E_CAPABILITY' });
  });
});

describe('models of LocalAI', () => {
  test('are loaded, listed and unloaded', async () => {
    const server = await fresh();
    const lifecycle = localaiLifecycle(contextOf(server.url));
    await lifecycle.load('small', signal);
    expect(await lifecycle.loaded(signal)).toEqual([{ modelId: 'small' }]);
    await lifecycle.unload('small', signal);
    expect(await lifecycle.loaded(signal)).toEqual([]);
    await expect(lifecycle.load('nope', signal)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
  });

  test('that are not loaded in the end are an error with the reason', async () => {
    const body = { loaded: false, message: 'no backend' };
    const server = await fresh({ match: { path: '/backend/load' }, fault: { kind: 'status', status: 200, body } });
    await expect(localaiLifecycle(contextOf(server.url)).load('small', signal)).rejects.toThrow(
      /small was not loaded \(no backend\)/,
    );
  });
});
