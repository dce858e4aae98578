import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createChatEngine, type ChatEngineOptions } from '../../../../plugins/local-model/engine/create-engine.ts';
import type { EmbeddedEngine } from '../../../../plugins/local-model/engine/embedded-engine.ts';

const HERE = fileURLToPath(import.meta.url);
const engines: EmbeddedEngine[] = [];

// Each test starts processes, which takes seconds where many tests share few cores.
jest.setTimeout(30_000);

function engine(plays: string, options: Partial<ChatEngineOptions> = {}): EmbeddedEngine {
  const made = createChatEngine({
    modelPath: HERE,
    modelId: plays,
    contextTokens: 100,
    threads: 1,
    slots: 1,
    gpu: false,
    enginePackage: 'none',
    loadTimeoutMs: 10_000,
    childFile: new URL('./fake-engine-child.ts', import.meta.url),
    ...options,
  });
  engines.push(made);
  return made;
}

const never = (): AbortSignal => new AbortController().signal;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await new Promise((resolve) => setTimeout(resolve, 30));
  return !isAlive(pid);
}

function pidOf(made: EmbeddedEngine): number {
  const state = made.state();
  return state.kind === 'ready' ? state.pid : 0;
}

async function untilState(made: EmbeddedEngine, kind: string): Promise<void> {
  if (made.state().kind === kind) return;
  await new Promise<void>((resolve) => {
    const watch = made.onChange((state) => {
      if (state.kind !== kind) return;
      watch.dispose();
      resolve();
    });
  });
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((made) => made.dispose()));
});

describe('EmbeddedEngine', () => {
  test('starts nothing until asked, shares one start and goes through its states', async () => {
    const made = engine('ok');
    const seen: string[] = [];
    made.onChange(({ kind }) => seen.push(kind));
    expect(made.state()).toEqual({ kind: 'stopped' });
    const [first, second] = await Promise.all([made.endpoint(never()), made.endpoint(never())]);
    expect(second).toEqual(first);
    const pid = pidOf(made);
    await made.dispose();
    expect([...new Set(seen)]).toEqual(['starting', 'ready', 'stopping', 'stopped']);
    expect(isAlive(pid)).toBe(false);
  });

  test('gives an address on loopback and a key that the child knows', async () => {
    const { baseUrl, apiKey } = await engine('ok').endpoint(never());
    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(apiKey.length).toBeGreaterThanOrEqual(32);
    expect((await fetch(baseUrl, { headers: { authorization: `Bearer ${apiKey}` } })).status).toBe(200);
    expect((await fetch(baseUrl)).status).toBe(401);
  });

  test.each([
    ['dependency', 'E_DEPENDENCY'],
    ['file', 'E_FILE'],
    ['memory', 'E_PROVIDER_SERVER'],
    ['engine', 'E_PROVIDER_SERVER'],
    ['dies', 'E_UNREACHABLE'],
  ])('a load that ends by %s is %s', async (plays, code) => {
    const made = engine(plays);
    await expect(made.endpoint(never())).rejects.toMatchObject({ code });
    expect(made.state()).toMatchObject({ kind: 'crashed', crashes: 1, error: { code } });
  });

  test('a file that is not there is E_FILE, without a child', async () => {
    const made = engine('ok', { modelPath: `${HERE}.missing` });
    await expect(made.endpoint(never())).rejects.toMatchObject({ code: 'E_FILE' });
  });

  test('tells the last line a dying child wrote', async () => {
    await expect(engine('complains').endpoint(never())).rejects.toThrow('ggml: out of luck');
  });

  test('a load over its limit is E_TIMEOUT of phase load, and its child is ended', async () => {
    const made = engine('never-ready', { loadTimeoutMs: 300 });
    await expect(made.endpoint(never())).rejects.toMatchObject({ code: 'E_TIMEOUT', phase: 'load' });
    await made.dispose();
    expect(made.state()).toEqual({ kind: 'stopped' });
  });

  test('a caller may leave the wait; the start goes on for the others', async () => {
    const made = engine('ok');
    const leaving = new AbortController();
    const left = made.endpoint(leaving.signal);
    const stayed = made.endpoint(never());
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(stayed).resolves.toHaveProperty('baseUrl');
  });

  test('a death while serving breaks the answer off, and the next call starts another child', async () => {
    const made = engine('ok');
    const first = await made.endpoint(never());
    const pid = pidOf(made);
    const headers = { authorization: `Bearer ${first.apiKey}` };
    const stream = await fetch(`${first.baseUrl}/stream`, { headers });
    const reading = stream.text();
    process.kill(pid, 'SIGKILL');
    await expect(reading).rejects.toThrow();
    await untilState(made, 'crashed');
    const second = await made.endpoint(never());
    expect(second.apiKey).not.toBe(first.apiKey);
    expect(pidOf(made)).not.toBe(pid);
  });

  test('the second crash in a row is followed by a pause in which calls fail at once with the same error', async () => {
    const made = engine('dies');
    await expect(made.endpoint(never())).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
    await expect(made.endpoint(never())).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
    expect(made.state()).toMatchObject({ kind: 'crashed', crashes: 2 });
    const state = made.state();
    await expect(made.endpoint(never())).rejects.toBe(state.kind === 'crashed' ? state.error : undefined);
    expect(made.state()).toBe(state);
  });

  test('dispose kills a child that does not go by itself', async () => {
    const made = engine('ignores-term', { graceMs: 50 });
    await made.endpoint(never());
    const pid = pidOf(made);
    await made.dispose();
    expect(isAlive(pid)).toBe(false);
  });

  test('dispose ends a start that is under way, and later calls are refused', async () => {
    const made = engine('never-ready', { graceMs: 50 });
    const start = made.endpoint(never());
    await untilState(made, 'starting');
    await Promise.all([expect(start).rejects.toMatchObject({ code: 'E_UNREACHABLE' }), made.dispose()]);
    await expect(made.endpoint(never())).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
  });

  test('a killed host leaves no child behind', async () => {
    const host = spawn(process.execPath, [fileURLToPath(new URL('./fake-host.ts', import.meta.url))]);
    const [line] = (await once(host.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    host.kill('SIGKILL');
    expect(await isGone(pid)).toBe(true);
  });

  test('a running child does not keep its host from ending', async () => {
    const host = spawn(process.execPath, [fileURLToPath(new URL('./fake-host.ts', import.meta.url)), '--leave']);
    const [code] = (await once(host, 'exit')) as [number];
    expect(code).toBe(0);
  });
});
