import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { startCli } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings } from './support/cli-workspace.ts';
import { lastTrace } from './support/read-trace.ts';

jest.setTimeout(120_000);

const CHAT = '/v1/chat/completions';
/** An answer that never ends by itself. */
const ENDLESS = { match: { path: CHAT, times: 1 }, fault: { kind: 'stall', afterTokens: 2 } } as const;

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(() => server.reset({ dialect: 'openai', models: ['smol'] }));
afterAll(() => server.stop());

async function chats(): Promise<object[]> {
  return (await server.requests(5_000)).filter(({ path }) => path === CHAT);
}

/** Waits, for half a minute at most, until the server has been asked for a chat. */
async function untilAsked(): Promise<void> {
  for (let round = 0; round < 300; round += 1) {
    if ((await server.requests()).some(({ path }) => path === CHAT)) return;
    await delay(100);
  }
  throw new Error('the server was never asked');
}

describe('Ctrl-C', () => {
  test('during an answer of `ask` closes the socket to the server and exits with 130', async () => {
    await server.script([ENDLESS]);
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const asking = startCli(workspace, ['ask', 'hello']);
    await asking.until(/You said/);
    asking.interrupt();
    const run = await asking.ended;
    expect(run.exitCode).toBe(130);
    expect(await chats()).toMatchObject([{ outcome: 'client-closed', tokensSent: 2 }]);
    expect(run.stderr).toMatch(/^E_CANCELLED .+$/m);
    expect(await lastTrace(workspace)).toMatchObject({ attempts: [{ outcome: 'cancelled' }] });
  });

  test('while `ask` waits for the first token does the same', async () => {
    await server.script([{ match: { path: CHAT }, fault: { kind: 'hang-before-headers' } }]);
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const asking = startCli(workspace, ['ask', 'hello', '--json']);
    await untilAsked();
    asking.interrupt();
    const run = await asking.ended;
    expect(run).toMatchObject({ exitCode: 130, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'E_CANCELLED' } });
    expect(await chats()).toMatchObject([{ outcome: 'client-closed' }]);
  });

  test('in a chat stops the answer, and the chat goes on; then it leaves', async () => {
    await server.script([ENDLESS]);
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const chat = startCli(workspace, ['chat'], { hasTerminal: true });
    await chat.until(/you> /);
    chat.write('tell me everything\r');
    await chat.until(/You said/);
    chat.interrupt();
    await chat.until(/\[stopped\]/);
    await chat.until(/you> /);
    expect(await chats()).toMatchObject([{ outcome: 'client-closed' }]);
    chat.write('and now\r');
    await chat.until(/You said: and now/);
    await chat.until(/you> /);
    chat.interrupt();
    expect(await chat.ended).toMatchObject({ exitCode: 130 });
  });

  test('is not needed: /exit leaves, and the conversation is kept', async () => {
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    const chat = startCli(workspace, ['chat'], { hasTerminal: true });
    await chat.until(/you> /);
    chat.write('hello\r');
    await chat.until(/You said: hello/);
    await chat.until(/you> /);
    chat.write('/exit\r');
    const run = await chat.ended;
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/wooster chat --conversation \w+/);
  });
});
