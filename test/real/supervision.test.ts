import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { runCli, startCli, type CliProcess } from '../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../cli/support/cli-workspace.ts';
import { minilmFolder, prepareEmbeddingServer, startVariables } from './servers/embedding-server.ts';
import { installationFolder, installedVersion, modelFile } from './servers/installation.ts';

jest.setTimeout(240_000);

const MODEL = 'smollm2-135m';
const TURN_LIMIT_MS = 90_000;
/** A first crash is repaired at once; the rest is the load of the model, on a machine that may be busy. */
const BACK_LIMIT_MS = 20_000;

beforeAll(async () => {
  installedVersion('llamacpp');
  await prepareEmbeddingServer();
}, 320_000);

async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

/** A real llama-server and the real embedding server, neither of which runs. */
async function house(): Promise<CliWorkspace> {
  const folder = join(installationFolder(), 'llamacpp', 'bin');
  const [port, embedderPort] = [await freePort(), await freePort()];
  const fixed = ['--offline', '--no-webui', '--device', 'none', '--jinja', '-t', '1', '-np', '1', '-c', '1024'];
  const address = ['--host', '127.0.0.1', '--port', String(port)];
  const weights = ['-m', modelFile(MODEL), '--alias', MODEL];
  return makeCliWorkspace({
    providers: {
      chat: {
        kind: 'llamacpp',
        baseUrl: `http://127.0.0.1:${port}`,
        model: MODEL,
        start: {
          command: [join(folder, 'llama-server'), ...address, ...fixed, ...weights],
          environment: { LD_LIBRARY_PATH: folder },
        },
      },
      embedder: {
        kind: 'embedding-server',
        baseUrl: `http://127.0.0.1:${embedderPort}`,
        autoStart: true,
        start: {
          environment: {
            ...startVariables(),
            HOME: homedir(),
            LOCAL_EMBEDDING_MODELS_DIR: minilmFolder(),
            EMBEDDING_SERVER_THREADS: '1',
          },
        },
      },
    },
  });
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly pid?: number;
  readonly users: readonly number[];
  readonly lastExit?: { readonly reason: string };
}

async function servers(workspace: CliWorkspace, ...words: readonly string[]): Promise<Readonly<Record<string, Row>>> {
  const run = await runCli(workspace, ['servers', ...words, '--json']);
  if (run.exitCode !== 0)
    throw new Error(`servers ${words.join(' ')} ended with ${run.exitCode}: ${run.stdout}${run.stderr}`);
  const rows = (JSON.parse(run.stdout) as { servers: Row[] }).servers;
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}

async function recordedPid(workspace: CliWorkspace, id: string): Promise<number | undefined> {
  const text = await readFile(join(workspace.root, '.wooster', 'servers', `${id}.json`), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { child?: { pid: number } }).child?.pid;
}

async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/\) [ZX]/.test(stat);
}

async function until(what: string, holds: () => Promise<boolean>, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(50);
  }
}

async function ask(chat: CliProcess, question: string): Promise<void> {
  chat.write(`${question}\n`);
  await chat.until(/chat:smollm2-135m · .* · wooster why \w+/, TURN_LIMIT_MS);
}

test('real servers start when they are needed, come back after kill -9, and none outlives the next start of Wooster', async () => {
  await using workspace = await house();
  // Started by hand, it stays; the other is started by the first question.
  expect((await servers(workspace, 'start', 'embedder')).embedder).toMatchObject({ state: 'ready' });
  // Short answers: what such a small model writes at length fills its window before the next question.
  const brief = ['--temperature', '0', '--max-tokens', '24'];
  const chat = startCli(workspace, ['chat', ...brief], { isInputOpen: true, limitMs: 200_000 });
  await ask(chat, 'Say hello.');
  const first = await servers(workspace);
  expect(first).toMatchObject({ chat: { state: 'ready', users: [chat.pid] }, embedder: { state: 'ready' } });

  process.kill(first.chat!.pid!, 'SIGKILL');
  await until(
    'another llama-server runs',
    async () => {
      const pid = await recordedPid(workspace, 'chat');
      return pid !== undefined && pid !== first.chat!.pid && (await runs(pid));
    },
    BACK_LIMIT_MS,
  );
  await ask(chat, 'Say it again.');
  const second = await servers(workspace);
  expect(second.chat!.lastExit?.reason).toMatch(/was ended by SIGKILL/);
  const left = second.chat!.pid!;

  process.kill(chat.pid, 'SIGKILL');
  await chat.ended;
  expect(await runs(left)).toBe(true);
  const third = await servers(workspace);
  expect(await runs(left)).toBe(false);
  expect(third.chat).toMatchObject({ state: 'stopped' });

  expect(third.embedder).toMatchObject({ state: 'ready', pid: first.embedder!.pid });
  await servers(workspace, 'stop', 'embedder');
  expect(await runs(first.embedder!.pid!)).toBe(false);
});

test('a question alone starts a real server, is answered by it, and leaves nothing behind, also when it is interrupted', async () => {
  await using workspace = await house();
  const run = await runCli(workspace, ['ask', 'Say hello.'], { limitMs: TURN_LIMIT_MS });
  expect(run.exitCode).toBe(0);
  expect((await servers(workspace)).chat).toMatchObject({
    state: 'stopped',
    lastExit: { reason: 'ended with Wooster' },
  });

  const asked = startCli(workspace, ['ask', 'Tell me a long story.'], { limitMs: TURN_LIMIT_MS });
  await until('llama-server runs', async () => (await recordedPid(workspace, 'chat')) !== undefined, BACK_LIMIT_MS);
  const pid = (await recordedPid(workspace, 'chat'))!;
  asked.interrupt();
  expect((await asked.ended).exitCode).toBe(130);
  expect(await runs(pid)).toBe(false);
});
