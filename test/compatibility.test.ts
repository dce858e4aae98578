import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { plugin } from '../plugins/local-model/index.ts';
import { getRouter, type CompatibleRouter } from '../src/index.ts';
import { startFakeModelServer, type FakeModelServer } from './fakes/fake-model-server.ts';

let server: FakeModelServer;
let directory: string;
let router: CompatibleRouter;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'ollama', models: ['llama3.2:3b'] });
  directory = await mkdtemp(join(tmpdir(), 'wooster-compatibility-'));
  router = getRouter({
    flags: { home: directory },
    environment: {
      OLLAMA_HOST: server.url,
      OLLAMA_MODEL: 'llama3.2:3b',
      LOCAL_LLM_ENABLED: 'false',
      XDG_CACHE_HOME: directory,
    },
    workingDirectory: directory,
    home: directory,
    plugins: [
      {
        definition: plugin,
        file: fileURLToPath(new URL('../plugins/local-model/index.ts', import.meta.url)),
        origin: 'built-in',
      },
    ],
  });
});

beforeEach(() => server.reset({ dialect: 'ollama', models: ['llama3.2:3b'] }));

afterAll(async () => {
  await router.stop();
  await server.stop();
  await rm(directory, { recursive: true });
});

describe('the router of earlier versions', () => {
  test('generates with model, provider, milliseconds and tokens', async () => {
    await server.script([
      { match: { path: '/api/chat' }, reply: { text: 'Paris', usage: { promptTokens: 9, completionTokens: 2 } } },
    ]);
    const reply = await router.generate([{ role: 'user', content: 'The capital of France?' }], {
      temperature: 0,
      maxTokens: 20,
    });
    expect(reply).toMatchObject({
      content: 'Paris',
      model: 'llama3.2:3b',
      provider: 'ollama',
      tokens: { input: 9, output: 2, total: 11, isEstimated: false },
    });
    expect(reply.milliseconds).toBeGreaterThanOrEqual(0);
    const [request] = (await server.requests()).filter(({ path }) => path === '/api/chat');
    expect(request?.body).toMatchObject({ options: { temperature: 0, num_predict: 20 } });
  });

  test('marks tokens as estimated when the server does not count them', async () => {
    await server.script([{ match: { path: '/api/chat' }, reply: { text: 'Paris', usage: false } }]);
    const { tokens } = await router.generate('The capital of France?');
    expect(tokens.isEstimated).toBe(true);
    expect(tokens.input).toBeGreaterThan(4);
    expect(tokens.output).toBeGreaterThan(0);
  });

  test('keeps to this machine through the local provider, and lists its models', async () => {
    const local = router.getLocalProvider();
    await server.script([{ match: { path: '/api/chat' }, reply: { text: 'here' } }]);
    expect((await local.generate('where?')).content).toBe('here');
    expect(await local.listModels()).toContain('ollama:llama3.2:3b');
  });

  test('tells its status and takes strategies by old and new names', async () => {
    await router.setStrategy('hybrid');
    expect((await router.getStatus()).strategy).toBe('local-first');
    await router.setStrategy('local_only');
    expect((await router.getStatus()).strategy).toBe('local-only');
    await router.setStrategy('local-first');
    await expect(router.setStrategy('claude_only')).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(router.setStrategy('fastest')).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('says that Claude is not available in this version, with E_CONFIG', () => {
    expect(() => router.getClaudeProvider()).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining('not available in this version') }),
    );
  });

  test('answers with a contract error when nothing may answer', async () => {
    await expect(router.generate('x', { model: 'ollama:nothing' })).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    await expect(router.generate([])).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(router.generate('x', { model: 'nothing' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('makes another host after it was stopped', async () => {
    await router.stop();
    expect((await router.getStatus()).targets.map(({ ref }) => ref)).toContain('ollama:llama3.2:3b');
  });

  test('is one for the process when it is asked for without options', () => {
    expect(getRouter()).toBe(getRouter());
  });
});
