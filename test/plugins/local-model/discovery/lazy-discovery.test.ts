import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { entryOf, settingsOf, type SettingsChanges } from './discovery-rig.ts';

const LAZY = resolve(import.meta.dirname, '../../../../plugins/local-model/discovery/lazy-discovery.ts');
const local = entryOf({ id: 'ollama', baseUrl: 'http://127.0.0.1:11434' });

/** What is asked of a search that is not loaded, under which settings. */
interface Case {
  readonly name: string;
  readonly changes: SettingsChanges;
  readonly isDisposed?: boolean;
}

/** Each in its turn; what an earlier one has imported would be counted for a later one, so the last alone imports. */
const CASES: readonly Case[] = [
  { name: 'off', changes: { discovery: { mode: 'off' } } },
  { name: 'without local models', changes: { discovery: { mode: 'always' }, routing: { isLocalEnabled: false } } },
  { name: 'with a configured server', changes: { providers: [local] } },
  {
    name: 'with a server that is declared local',
    changes: { providers: [entryOf({ id: 'x', isDeclaredLocal: true })] },
  },
  { name: 'disposed', changes: { discovery: { mode: 'always' } }, isDisposed: true },
  { name: 'with nothing configured', changes: {} },
];

/** What one case came to. */
interface Outcome {
  readonly imported: readonly string[];
  readonly refusal?: string;
}

/** A process of its own, whose imports are counted: in this one the search is loaded by other tests. */
const PROGRAM = `
import { registerHooks } from 'node:module';
const imported = [];
registerHooks({ load: (url, context, next) => (imported.push(url), next(url, context)) });
const { LazyDiscovery } = await import(process.argv[1]);
const outcomes = [];
for (const { settings, port, isDisposed } of JSON.parse(process.argv[2])) {
  const discovery = new LazyDiscovery({
    settings,
    ports: [port],
    extensions: { list: () => [], find: () => ({ locality: 'local' }), onChange: () => ({ dispose() {} }) },
    contribute: () => ({ dispose() {} }),
    clock: { now: Date.now, monotonic: () => performance.now() },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  if (isDisposed) await discovery.dispose();
  imported.length = 0;
  await discovery.ensure(new AbortController().signal);
  const { refusal } = discovery;
  await discovery.dispose();
  outcomes.push({ imported: [...imported], refusal });
}
process.stdout.write(JSON.stringify(outcomes));
`;

let listeners: readonly Server[] = [];
let connections: number[] = [];
let outcomes: readonly Outcome[] = [];

beforeAll(async () => {
  connections = CASES.map(() => 0);
  listeners = CASES.map((_, index) =>
    createServer((socket) => {
      connections[index]! += 1;
      socket.on('error', () => undefined).destroy();
    }),
  );
  const given = await Promise.all(
    CASES.map(async ({ changes, isDisposed }, index) => {
      const listener = listeners[index]!;
      await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
      return { settings: settingsOf(changes), port: (listener.address() as AddressInfo).port, isDisposed };
    }),
  );
  const words = ['--input-type=module', '-e', PROGRAM, LAZY, JSON.stringify(given)];
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 20_000 });
  outcomes = JSON.parse(stdout) as Outcome[];
}, 30_000);
afterAll(() => Promise.all(listeners.map((listener) => new Promise((closed) => listener.close(closed)))));

test.each(CASES.slice(0, -1).map(({ name }, index) => [name, index] as const))(
  '%s the search is not imported, and nobody is connected to',
  (_name, index) => {
    expect([outcomes[index]!.imported, connections[index]]).toEqual([[], 0]);
  },
);

test('with nothing configured the search is imported when it is first needed, and connects', () => {
  expect(outcomes.at(-1)!.imported.some((url) => url.endsWith('/server-discovery.ts'))).toBe(true);
  expect(connections.at(-1)).toBeGreaterThan(0);
});

test('why nothing is looked for is told without importing the search', () => {
  expect(outcomes.map(({ refusal }) => refusal)).toEqual([
    expect.stringContaining('discovery.mode is off'),
    expect.stringContaining('local models are off'),
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
