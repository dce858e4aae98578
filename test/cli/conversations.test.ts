import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { runCli, startCli, type CliRun } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from './support/cli-workspace.ts';
import { expectOneDocument, expectOneLine } from './support/expect-error.ts';

jest.setTimeout(120_000);

const CHAT = '/v1/chat/completions';

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'llamacpp' });
});
beforeEach(() => server.reset({ dialect: 'llamacpp', models: [{ id: 'smol', contextLength: 2048 }] }));
afterAll(() => server.stop());

function makeWorkspace(settings: object = {}): Promise<CliWorkspace> {
  return makeCliWorkspace({ providers: { house: serverSettings(server.url, { kind: 'llamacpp' }) }, ...settings });
}

function ask(workspace: CliWorkspace, question: string, words: readonly string[] = []): Promise<CliRun> {
  return runCli(workspace, ['ask', question, '--conversation', 'talk', ...words]);
}

/** What the server was asked to say, one text for each call. */
async function askedTexts(): Promise<readonly string[]> {
  const chats = (await server.requests(500)).filter(({ path }) => path === CHAT);
  return chats.map(({ body }) => JSON.stringify((body as { messages: unknown }).messages));
}

describe('wooster conversations', () => {
  test('lists what was said, shows it, writes it to a file and deletes it', async () => {
    await using workspace = await makeWorkspace();
    await ask(workspace, 'good morning');
    await ask(workspace, 'and good evening');
    const listed = await runCli(workspace, ['conversations']);
    expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed.stdout).toMatch(/^talk +\S.* +2 +good morning$/m);
    const shown = await runCli(workspace, ['conversations', 'show', 'last', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      conversation: {
        id: 'talk',
        turns: [
          { question: 'good morning', answer: 'You said: good morning', model: 'house:smol' },
          { question: 'and good evening' },
        ],
      },
    });
    const exported = await runCli(workspace, ['conversations', 'export', 'talk', '--out', 'talk.md']);
    expect(exported.stdout).toMatch(/^conversation talk is in .*talk\.md, as markdown\n$/);
    const page = await readFile(join(workspace.root, 'talk.md'), 'utf8');
    expect(page).toContain('### house:smol\n\nYou said: good morning\n');
    const piped = await runCli(workspace, ['conversations', 'export', 'talk']);
    expect(piped.stdout).toBe(page);
    const again = await runCli(workspace, ['conversations', 'export', 'talk', '--out', 'talk.md', '--json']);
    expect(expectOneDocument(again, 'E_USAGE', 64).message).toContain('is there already');
    const refused = await runCli(workspace, ['conversations', 'delete', 'talk']);
    expectOneLine(refused, 'E_USAGE', 64);
    const deleted = await runCli(workspace, ['conversations', 'delete', 'talk', '--yes']);
    expect(deleted.stdout).toBe('conversation talk is deleted\n');
    expect((await runCli(workspace, ['conversations'])).stdout).toMatch(/^no conversation is kept here/);
  });

  test('are gone on with by `chat --resume`, and an unknown one is told with those that are there', async () => {
    await using workspace = await makeWorkspace();
    await ask(workspace, 'good morning');
    const chat = await runCli(workspace, ['chat', '--resume'], { input: 'what did I say?\n/export\n' });
    expect(chat.exitCode).toBe(0);
    expect(chat.stdout).toContain('# Conversation talk');
    expect((await askedTexts()).at(-1)).toContain('good morning');
    const unknown = await runCli(workspace, ['chat', '--conversation', 'typo'], { input: 'hello\n' });
    expect(expectOneLine(unknown, 'E_USAGE', 64)).toContain('there is no conversation "typo"; there are talk');
  });

  test('that are longer than the window are summarised by the model, once, and the person is told', async () => {
    await using workspace = await makeWorkspace();
    const summary = { match: { path: CHAT, bodyIncludes: 'You shorten conversations' }, reply: { text: 'Boats.' } };
    await server.script([summary]);
    const question = `Tell me of boat ${'sail mast rope '.repeat(20)}`;
    let told: CliRun | undefined;
    for (let at = 1; at <= 12 && told === undefined; at += 1) {
      const run = await ask(workspace, `${at} ${question}`);
      expect(run.exitCode).toBe(0);
      if (run.stderr.includes('are summarised')) told = run;
    }
    expect(told?.stderr).toMatch(/^this conversation is longer than the window.* oldest \d turns are summarised$/m);
    const next = await ask(workspace, 'and now?');
    expect(next.stderr).toMatch(/^this conversation is longer than the window.* told to the model as a summary$/m);
    const texts = await askedTexts();
    expect(texts.filter((text) => text.includes('You shorten conversations'))).toHaveLength(1);
    expect(texts.at(-1)).toContain('It is no new request:\\nBoats.');
    expect(texts.at(-1)).not.toContain('"1 Tell me');
    const shown = await runCli(workspace, ['conversations', 'show', 'talk']);
    expect(shown.stdout).toContain('1 Tell me of boat');
  });
});

const OLLAMA_CHAT = '/api/chat';

function makeToolWorkspace(settings: object = {}): Promise<CliWorkspace> {
  return makeCliWorkspace({
    providers: { house: serverSettings(server.url, { kind: 'ollama', options: { tools: 'native' } }) },
    ...settings,
  });
}

describe('a model that calls tools', () => {
  const call = (name: string, args: Record<string, unknown> | string) => ({
    // Not the call that loads the model.
    match: { path: OLLAMA_CHAT, bodyIncludes: '"tools":', times: 1 },
    reply: { toolCalls: [{ name, arguments: args }] },
  });
  const DONE = { match: { path: OLLAMA_CHAT }, reply: { text: 'Done.' } };

  beforeEach(() =>
    server.reset({
      dialect: 'ollama',
      models: [{ id: 'smol', contextLength: 32_768, capabilities: ['completion', 'tools'] }],
    }),
  );

  test('wrongly is asked once more, and one that changes something is refused where nobody can be asked', async () => {
    await using workspace = await makeToolWorkspace();
    await server.script([call('switch_model', {}), call('switch_model', { model: 'house:smol:latest' }), DONE]);
    const run = await ask(workspace, 'Use house:smol:latest', ['--tools', 'all']);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'Done.\n' });
    const results = run.stderr.split('\n').filter((line) => line.startsWith('✗'));
    expect(results).toEqual([
      expect.stringMatching(/E_TOOL switch_model was not run, its arguments do not fit \(model: .*call it once more/),
      expect.stringMatching(/E_TOOL switch_model may not run: .*wooster ask --approve allows it/),
    ]);
  });

  test('is held to what the settings deny, also with --approve, and runs what they allow', async () => {
    await using strict = await makeToolWorkspace({ tools: { approvals: { write: 'deny' } } });
    await server.script([call('switch_model', { model: 'house:smol:latest' }), DONE]);
    const denied = await ask(strict, 'Use it', ['--tools', 'all', '--approve']);
    expect(denied.stdout).toBe('Done.\n');
    expect(denied.stderr).toMatch(/E_TOOL there is no tool "switch_model"/);
    await using lax = await makeToolWorkspace({ tools: { approvals: { write: 'allow' } } });
    await server.script([call('switch_model', { model: 'house:smol:latest' }), DONE]);
    const allowed = await ask(lax, 'Use it', ['--tools', 'all']);
    expect(allowed.stderr).toMatch(/^← from now on house:smol:latest is preferred$/m);
  });

  test('the same way again and again runs it once and answers', async () => {
    await using workspace = await makeToolWorkspace();
    const again = {
      match: { path: OLLAMA_CHAT, bodyIncludes: '"tools":' },
      reply: call('list_local_models', {}).reply,
    };
    await server.script([again, DONE]);
    const run = await ask(workspace, 'Which models?', ['--tools', 'all']);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'Done.\n' });
    expect(run.stderr.match(/ready, context/g)).toHaveLength(1);
  });

  test('is allowed a tool for the whole chat with one answer', async () => {
    await using workspace = await makeToolWorkspace();
    const switching = call('switch_model', { model: 'house:smol:latest' });
    const done = { ...DONE, match: { path: OLLAMA_CHAT, bodyIncludes: '"tools":', times: 1 } };
    await server.script([switching, done, switching, DONE]);
    const chat = startCli(workspace, ['chat', '--tools', 'all'], { hasTerminal: true, isInputOpen: true });
    await chat.until(/you> /);
    chat.write('first\r');
    await chat.until(/a = always for this tool in this\s+chat\]/);
    chat.write('a\r');
    await chat.until(/Done\./);
    await chat.until(/you> /);
    chat.write('second\r');
    await chat.until(/← from now on house:smol:latest/);
    await chat.until(/Done\./);
    chat.write('/exit\r');
    expect((await chat.ended).exitCode).toBe(0);
  });
});
