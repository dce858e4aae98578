import { afterEach, describe, expect, test } from '@jest/globals';
import { createGuardedHttp, createPermitOffice, type GuardedHttp } from 'wooster';
import { startServer } from '../../../kernel/http/raw-server.ts';
import { discoveryRig, entryOf, handClock, type SettingsChanges } from './discovery-rig.ts';

const NEVER = new AbortController().signal;
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A llama-server that counts who connects and can be put out of the way. */
async function llamaServer() {
  let connections = 0;
  let isOff = false;
  const { url, server, stop } = await startServer((request, reply) => {
    if (isOff) reply.writeHead(404).end();
    else if (request.url === '/health') reply.setHeader('server', 'llama.cpp').end('{"status":"ok"}');
    else if (request.url === '/v1/models') reply.end('{"data":[{"id":"m"}]}');
    else reply.writeHead(404).end();
  });
  server.on('connection', () => {
    connections += 1;
  });
  undo.push(stop);
  return {
    port: Number(new URL(url).port),
    connections: () => connections,
    turnOff: (value: boolean) => {
      isOff = value;
    },
  };
}

/** A rig over one llama-server, whose searches are counted by the clients they make. */
async function rigOver(changes: SettingsChanges = {}) {
  const server = await llamaServer();
  const clock = handClock();
  const clients: (readonly string[])[] = [];
  const createHttp = (baseUrls: readonly string[]): GuardedHttp => {
    clients.push(baseUrls);
    return createGuardedHttp({ providerId: 'test', baseUrls, needsPermit: false, permits: createPermitOffice() });
  };
  const rig = discoveryRig({ ...changes, options: { ports: [server.port], clock, createHttp } });
  return { ...rig, server, clock, clients };
}

const broken = (): GuardedHttp => {
  throw new Error('no sockets left');
};

describe('before servers are needed', () => {
  test('the first time is waited for, and what is found is a provider', async () => {
    const { discovery, entries, server } = await rigOver();
    await discovery.ensure(NEVER);
    expect([...entries.values()]).toEqual([
      {
        id: 'llamacpp',
        kind: 'llamacpp',
        isEnabled: true,
        disabledReason: undefined,
        baseUrl: `http://127.0.0.1:${server.port}`,
        model: undefined,
        priority: 60,
        isDeclaredLocal: false,
        options: {},
        isDiscovered: true,
        origin: 'found on this machine',
      },
    ]);
  });

  test('callers at one time share one search, and none follows while it is fresh', async () => {
    const { discovery, clients, clock } = await rigOver();
    await Promise.all([discovery.ensure(NEVER), discovery.ensure(NEVER), discovery.ensure(NEVER)]);
    clock.advance(29_999);
    await discovery.ensure(NEVER);
    expect(clients).toHaveLength(1);
  });

  test('a stale search is repeated in the background, which nobody waits for', async () => {
    const { discovery, entries, clients, clock, server } = await rigOver();
    await discovery.ensure(NEVER);
    server.turnOff(true);
    for (const remaining of [1, 0]) {
      clock.advance(30_000);
      await discovery.ensure(NEVER);
      const before = clients.length;
      while (clients.length === before || !(await isIdle(discovery, clock))) await new Promise(setImmediate);
      expect(entries.size).toBe(remaining);
    }
  });

  test('a cancelled caller waits no longer, and nothing is thrown', async () => {
    const { discovery, entries } = await rigOver();
    const controller = new AbortController();
    const pending = discovery.ensure(controller.signal);
    controller.abort();
    await pending;
    await discovery.ensure(NEVER);
    expect(entries.size).toBe(1);
  });

  test('a search that fails is logged and fails no caller', async () => {
    const server = await llamaServer();
    const { discovery, warnings } = discoveryRig({ options: { ports: [server.port], createHttp: broken } });
    await discovery.ensure(NEVER);
    expect(warnings).toEqual(['looking for servers failed']);
  });

  test('after it is disposed nothing is found any more, and its entries are gone', async () => {
    const { discovery, entries, server } = await rigOver();
    await discovery.ensure(NEVER);
    discovery.dispose();
    expect(entries.size).toBe(0);
    const before = server.connections();
    await discovery.ensure(NEVER);
    expect(server.connections()).toBe(before);
  });
});

/** Whether no search is under way: a further call within the fresh time starts none. */
async function isIdle(discovery: { ensure(signal: AbortSignal): Promise<void> }, clock: { monotonic(): number }) {
  await discovery.ensure(NEVER);
  return clock.monotonic() > 0 && isSettled();
}

/** Lets what is under way on this machine go on for a moment. */
async function isSettled(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  setTimeout(() => resolve(true), 150);
  return promise;
}

describe('nothing is looked for', () => {
  const local = entryOf({ id: 'ollama', baseUrl: 'http://127.0.0.1:11434' });
  test.each<[string, SettingsChanges]>([
    ['where discovery is off', { discovery: { mode: 'off' } }],
    ['where local models are off', { discovery: { mode: 'always' }, routing: { isLocalEnabled: false } }],
    ['where a local engine is configured', { providers: [local] }],
    ['where a server is declared local', { providers: [entryOf({ id: 'lan', kind: 'x', isDeclaredLocal: true })] }],
  ])('%s: no connection is made', async (_name, changes) => {
    const { discovery, server } = await rigOver(changes);
    await discovery.ensure(NEVER);
    expect(server.connections()).toBe(0);
  });

  test.each<[string, SettingsChanges]>([
    ['off', { discovery: { mode: 'off' } }],
    ['without local models', { routing: { isLocalEnabled: false } }],
  ])('%s, also where it is asked for', async (_name, changes) => {
    const { discovery, server } = await rigOver(changes);
    expect(await discovery.discover(NEVER)).toMatchObject({ servers: [] });
    expect(discovery.refusal).toEqual(expect.any(String));
    expect(server.connections()).toBe(0);
  });
});

describe('servers are looked for', () => {
  const local = entryOf({ id: 'ollama', baseUrl: 'http://127.0.0.1:11434' });
  test.each<[string, SettingsChanges]>([
    ['always, beside a configured one', { discovery: { mode: 'always' }, providers: [local] }],
    ['where the configured one is off', { providers: [{ ...local, isEnabled: false }] }],
    ['where it is elsewhere and not declared', { providers: [{ ...local, baseUrl: 'http://192.0.2.7:11434' }] }],
    ['where only what is inside Wooster is configured', { providers: [entryOf({ id: 'embedded' })] }],
    ['where only a server for embeddings is', { providers: [{ ...local, tasks: ['embed'] }] }],
    ['where only a cloud is', { providers: [entryOf({ id: 'openai' })] }],
  ])('%s', async (_name, changes) => {
    const { discovery, entries } = await rigOver(changes);
    await discovery.ensure(NEVER);
    expect([...entries.keys()]).toEqual(['llamacpp']);
  });

  test('under local-only at this machine and nowhere else', async () => {
    const localOnly = { origin: 'a test' };
    const { discovery, clients, server } = await rigOver({ routing: { privacy: 'local-only', localOnly } });
    await discovery.ensure(NEVER);
    expect(clients).toEqual([[`http://127.0.0.1:${server.port}`]]);
  });
});
