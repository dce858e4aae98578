import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import type { Fault } from '../fakes/model-server/faults/fault-kinds.ts';
import { runCli } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from './support/cli-workspace.ts';
import { expectOneDocument, expectOneLine } from './support/expect-error.ts';
import { readTraces } from './support/read-trace.ts';

jest.setTimeout(120_000);

const CHAT = '/v1/chat/completions';

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(() => server.reset({ dialect: 'openai', models: ['smol'] }));
afterAll(() => server.stop());

interface FaultyAsk {
  readonly fault?: Fault;
  readonly provider?: object;
  readonly routing?: object;
}

async function workspaceOf({ fault, provider, routing }: FaultyAsk): Promise<CliWorkspace> {
  if (fault !== undefined) await server.script([{ match: { path: CHAT }, fault }]);
  return makeCliWorkspace({ providers: { house: serverSettings(server.url, provider) }, routing });
}

/** Asks twice at once, plainly and with `--json`. */
async function askBothWays(workspace: CliWorkspace, code: string, exitCode: number): Promise<string> {
  const [plain, json] = await Promise.all([
    runCli(workspace, ['ask', 'hello']),
    runCli(workspace, ['ask', 'hello', '--json']),
  ]);
  expectOneDocument(json, code, exitCode);
  return expectOneLine(plain, code, exitCode);
}

/** The code of the last attempt of every decision, and of what kept the others from one. */
async function attemptedCodes(workspace: CliWorkspace): Promise<readonly (string | undefined)[]> {
  const traces = await readTraces(workspace, 5);
  return [...new Set(traces.map(({ attempts }) => attempts.at(-1)?.error?.code))];
}

describe('one line with a code, and one document with --json, for', () => {
  test('a dead server: no model can answer, and why says that nothing answers there', async () => {
    await using workspace = await workspaceOf({});
    await server.refuse();
    const line = await askBothWays(workspace, 'E_NO_ROUTE', 69);
    expect(line).toMatch(/house@\S+\/smol: down: E_UNREACHABLE .*start the server/);
    const why = await runCli(workspace, ['why']);
    expect(why.stdout).toMatch(/house@\S+\/smol: down: E_UNREACHABLE /);
  });

  test('a server that dies before it answers', async () => {
    await using workspace = await workspaceOf({ fault: { kind: 'reset-before-headers' } });
    await askBothWays(workspace, 'E_UNREACHABLE', 69);
    expect(await attemptedCodes(workspace)).toEqual(['E_UNREACHABLE']);
  });

  test('an HTML page in place of JSON', async () => {
    await using workspace = await workspaceOf({ fault: { kind: 'html' } });
    const line = await askBothWays(workspace, 'E_MALFORMED', 69);
    expect(line).toContain('HTML');
  });

  test('a model that the server does not have, named by the configuration, when it has no other', async () => {
    await server.reset({ dialect: 'ollama', models: [] });
    await using workspace = await workspaceOf({ provider: { kind: 'ollama', model: 'giant' } });
    const line = await askBothWays(workspace, 'E_NO_ROUTE', 69);
    expect(line).toContain('giant');
  });

  test('a model that was deleted since the list was read', async () => {
    await using workspace = await workspaceOf({ fault: { kind: 'status', status: 404 } });
    const line = await askBothWays(workspace, 'E_MODEL_NOT_FOUND', 69);
    expect(line).toContain('smol');
  });

  test('a model that is pinned and unknown', async () => {
    await using workspace = await workspaceOf({});
    const run = await runCli(workspace, ['ask', 'hello', '--model', 'house:giant']);
    expect(expectOneLine(run, 'E_NO_ROUTE', 69)).toMatch(/house@\S+\/giant: not on the server \(has: smol\)/);
  });

  test('a wrong key, which is never shown', async () => {
    await server.configure({ key: 'right-key-0123456789' });
    await using workspace = await workspaceOf({ provider: { apiKey: 'wrong-key-0123456789' } });
    const line = await askBothWays(workspace, 'E_NO_ROUTE', 69);
    expect(line).toMatch(/house@\S+: misconfigured: E_PROVIDER_AUTH /);
    const [why, config] = await Promise.all([runCli(workspace, ['why']), runCli(workspace, ['config'])]);
    expect(`${line}${why.stdout}${config.stdout}`).not.toContain('wrong-key');
  });

  test('a key that is refused in the call itself', async () => {
    await using workspace = await workspaceOf({ fault: { kind: 'status', status: 401 } });
    await askBothWays(workspace, 'E_PROVIDER_AUTH', 77);
  });

  test('a stream that is cut: the text so far is shown, then the line', async () => {
    await server.script([
      { match: { path: CHAT }, reply: { tokens: ['one ', 'two ', 'three'] }, fault: { kind: 'cut', afterTokens: 2 } },
    ]);
    await using workspace = await workspaceOf({});
    const [plain, json] = await Promise.all([
      runCli(workspace, ['ask', 'hello']),
      runCli(workspace, ['ask', 'hello', '--json']),
    ]);
    expect(plain.stdout).toBe('one two \n');
    expectOneLine(plain, 'E_INTERRUPTED', 69);
    expect(expectOneDocument(json, 'E_INTERRUPTED', 69).details).toMatchObject({ text: 'one two ' });
    const [trace] = await readTraces(workspace, 1);
    expect(trace?.attempts).toMatchObject([{ outcome: 'interrupted', error: { code: 'E_INTERRUPTED' } }]);
  });

  test('a stream that ends without its end marker', async () => {
    await using workspace = await workspaceOf({ fault: { kind: 'end-without-marker' } });
    const run = await runCli(workspace, ['ask', 'hello']);
    expect(run.stdout).toBe('You said: hello\n');
    expectOneLine(run, 'E_INTERRUPTED', 69);
  });

  test('a first token that comes too late', async () => {
    await using workspace = await workspaceOf({
      fault: { kind: 'role-then-silence' },
      routing: { limits: { firstTokenMs: 300 } },
    });
    const line = await askBothWays(workspace, 'E_TIMEOUT', 69);
    expect(line).toMatch(/first.token.*300 ms|300 ms.*first.token/);
  });

  test('a silence in the middle of an answer', async () => {
    await server.script([
      { match: { path: CHAT }, reply: { tokens: ['one ', 'two'] }, fault: { kind: 'stall', afterTokens: 1 } },
    ]);
    await using workspace = await workspaceOf({ routing: { limits: { idleMs: 300 } } });
    const run = await runCli(workspace, ['ask', 'hello']);
    expect(run.stdout).toBe('one \n');
    expectOneLine(run, 'E_INTERRUPTED', 69);
  });

  test('a server that fails by its own account, after one more try', async () => {
    await using workspace = await workspaceOf({ fault: { kind: 'status', status: 500, message: 'out of memory' } });
    const run = await runCli(workspace, ['ask', 'hello']);
    expect(expectOneLine(run, 'E_PROVIDER_SERVER', 69)).toContain('out of memory');
    expect((await server.requests()).filter(({ path }) => path === CHAT)).toHaveLength(2);
  });
});

test('another model of the server answers for a configured one that is not there, and why says so', async () => {
  await server.reset({ dialect: 'ollama', models: ['smol'] });
  await using workspace = await workspaceOf({ provider: { kind: 'ollama', model: 'giant' } });
  const run = await runCli(workspace, ['ask', 'hello']);
  expect(run).toMatchObject({ exitCode: 0, stdout: 'You said: hello\n' });
  expect(run.stderr).toContain('house:smol');
  const why = await runCli(workspace, ['why']);
  expect(why.stdout).toMatch(/house@\S+\/giant: .*not on the server \(has: smol/);
});
