import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { runCli, startCli } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings } from './support/cli-workspace.ts';
import { lastTrace } from './support/read-trace.ts';

jest.setTimeout(120_000);

const CLOSING_LINE = /^(\S+:\S+) · (?:about )?\d+ \+ \d+ tokens · first token .+ · .+ · wooster why (\w+)$/m;

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(() => server.reset({ dialect: 'openai', models: ['smol'] }));
afterAll(() => server.stop());

describe('wooster ask', () => {
  test.each([
    ['openai', 'openai-compatible', '/v1/chat/completions'],
    ['ollama', 'ollama', '/api/chat'],
    ['llamacpp', 'llamacpp', '/v1/chat/completions'],
    ['mlx', 'mlx', '/v1/chat/completions'],
    ['lmstudio', 'lmstudio', '/v1/chat/completions'],
    ['vllm', 'vllm', '/v1/chat/completions'],
    ['localai', 'localai', '/v1/chat/completions'],
  ] as const)('answers through a server that speaks as %s does', async (dialect, kind, path) => {
    await server.reset({ dialect, models: ['smol'] });
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url, { kind }) } });
    const run = await runCli(workspace, ['ask', 'good', 'morning', '--tools', 'none']);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'You said: good morning\n' });
    expect(run.stderr).toMatch(CLOSING_LINE);
    const chats = (await server.requests()).filter((each) => each.path === path);
    const model = dialect === 'ollama' ? 'smol:latest' : 'smol';
    expect(chats).toMatchObject([{ outcome: 'answered', body: { model, stream: true } }]);
  });

  test('shows the answer while it is written, and tells the decision that `why` explains', async () => {
    await server.script([{ reply: { tokens: ['one ', 'two ', 'three ', 'four'], tokenDelayMs: 400 } }]);
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const asking = startCli(workspace, ['ask', 'count']);
    await asking.until(/one /);
    const [chat] = (await server.requests()).slice(-1);
    expect(chat).toMatchObject({ outcome: 'open' });
    const run = await asking.ended;
    expect(run).toMatchObject({ exitCode: 0, stdout: 'one two three four\n' });
    const [, ref, decisionId = ''] = CLOSING_LINE.exec(run.stderr) ?? [];
    expect(ref).toBe('house:smol');
    const why = await runCli(workspace, ['why', decisionId]);
    expect(why.stdout).toContain(`decision ${decisionId}`);
    expect(why.stdout).toMatch(/^house@127\.0\.0\.1:\d+\/smol answered$/m);
  });

  test('answers a question without waiting for a pipe that nobody writes to', async () => {
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const run = await startCli(workspace, ['ask', 'hello'], { isInputOpen: true, limitMs: 30_000 }).ended;
    expect(run).toMatchObject({ exitCode: 0, stdout: 'You said: hello\n' });
    expect(run.stderr).toMatch(/^nothing came on standard input within 2000 ms/);
  });

  test('takes the question from standard input, and both when both are there', async () => {
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const [piped, both] = await Promise.all([
      runCli(workspace, ['ask'], { input: 'from a pipe\n' }),
      runCli(workspace, ['ask', 'Summarize this'], { input: 'a long text' }),
    ]);
    expect(piped).toMatchObject({ exitCode: 0, stdout: 'You said: from a pipe\n' });
    expect(both.exitCode).toBe(0);
    const bodies = JSON.stringify((await server.requests()).map(({ body }) => body));
    expect(bodies).toContain(String.raw`Summarize this\n\na long text`);
  });

  test('with --json prints one document with text, model, tokens, times and decision', async () => {
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const run = await runCli(workspace, ['ask', 'good morning', '--json']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual({
      text: 'You said: good morning',
      model: 'house:smol',
      decisionId: expect.stringMatching(/^\w+$/),
      tokens: { input: expect.any(Number), output: 4, isEstimated: false },
      firstTokenMs: expect.any(Number),
      milliseconds: expect.any(Number),
      finishReason: 'stop',
      citations: [],
      interruptions: [],
      notices: [],
      costUsd: 0,
    });
  });

  test('goes on with a conversation that an earlier process began', async () => {
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    await runCli(workspace, ['ask', 'my name is Ada', '--conversation', 'names']);
    await runCli(workspace, ['ask', 'who am I', '--conversation', 'names']);
    const [second] = (await server.requests()).filter(({ method }) => method === 'POST').slice(-1);
    expect(JSON.stringify(second?.body)).toMatch(/my name is Ada.+You said: my name is Ada.+who am I/);
  });

  test('uses the model that is named, the strategy that is named, and only this machine when told so', async () => {
    await server.configure({ models: ['smol', 'large'] });
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const run = await runCli(workspace, ['ask', 'hello', '--model', 'house:large', '--local', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ model: 'house:large' });
    const trace = await lastTrace(workspace);
    expect(trace.decision.request).toMatchObject({ privacy: 'local-only', pinned: 'house:large' });
  });
});
