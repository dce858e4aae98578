import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { startCli, runCli, type CliOptions, type CliRun } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from './support/cli-workspace.ts';
import { expectOneDocument, expectOneLine } from './support/expect-error.ts';

jest.setTimeout(120_000);

const CHAT = '/v1/chat/completions';
const QUESTION = 'What is the capital of France?';
const WHOLE = 'The capital of France is Paris, on the Seine.';
const SHOWN = 'The capital of France';
const MARK = /\[interrupted after 4 tokens on primary:smol; (asked again of|carried on by) spare:smol\]/;

let primary: FakeModelServer;
let spare: FakeModelServer;

beforeAll(async () => {
  primary = await startFakeModelServer({ dialect: 'openai' });
  spare = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(async () => {
  await primary.reset({ dialect: 'openai', models: ['smol'] });
  await spare.reset({ dialect: 'openai', models: ['smol'], reply: { text: WHOLE } });
  await primary.script([{ match: { path: CHAT }, reply: { text: WHOLE }, faults: [...cutAfter(4)] }]);
});
afterAll(async () => {
  await primary.stop();
  await spare.stop();
});

/** What arrives together with the end of a connection is lost with it; the pause lets every token arrive before. */
function cutAfter(afterTokens: number) {
  return [
    { kind: 'cut', afterTokens },
    { kind: 'stall', afterTokens, forMs: 400 },
  ] as const;
}

function makeWorkspace(interruptedText: 'stop' | 'restart' | 'continue'): Promise<CliWorkspace> {
  return makeCliWorkspace({
    routing: { failover: { interruptedText } },
    providers: {
      primary: serverSettings(primary.url, { priority: 10 }),
      spare: serverSettings(spare.url, { priority: 20 }),
    },
  });
}

function ask(workspace: CliWorkspace, words: readonly string[] = [], options: CliOptions = {}): Promise<CliRun> {
  return runCli(workspace, ['ask', QUESTION, '--tools', 'none', ...words], options);
}

function timesIn(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('an answer that is cut after four tokens', () => {
  test('stops there by default, and says what can be done', async () => {
    await using workspace = await makeWorkspace('stop');
    const run = await ask(workspace);
    expect(expectOneLine(run, 'E_INTERRUPTED', 69)).toMatch(/\(ask again, or set routing\.failover\.interruptedText/);
    expect(run.stdout).toBe(`${SHOWN}\n`);
    expect((await spare.requests()).filter(({ path }) => path === CHAT)).toEqual([]);
  });

  test('with --json is an error that holds what there was of it', async () => {
    await using workspace = await makeWorkspace('stop');
    const { details } = expectOneDocument(await ask(workspace, ['--json']), 'E_INTERRUPTED', 69);
    expect(details).toMatchObject({ text: SHOWN, outputTokens: 4, targetId: expect.stringMatching(/^primary@/) });
  });

  test('is asked anew where the setting says so, and the break is marked in the text', async () => {
    await using workspace = await makeWorkspace('restart');
    const run = await ask(workspace);
    const [before, after] = run.stdout.split(MARK).filter((_part, at) => at !== 1);
    expect({ exitCode: run.exitCode, before, after }).toEqual({
      exitCode: 0,
      before: `${SHOWN}\n`,
      after: `\n${WHOLE}\n`,
    });
  });

  test('is carried on where the setting says so, and what the other model repeats is not shown', async () => {
    await spare.configure({ reply: { text: 'of France is Paris, on the Seine.' } });
    await using workspace = await makeWorkspace('continue');
    const run = await ask(workspace);
    expect(run).toMatchObject({ exitCode: 0, stdout: `${WHOLE}\n`, stderr: expect.stringMatching(MARK) });
    const [{ body } = {}] = (await spare.requests()).filter(({ path }) => path === CHAT);
    expect(body).toMatchObject({ messages: [{}, { content: QUESTION }, { role: 'assistant', content: SHOWN }, {}] });
  });

  test('tells with --json how it came about', async () => {
    await using workspace = await makeWorkspace('restart');
    const run = await ask(workspace, ['--json']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({
      text: WHOLE,
      model: 'spare:smol',
      interruptions: [
        {
          how: 'restarted',
          code: 'E_INTERRUPTED',
          target: expect.stringMatching(/^primary@.+\/smol$/),
          tokens: 4,
          next: 'spare:smol',
        },
      ],
    });
  });

  test.each(['restart', 'continue'] as const)('shows each text once at a terminal (%s)', async (mode) => {
    await using workspace = await makeWorkspace(mode);
    const { stdout, exitCode } = await ask(workspace, [], { hasTerminal: true });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^(?:.*\\n)*${SHOWN}\\s*\\r\\n${MARK.source}`));
    expect(timesIn(stdout, 'on the Seine')).toBe(1);
    expect(timesIn(stdout, SHOWN)).toBe(mode === 'restart' ? 2 : 1);
  });

  test('can be gone on with in the next turn of a conversation', async () => {
    await using workspace = await makeWorkspace('stop');
    await ask(workspace, ['--conversation', 'capitals']);
    await primary.script([]);
    await runCli(workspace, ['ask', 'go on', '--tools', 'none', '--conversation', 'capitals']);
    const bodies = [...(await primary.requests()), ...(await spare.requests())].map(({ body }) => JSON.stringify(body));
    expect(bodies.some((body) => body?.includes(`${SHOWN}"`) && body.includes('go on'))).toBe(true);
  });
});

describe('a chat with tools', () => {
  test('asks anew of the other server when its answer is cut, and runs no tool again', async () => {
    const models = [
      { id: 'smol:latest', capabilities: ['completion' as const, 'tools' as const], contextLength: 32_768 },
    ];
    await primary.reset({ dialect: 'ollama', models });
    await spare.reset({ dialect: 'ollama', models, reply: { text: WHOLE } });
    await primary.script([
      { match: { path: '/api/chat', times: 1 }, reply: { toolCalls: [{ name: 'list_local_models', arguments: {} }] } },
      { match: { path: '/api/chat' }, reply: { text: WHOLE }, faults: [...cutAfter(4)] },
    ]);
    const settings = { kind: 'ollama', model: 'smol:latest' };
    await using workspace = await makeCliWorkspace({
      providers: {
        primary: serverSettings(primary.url, { ...settings, priority: 10 }),
        spare: serverSettings(spare.url, { ...settings, priority: 20 }),
      },
    });
    const chat = startCli(workspace, ['chat', '--tools', 'all'], { isInputOpen: true });
    chat.write(`${QUESTION}\n`);
    await chat.until(/spare:smol:latest .*wooster why/);
    chat.endInput();
    const run = await chat.ended;
    expect(timesIn(run.stderr, '→ list_local_models')).toBe(1);
    expect(timesIn(run.stderr, '← ')).toBe(1);
    expect(run.stdout).toMatch(/^The capital of France\n\[interrupted after 4 tokens on primary:smol:latest; /);
    expect(run.stdout).toContain(`]\n${WHOLE}\n`);
    const [request] = (await spare.requests()).filter(({ path }) => path === '/api/chat');
    expect(JSON.stringify(request?.body)).toMatch(/"role":"tool"/);
  });
});
