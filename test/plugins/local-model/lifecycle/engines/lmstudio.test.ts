import { describe, expect, test } from '@jest/globals';
import { lmstudioLifecycle } from '../../../../../plugins/local-model/lifecycle/engines/lmstudio-lifecycle.ts';
import type { Rule } from '../../../../fakes/model-server/protocol.ts';
import { fakeServer } from '../../client/client-setup.ts';
import { contextOf, pullOf } from '../lifecycle-setup.ts';

const started = fakeServer({ dialect: 'lmstudio' });
const signal = new AbortController().signal;
const STATUS = '/api/v1/models/download/status/*';

async function fresh(...rules: Rule[]) {
  const server = await started;
  await server.reset({ dialect: 'lmstudio', models: [{ id: 'small', isLoaded: false }], rules });
  return server;
}

/** A look at the job tells this state. */
function tells(state: object): Rule {
  const body = { job_id: 'job-1', total_size_bytes: 4_000, downloaded_bytes: 1_000, ...state };
  return { match: { path: STATUS }, fault: { kind: 'status', status: 200, body } };
}

describe('a pull of LM Studio', () => {
  test('is a job that is looked at until it is completed', async () => {
    const server = await fresh();
    const { pull, told } = pullOf();
    await lmstudioLifecycle(contextOf(server.url)).pull('pullable', pull);
    expect(told.map(({ done }) => done)).toEqual([0, 1_500, 3_000, 4_000]);
    expect(told.at(-1)).toEqual({ label: 'pulling pullable', done: 4_000, total: 4_000 });
  });

  test('of what is there already is done at once', async () => {
    const server = await fresh();
    await lmstudioLifecycle(contextOf(server.url)).pull('small', pullOf().pull);
    expect((await server.requests()).map(({ path }) => path)).toEqual(['/api/v1/models/download']);
  });

  test('that fails, is paused or tells what nobody knows is an error of its own', async () => {
    const cases = [
      [{ status: 'failed', error: 'disk on fire' }, 'E_PROVIDER_SERVER', /failed \(disk on fire\)/],
      [{ status: 'paused' }, 'E_BUSY', /is paused; let it go on in LM Studio's window/],
      [{ status: 'dreaming' }, 'E_MALFORMED', /dreaming/],
    ] as const;
    for (const [state, code, message] of cases) {
      const server = await fresh(tells(state));
      const lifecycle = lmstudioLifecycle(contextOf(server.url));
      await expect(lifecycle.pull('pullable', pullOf().pull)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    }
  });

  test('of a model that there is not names it', async () => {
    const server = await fresh();
    await expect(lmstudioLifecycle(contextOf(server.url)).pull('nope', pullOf().pull)).rejects.toMatchObject({
      code: 'E_MODEL_NOT_FOUND',
    });
  });

  test('asks for a form of the weights with a link only', async () => {
    const server = await fresh();
    const lifecycle = lmstudioLifecycle(contextOf(server.url));
    await lifecycle.pull('pullable', pullOf(signal, 'q4_k_m').pull);
    await lifecycle.pull('https://hub.invalid/owner/pullable-GGUF', pullOf(signal, 'q4_k_m').pull);
    const bodies = (await server.requests()).flatMap(({ path, body }) => (path.endsWith('/download') ? [body] : []));
    expect(bodies).toEqual([
      { model: 'pullable' },
      { model: 'https://hub.invalid/owner/pullable-GGUF', quantization: 'Q4_K_M' },
    ]);
  });

  test('is refused with the figures when the disk is too small, and says that the job goes on', async () => {
    const server = await fresh();
    const context = contextOf(server.url, {
      machine: { freeBytes: async () => 1_000 },
      options: { modelsDirectory: '/models' },
    });
    await expect(lmstudioLifecycle(context).pull('pullable', pullOf().pull)).rejects.toMatchObject({
      code: 'E_DISK_FULL',
      message: expect.stringMatching(/4 kB more are needed and \/models has 1 kB free; stop the download/),
    });
  });

  test('ends at once when it is cancelled', async () => {
    const server = await fresh();
    const controller = new AbortController();
    const { pull } = pullOf(controller.signal);
    const onProgress = (): void => controller.abort();
    const running = lmstudioLifecycle(contextOf(server.url)).pull('pullable', { ...pull, onProgress });
    await expect(running).rejects.toThrow();
    expect((await server.requests()).length).toBeLessThanOrEqual(2);
  });
});

describe('models of LM Studio', () => {
  test('are loaded once, listed and unloaded by instance', async () => {
    const server = await fresh();
    const lifecycle = lmstudioLifecycle(contextOf(server.url, { options: { contextTokens: 8192 } }));
    await lifecycle.load('small', signal);
    await lifecycle.load('small', signal);
    const loads = (await server.requests()).filter(({ path }) => path.endsWith('/load'));
    expect(loads.map(({ body }) => body)).toEqual([{ model: 'small', context_length: 8192 }]);
    expect(await lifecycle.loaded(signal)).toEqual([{ modelId: 'small', contextTokens: 4096 }]);
    await lifecycle.unload('small', signal);
    expect(await lifecycle.loaded(signal)).toEqual([]);
    await expect(lifecycle.load('nope', signal)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
  });

  test('of a version without the native routes are listed by the old ones, and cannot be managed', async () => {
    const unexpected = { error: 'Unexpected endpoint or method. (GET /api/v1/models)' };
    const server = await fresh({
      match: { path: '/api/v1/models*' },
      fault: { kind: 'status', status: 200, body: unexpected },
    });
    await server.configure({ models: ['small', { id: 'other', isLoaded: false }] });
    const lifecycle = lmstudioLifecycle(contextOf(server.url));
    expect(await lifecycle.loaded(signal)).toEqual([{ modelId: 'small' }]);
    await expect(lifecycle.unload('small', signal)).rejects.toMatchObject({ code: 'E_CAPABILITY' });
  });
});
