import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  MINILM,
  MINILM_FP32,
  minilmFolder,
  prepareEmbeddingServer,
  START_SCRIPT,
  startEmbeddingServer,
  startVariables,
} from './servers/embedding-server.ts';
import { ask, errorOf, vectorsOf } from './servers/embedding-wire.ts';
import type { RunningServer } from './servers/running-server.ts';

const LIMIT_MS = 120_000;
const PREPARE_LIMIT_MS = 400_000;
const KEY = 'a key of this test';

/** Work of several seconds: 200 texts of about 200 tokens. */
const MUCH = Array.from({ length: 200 }, (_, index) => `${'river mill boat water '.repeat(50)}${index}`);

/** A start of the script with its exit code and what it wrote. */
async function run(
  words: readonly string[],
  more: { environment?: Readonly<Record<string, string>>; prefix?: readonly string[] } = {},
): Promise<{ child: ChildProcess; lines: () => string; ended: Promise<number | null> }> {
  const [program, ...rest] = [...(more.prefix ?? []), 'bash', START_SCRIPT, ...words];
  const child = spawn(program!, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      ...startVariables(),
      LOCAL_EMBEDDING_MODELS_DIR: minilmFolder(),
      ...more.environment,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, lines: () => text, ended };
}

/** Waits until the text has come, for as long as a server needs to start. */
async function addressIn(lines: () => string): Promise<string> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await delay(50)) {
    const [, address] = /(http:\/\/127\.0\.0\.1:\d+) with/.exec(lines()) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`the server did not start:\n${lines()}`);
}

/** Waits until so many requests are at work. */
async function untilActive(address: string, count: number): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await delay(30)) {
    const { queue } = (await ask(`${address}/health`)).body as { queue: { active: number } };
    if (queue.active === count) return;
  }
  throw new Error(`there were never ${count} requests at work`);
}

describe('the life of the embedding server', () => {
  let server: RunningServer | undefined;
  beforeAll(prepareEmbeddingServer, PREPARE_LIMIT_MS);
  afterEach(async () => {
    await server?.kill();
    server = undefined;
  }, LIMIT_MS);

  test(
    'ends well when it is told to: what takes a moment is answered, what takes long is refused, the exit code is 0',
    async () => {
      const { child, lines, ended } = await run(['--port', '0', '--preload', MINILM]);
      const address = await addressIn(lines);
      const many = ask(`${address}/v1/embeddings`, { model: MINILM_FP32, input: MUCH });
      await untilActive(address, 1);
      const few = ask(`${address}/v1/embeddings`, { model: MINILM, input: MUCH.slice(0, 3) });
      await delay(50);
      child.kill('SIGTERM');
      expect((await few).status).toBe(200);
      const refused = await many;
      expect([refused.status, errorOf(refused).code]).toEqual([503, 'stopping']);
      expect(await ended).toBe(0);
      expect(lines().trimEnd().split('\n').at(-1)).toBe('embedding server: stopped');
      expect(() => process.kill(child.pid!, 0)).toThrow(/ESRCH/);
    },
    LIMIT_MS,
  );

  test(
    'starts and answers without any network once its environment is made',
    async () => {
      const isolated = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up; exec "$@"', 'isolated'];
      const canIsolate = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
      process.stderr.write(`real: network namespace: ${canIsolate ? 'yes' : 'no'}\n`);
      // Only within its own namespace can it be asked, so that is done there too.
      const question = `for i in $(seq 600); do curl -sf http://127.0.0.1:8001/v1/embeddings -d '{"input":"boat"}' && break; sleep 0.1; done`;
      const both = ['sh', '-c', `"$@" & ${question}; kill $!; wait $!`, 'both'];
      const started = await run(['--model', MINILM], { prefix: [...(canIsolate ? isolated : []), ...both] });
      expect([await started.ended, started.lines()]).toEqual([0, expect.stringContaining('"prompt_tokens": 3')]);
      expect(started.lines()).not.toMatch(/making the environment/);
    },
    LIMIT_MS,
  );

  test(
    'answers about its health and short requests while a long one is computed, and stops computing for a caller who left',
    async () => {
      server = await startEmbeddingServer({ extraArguments: ['--preload', MINILM_FP32, '--model', MINILM_FP32] });
      const { url } = server;
      const controller = new AbortController();
      const long = ask(`${url}/v1/embeddings`, { input: MUCH }, { signal: controller.signal }).catch(() => 'left');
      await untilActive(url, 1);
      const waits: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        const started = performance.now();
        const { body } = await ask(`${url}/health`);
        waits.push(performance.now() - started);
        expect(body.queue).toMatchObject({ active: 1 });
      }
      const started = performance.now();
      await vectorsOf(url, { model: MINILM_FP32, input: 'a short one' });
      const short = performance.now() - started;
      expect((await ask(`${url}/health`)).body.queue).toMatchObject({ active: 1 });
      process.stdout.write(
        `real: health in ${Math.max(...waits).toFixed(0)} ms at most, a short text in ${short.toFixed(0)} ms\n`,
      );
      expect(waits.toSorted((one, other) => one - other)[5]).toBeLessThan(250);
      controller.abort();
      expect(await long).toBe('left');
      await untilActive(url, 0);
    },
    LIMIT_MS,
  );

  test(
    'takes no more requests than its queue holds, and says when to come back',
    async () => {
      server = await startEmbeddingServer({ extraArguments: ['--queue-requests', '1', '--preload', MINILM_FP32] });
      const request = { model: MINILM_FP32, input: MUCH };
      const controller = new AbortController();
      const busy = ask(`${server.url}/v1/embeddings`, request, { signal: controller.signal }).catch(() => 'left');
      await untilActive(server.url, 1);
      const refused = await ask(`${server.url}/v1/embeddings`, { model: MINILM_FP32, input: 'a' });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(errorOf(refused)).toMatchObject({ code: 'queue_full', type: 'server_busy' });
      controller.abort();
      await busy;
    },
    LIMIT_MS,
  );

  test(
    'wants its key on every route but health, wherever it listens',
    async () => {
      server = await startEmbeddingServer({
        extraArguments: ['--host', '0.0.0.0'],
        environment: { EMBEDDING_SERVER_API_KEY: KEY },
      });
      const { url } = server;
      expect((await ask(`${url}/health`)).status).toBe(200);
      for (const key of [undefined, 'another', `${KEY}s`]) {
        const refused = await ask(`${url}/v1/models`, undefined, { key });
        expect([refused.status, errorOf(refused).type]).toEqual([401, 'authentication_error']);
        expect(refused.headers.get('www-authenticate')).toBe('Bearer');
        expect(JSON.stringify(refused.body)).not.toContain(KEY);
      }
      expect((await ask(`${url}/v1/models`, undefined, { key: KEY })).status).toBe(200);
      expect(await vectorsOf(url, { model: MINILM, input: 'a' }, KEY)).toHaveLength(1);
    },
    LIMIT_MS,
  );

  test.each([
    { what: 'an open address without a key', words: ['--host', '0.0.0.0'], code: 78, line: /no key is set/ },
    { what: 'a missing key file', words: ['--api-key-file', '/nowhere'], code: 66, line: /cannot read the key file/ },
    { what: 'an unknown option', words: ['--wat'], code: 64, line: /--wat; --help lists the options/ },
    { what: 'a port that is none', words: ['--port', '70000'], code: 64, line: /not between 0 and 65535/ },
    { what: 'a model that is not there', words: ['--port', '0', '--preload', 'x'], code: 69, line: /cannot load x/ },
  ])(
    'does not start with $what, and says so in one line',
    async ({ words, code, line }) => {
      const { lines, ended } = await run(words);
      expect([await ended, lines().trimEnd()]).toEqual([code, expect.stringMatching(line)]);
      expect(lines().trimEnd()).not.toContain('\n');
    },
    LIMIT_MS,
  );

  test(
    'lists its options with their variables',
    async () => {
      const { lines, ended } = await run(['--help']);
      expect(await ended).toBe(0);
      expect(lines()).toMatch(/--models-dir[^]*LOCAL_EMBEDDING_MODELS_DIR[^]*--queue-requests/);
    },
    LIMIT_MS,
  );

  test(
    'says who to ask when its port is taken',
    async () => {
      server = await startEmbeddingServer();
      const { lines, ended } = await run([], { environment: { EMBEDDING_SERVER_PORT: new URL(server.url).port } });
      expect(await ended).toBe(69);
      expect(lines()).toMatch(
        /^embedding server: cannot listen on .*: Address already in use; .*EMBEDDING_SERVER_PORT\n$/,
      );
    },
    LIMIT_MS,
  );
});
