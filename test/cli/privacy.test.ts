import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { runCli } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings } from './support/cli-workspace.ts';
import { expectOneDocument, expectOneLine } from './support/expect-error.ts';

jest.setTimeout(180_000);

const KEY = 'sk-cloud-0123456789abcdef';
/** Ports of the discard and the echo service: nothing listens there. */
const STOPPED = ['http://127.0.0.1:9', 'http://127.0.0.1:7'] as const;

let cloud: FakeModelServer;

beforeAll(async () => {
  cloud = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(() => cloud.reset({ dialect: 'openai', models: ['gpt-5-mini'], key: KEY }));
afterAll(() => cloud.stop());

function cloudEnvironment(): Record<string, string> {
  return { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${cloud.url}/v1` };
}

function stoppedServers(): object {
  return { first: serverSettings(STOPPED[0]), ollama: { baseUrl: STOPPED[1], model: 'llama3.2' } };
}

describe('with every local server stopped', () => {
  test('local-only is E_NO_ROUTE with a reason for each candidate and exit code 69', async () => {
    await using workspace = await makeCliWorkspace({ providers: stoppedServers() });
    const environment = cloudEnvironment();
    const [plain, json] = await Promise.all([
      runCli(workspace, ['ask', 'hello', '--local-only'], { environment }),
      runCli(workspace, ['ask', 'hello', '--local-only', '--json'], { environment }),
    ]);
    const line = expectOneLine(plain, 'E_NO_ROUTE', 69);
    const { details } = expectOneDocument(json, 'E_NO_ROUTE', 69);
    const reasons = details['reasons'] as string[];
    for (const candidate of [
      /^first@127\.0\.0\.1:9\/smol: .*down: E_UNREACHABLE /,
      /^ollama@127\.0\.0\.1:7\/llama3\.2: .*down: E_UNREACHABLE /,
      /^openai@?.*: .*local-only/,
      /^embedded\/.+: off: disabled by /,
    ]) {
      expect(reasons).toContainEqual(expect.stringMatching(candidate));
    }
    expect(line).toContain('E_UNREACHABLE');
    expect(plain.stderr + json.stdout).not.toContain(KEY);
    expect(await cloud.requests()).toEqual([]);
  });

  test('a key in the environment is no permission: no command sends anything to the cloud', async () => {
    await using workspace = await makeCliWorkspace({ providers: stoppedServers() });
    const environment = cloudEnvironment();
    const ask = await runCli(workspace, ['ask', 'hello'], { environment });
    expect(expectOneLine(ask, 'E_NO_ROUTE', 69)).toMatch(/openai\S*: .*cloud/i);
    for (const words of [
      ['health'],
      ['models'],
      ['status'],
      ['config', '--check'],
      ['ask', 'hello', '--strategy', 'cloud-first'],
      ['ask', 'hello', '--model', 'openai:gpt-5-mini'],
      ['chat'],
    ]) {
      const run = await runCli(workspace, words, { environment, input: 'hello\n' });
      expect(`${words.join(' ')}: ${run.stdout}${run.stderr}`).not.toContain(KEY);
    }
    expect(await cloud.requests()).toEqual([]);
  });

  test('an explicit permission is one, and `why` names it; local-only on the command line still wins', async () => {
    await using workspace = await makeCliWorkspace({
      providers: { ...stoppedServers(), openai: { model: 'gpt-5-mini' } },
      routing: { cloud: { allow: true } },
    });
    const environment = cloudEnvironment();
    const forbidden = await runCli(workspace, ['ask', 'hello', '--local-only'], { environment });
    expectOneLine(forbidden, 'E_NO_ROUTE', 69);
    expect(await cloud.requests()).toEqual([]);
    const allowed = await runCli(workspace, ['ask', 'hello'], { environment });
    expect(allowed).toMatchObject({ exitCode: 0, stdout: 'You said: hello\n' });
    const why = await runCli(workspace, ['why'], { environment });
    expect(why.stdout).toMatch(
      /openai\S* \(cloud, allowed by config\/local\.json: routing\.cloud\.allow, at most [\d.]+ USD\)/,
    );
    const chats = (await cloud.requests()).filter(({ path }) => path === '/v1/chat/completions');
    expect(chats).toMatchObject([{ headers: { authorization: `Bearer ${KEY}` } }]);
  });
});
