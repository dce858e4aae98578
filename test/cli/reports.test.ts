import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { runCli, type CliRun } from './support/cli-process.ts';
import { makeCliWorkspace } from './support/cli-workspace.ts';

jest.setTimeout(120_000);

const WIDTH = 80;
const HEALTH_CHECK = ['--plugin', 'local-model', '--action', 'health-check'];

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'ollama' });
});
beforeEach(() => server.reset({ dialect: 'ollama', models: ['smol', 'large'] }));
afterAll(() => server.stop());

function ollamaSettings(): object {
  return { ollama: { baseUrl: server.url, model: 'smol' } };
}

function expectToFit({ stdout }: CliRun): void {
  expect(stdout.split('\n').filter((line) => line.length > WIDTH)).toEqual([]);
}

describe('what the command line tells, at 80 columns', () => {
  test('health: each server with its state, engine, models and latency, and whether a conversation can run', async () => {
    await using workspace = await makeCliWorkspace({ providers: ollamaSettings() });
    const run = await runCli(workspace, ['health']);
    expect(run.exitCode).toBe(0);
    expectToFit(run);
    expect(run.stdout).toMatch(/^provider +address +state +engine +models +latency$/m);
    expect(run.stdout).toMatch(/^ollama .*ready .*\d+ ms$/m);
    expect(run.stdout).toContain('A conversation can run: ollama:smol');
  });

  test('health: what is wrong with a server that is dead and what to do, with exit code 69', async () => {
    await using workspace = await makeCliWorkspace({ providers: ollamaSettings() });
    await server.refuse();
    const [plain, json] = await Promise.all([runCli(workspace, ['health']), runCli(workspace, ['health', '--json'])]);
    expect([plain.exitCode, json.exitCode]).toEqual([69, 69]);
    expect(plain.stdout).toMatch(/^ollama: E_UNREACHABLE .+\n {2}→ .+/m);
    expect(plain.stdout).toContain('No conversation can run');
    expect(json.stderr).toBe('');
    expect(JSON.parse(json.stdout)).toMatchObject({
      canConverse: false,
      providers: [{ provider: 'ollama', state: 'down', code: 'E_UNREACHABLE', remedy: expect.any(String) }],
    });
  });

  test('the same check by plugin and action, with and without the dashes of a package manager', async () => {
    await using workspace = await makeCliWorkspace({ providers: ollamaSettings() });
    const [bare, dashes] = await Promise.all([
      runCli(workspace, HEALTH_CHECK),
      runCli(workspace, ['--', ...HEALTH_CHECK, '--json']),
    ]);
    expect(bare.exitCode).toBe(0);
    expect(bare.stdout).toContain('A conversation can run');
    expect(dashes.exitCode).toBe(0);
    expect(JSON.parse(dashes.stdout)).toMatchObject({ canConverse: true, answers: 'ollama:smol:latest' });
  });

  test('models: every model with its place, and the preferred one marked after `use`', async () => {
    await using workspace = await makeCliWorkspace({ providers: ollamaSettings() });
    const use = await runCli(workspace, ['use', 'ollama:large:latest']);
    expect(use).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('preferred model: ollama:large:latest') });
    const models = await runCli(workspace, ['models']);
    expectToFit(models);
    expect(models.stdout).toMatch(/^ollama:large:latest \* +local +ready/m);
    expect(models.stdout).toMatch(/^ollama:smol:latest +local +ready/m);
    const ask = await runCli(workspace, ['ask', 'hello', '--json']);
    expect(JSON.parse(ask.stdout)).toMatchObject({ model: 'ollama:large:latest' });
    await runCli(workspace, ['use', '--reset']);
    const again = await runCli(workspace, ['ask', 'hello', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ model: 'ollama:smol:latest' });
  });

  test('status: strategy, permission of the cloud, targets, what is off and why, and the last answer', async () => {
    await using workspace = await makeCliWorkspace({ providers: ollamaSettings() });
    await runCli(workspace, ['use', '--strategy', 'local-only']);
    await runCli(workspace, ['ask', 'hello']);
    await runCli(workspace, ['health']);
    const run = await runCli(workspace, ['status']);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^strategy +local-only \(local-only: nothing leaves this machine\)$/m);
    expect(run.stdout).toMatch(/^cloud +not allowed/m);
    expect(run.stdout).toMatch(/^target +ollama:smol: ready/m);
    expect(run.stdout).toMatch(/^off +embedded: disabled by config\/local\.json: embedded\.enabled$/m);
    expect(run.stdout).toMatch(/^last +ollama:smol:latest answered .*wooster why \w+$/m);
  });

  test('config: each value with its origin, flags over variables over files, and no secret', async () => {
    await using workspace = await makeCliWorkspace({ routing: { strategy: 'cloud-first' } });
    const environment = { LLM_STRATEGY: 'local-first', OPENAI_API_KEY: 'sk-never-shown-0123456789' };
    const [all, check] = await Promise.all([
      runCli(workspace, ['config', '--set', 'log.level=debug'], { environment }),
      runCli(workspace, ['config', '--check'], { environment }),
    ]);
    expectToFit(all);
    expect(all.stdout).toMatch(/^routing\.strategy +local-first +environment:$/m);
    expect(all.stdout.replace(/\s+/g, ' ')).toMatch(
      /LLM_STRATEGY \(also .*; over config\/local\.json: routing\.strategy\)/,
    );
    expect(all.stdout).toMatch(/^log\.level +debug +flag: --set$/m);
    expect(all.stdout).toMatch(/^embedded\.enabled +false +config\/local\.json:$/m);
    expect(all.stdout).not.toContain('sk-never-shown');
    expect(check).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is in order') });
  });

  test('plugins: state, what each provides and contributes, and why one is off', async () => {
    await using workspace = await makeCliWorkspace();
    const [on, off] = await Promise.all([
      runCli(workspace, ['plugins']),
      runCli(workspace, ['plugins', '--json'], { environment: { PLUGIN_LOCAL_MODEL_ENABLED: 'false' } }),
    ]);
    expectToFit(on);
    expect(on.stdout).toMatch(/^local-model +0\.1\.0 +active +built-in +provides: model-router,$/m);
    const { plugins } = JSON.parse(off.stdout) as { plugins: { id: string }[] };
    expect(plugins.find(({ id }) => id === 'local-model')).toMatchObject({
      state: 'off',
      reason: expect.stringContaining('PLUGIN_LOCAL_MODEL_ENABLED'),
    });
  });

  test('why --json: the whole decision with its attempts; help: every command of the product', async () => {
    await using workspace = await makeCliWorkspace({ providers: ollamaSettings() });
    await runCli(workspace, ['ask', 'hello']);
    const [why, help] = await Promise.all([runCli(workspace, ['why', '--json']), runCli(workspace, ['help'])]);
    const { traces } = JSON.parse(why.stdout) as { traces: object[] };
    expect(traces).toEqual([
      {
        decision: expect.objectContaining({
          strategy: 'local-first',
          chain: expect.arrayContaining([expect.objectContaining({ ref: 'ollama:smol:latest', locality: 'local' })]),
          rejected: [expect.objectContaining({ ref: expect.stringMatching(/^embedded:/) })],
        }),
        attempts: [expect.objectContaining({ outcome: 'answered', totalMs: expect.any(Number) })],
      },
    ]);
    for (const word of ['chat', 'ask', 'models', 'health', 'status', 'why', 'config', 'plugins', 'use', 'setup']) {
      expect(help.stdout).toMatch(new RegExp(`^ +${word} `, 'm'));
    }
    expectToFit(help);
  });
});
