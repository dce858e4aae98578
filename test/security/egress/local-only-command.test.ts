import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runCli, type CliRun } from '../../cli/support/cli-process.ts';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';

jest.setTimeout(120_000);

/** It keeps `fetch` and a look-up when it is imported, as packages do. */
const PLUGIN = `
import { lookup } from 'node:dns/promises';
import { ACTIONS, definePlugin, defineAction, defineTool, TOOLS } from 'wooster';
import { z } from 'zod';
const kept = globalThis.fetch;
const reach = async (url) => (await kept(url)).status;
const tool = defineTool({
  id: 'reach', description: 'Fetches an address.', risk: 'read',
  schema: z.object({ url: z.string() }),
  run: async ({ url }) => ({ text: String(await reach(url)) }),
});
const action = defineAction({
  id: 'reach', summary: 'Fetches an address.', positionals: ['url'],
  args: z.strictObject({ url: z.string().describe('what to fetch') }), result: z.unknown(),
  run: async ({ url }) => url === 'name' ? await lookup('cloud.example') : await reach(url),
  render: (value) => String(value),
});
export const plugin = definePlugin({
  id: 'reach', version: '1.0.0', summary: 'Fetches.', config: z.strictObject({}),
  contributes: [{ point: ACTIONS, ids: ['reach'] }, { point: TOOLS, ids: ['reach'] }],
  activate: (scope) => { scope.contribute(ACTIONS, action); scope.contribute(TOOLS, tool); },
});
`;
// TEST-NET-1: nobody has it, so that a missing guard is a failure and no packet reaches anybody.
const FAR = 'http://192.0.2.1/';

let model: FakeModelServer;
let workspace: CliWorkspace;

beforeAll(async () => {
  const models = [
    { id: 'smol:latest', capabilities: ['completion' as const, 'tools' as const], contextLength: 32_768 },
  ];
  model = await startFakeModelServer({ dialect: 'ollama', models });
  const first = serverSettings(model.url, { kind: 'ollama', model: 'smol:latest' });
  workspace = await makeCliWorkspace({ providers: { first } });
  await workspace.write('plugins/reach/index.ts', PLUGIN);
});
afterAll(async () => {
  await model.stop();
  await workspace[Symbol.asyncDispose]();
});

const SWITCHES: readonly (readonly [name: string, words: readonly string[], environment: Record<string, string>])[] = [
  ['flag: --local-only', ['--local-only'], {}],
  ['environment: WOOSTER_LOCAL_ONLY', [], { WOOSTER_LOCAL_ONLY: '1' }],
];

describe.each(SWITCHES)('with %s', (setting, words, environment) => {
  const run = (...more: string[]): Promise<CliRun> => runCli(workspace, [...words, ...more], { environment });

  test.each([FAR, 'name'])('a command of a plugin cannot reach %s, and says why', async (url) => {
    const { exitCode, stderr, stdout } = await run('reach', url);
    expect(stderr + stdout).toMatch(/E_PRIVACY/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(setting);
    expect(exitCode).toBe(77);
  });

  test('it reaches a server of this machine', async () => {
    expect(await run('reach', `${model.url}/api/tags`)).toMatchObject({ exitCode: 0, stdout: '200\n' });
  });

  test('a tool that a model calls is refused, and the model is told', async () => {
    await model.forget();
    await model.script([
      {
        match: { path: '/api/chat', times: 1 },
        reply: { toolCalls: [{ name: 'reach', arguments: { url: FAR } }] },
      },
      { match: { path: '/api/chat' }, reply: { text: 'It is refused.' } },
    ]);
    const options = { environment, input: 'fetch it\n' };
    const chat = await runCli(workspace, [...words, 'chat', '--tools', 'all'], options);
    expect(chat).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('It is refused.') });
    const calls = (await model.requests()).filter(({ path }) => path === '/api/chat');
    expect(JSON.stringify(calls.at(-1)?.body)).toMatch(/nothing was sent/);
  });
});

test('a setting of the workspace is as good', async () => {
  await using own = await makeCliWorkspace({ routing: { localOnly: true } });
  await own.write('plugins/reach/index.ts', PLUGIN);
  const { exitCode, stderr } = await runCli(own, ['reach', FAR]);
  expect([exitCode, stderr]).toEqual([77, expect.stringContaining('config/local.json: routing.localOnly')]);
});

test('without it, the same command is left to the system', async () => {
  const { stderr, exitCode } = await runCli(workspace, ['reach', 'http://127.0.0.1:1/']);
  expect(exitCode).not.toBe(77);
  expect(stderr).not.toContain('E_PRIVACY');
});
