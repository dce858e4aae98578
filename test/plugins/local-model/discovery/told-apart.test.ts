import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DiscoveredServer } from '../../../../plugins/local-model/discovery/discovered-server.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { DialectId, FakeServerOptions, Rule } from '../../../fakes/model-server/protocol.ts';
import { discoveryRig, FINDABLE_KINDS } from './discovery-rig.ts';

/** Clouds are not found on a machine. */
type LocalDialect = Exclude<DialectId, 'anthropic' | 'gemini' | 'openrouter'>;

type LocalServerOptions = FakeServerOptions & { dialect: LocalDialect };

/** What each dialect is to be called, and the kind that serves it. */
const ENGINES: Readonly<
  Record<LocalDialect, { readonly engine: string; readonly name: string; readonly version?: string }>
> = {
  localai: { engine: 'localai', name: 'LocalAI', version: 'v3.5.0' },
  ollama: { engine: 'ollama', name: 'Ollama', version: '0.34.4' },
  llamacpp: { engine: 'llamacpp', name: 'llama.cpp', version: 'b10068-571d0d5' },
  tei: { engine: 'tei', name: 'text-embeddings-inference', version: '1.9.3' },
  lmstudio: { engine: 'lmstudio', name: 'LM Studio' },
  vllm: { engine: 'vllm', name: 'vLLM', version: '0.11.0' },
  infinity: { engine: 'infinity', name: 'infinity' },
  'embedding-server': { engine: 'embedding-server', name: 'wooster-embedding-server', version: '0.1.0' },
  mlx: { engine: 'mlx', name: 'mlx_lm.server' },
  'mlx-vlm': { engine: 'mlx-vlm', name: 'mlx-vlm', version: '0.6.15' },
  'mlx-omni-server': { engine: 'mlx-omni-server', name: 'mlx-omni-server' },
  'llama-cpp-python': { engine: 'llama-cpp-python', name: 'llama-cpp-python', version: '0.3.35' },
  openai: { engine: 'openai-compatible', name: 'an OpenAI-compatible server' },
};
const DIALECTS = Object.keys(ENGINES) as LocalDialect[];

/** What makes a LocalAI say at its root what Ollama says (`LOCALAI_OLLAMA_API_ROOT_ENDPOINT`). */
const OLLAMA_ROOT: Rule = {
  match: { path: '/' },
  fault: { kind: 'status', status: 200, body: 'Ollama is running', headers: { 'content-type': 'text/plain' } },
};

let servers: readonly FakeModelServer[] = [];

beforeAll(async () => {
  servers = await Promise.all(DIALECTS.map((dialect) => startFakeModelServer({ dialect, models: ['m'] })));
}, 60_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

/** Lets the servers be what is given, one after another, and looks at these alone. */
async function find(options: readonly FakeServerOptions[]): Promise<readonly DiscoveredServer[]> {
  const used = servers.slice(0, options.length);
  await Promise.all(used.map((server, index) => server.reset({ models: ['m'], ...options[index]! })));
  const { discovery } = discoveryRig({ options: { ports: used.map(({ port }) => port) } });
  const { servers: found } = await discovery.discover(new AbortController().signal);
  discovery.dispose();
  return found;
}

test('every kind of server that can be configured can be found', () => {
  expect(
    Object.values(ENGINES)
      .map(({ engine }) => engine)
      .sort(),
  ).toEqual([...FINDABLE_KINDS].sort());
});

test.each(DIALECTS)('%s alone is told by its name, with its version and its models', async (dialect) => {
  const [found] = await find([{ dialect }]);
  expect(found).toMatchObject({ ...ENGINES[dialect], state: 'ready', isLocked: false, isDeclared: false });
  expect(found!.models!.map((id) => id.replace(/:latest$/, ''))).toEqual(['m']);
  const asked = await servers[0]!.requests();
  expect(asked.every(({ method }) => method === 'GET')).toBe(true);
});

test('all of them at once are told apart in whatever order they were started', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(DIALECTS, { minLength: DIALECTS.length }), async (order) => {
      const found = await find(order.map((dialect) => ({ dialect })));
      const notes = found.flatMap(({ name, note }) => (name === 'unknown server' ? [note] : []));
      expect([found.map(({ name }) => name), notes]).toEqual([order.map((dialect) => ENGINES[dialect].name), []]);
    }),
    { numRuns: 6, seed: 20_261_128 },
  );
}, 60_000);

describe('a pair that is easily mixed up', () => {
  test('a LocalAI that imitates Ollama wholly, and an Ollama', async () => {
    const imitation: LocalServerOptions = { dialect: 'localai', rules: [OLLAMA_ROOT] };
    for (const order of [
      [imitation, { dialect: 'ollama' }],
      [{ dialect: 'ollama' }, imitation],
    ] satisfies LocalServerOptions[][]) {
      const names = (await find(order)).map(({ name }) => name);
      expect(names).toEqual(order.map(({ dialect }) => ENGINES[dialect].name));
    }
  });

  test('a LocalAI that imitates Ollama wholly and still starts, and one that wants a key', async () => {
    const starting: Rule = {
      match: { path: '/readyz' },
      fault: { kind: 'status', status: 503, body: { status: 'starting', reason: 'startup preload in progress' } },
    };
    const found = await find([
      { dialect: 'localai', rules: [starting, OLLAMA_ROOT] },
      { dialect: 'localai', rules: [OLLAMA_ROOT], key: 'secret' },
    ]);
    expect(found).toMatchObject([
      { name: 'LocalAI', state: 'loading' },
      { name: 'LocalAI', state: 'misconfigured', isLocked: true, note: expect.stringContaining('apiKey') },
    ]);
  });

  test('an Ollama whose route that LocalAI alone knows is silent is not called Ollama', async () => {
    const silent: Rule = { match: { path: '/readyz' }, fault: { kind: 'hang-before-headers' } };
    await servers[0]!.reset({ dialect: 'ollama', rules: [silent] });
    const { discovery } = discoveryRig({ options: { ports: [servers[0]!.port], budgetMs: 300 } });
    const [found] = (await discovery.discover(new AbortController().signal)).servers;
    expect(found).toMatchObject({ name: 'unknown server', isCutShort: true });
  });

  test('mlx_lm.server, llama-server and mlx-vlm, which share a port', async () => {
    const order: LocalServerOptions[] = [{ dialect: 'mlx' }, { dialect: 'llamacpp' }, { dialect: 'mlx-vlm' }];
    for (const each of [order, order.toReversed()]) {
      expect((await find(each)).map(({ name }) => name)).toEqual(each.map(({ dialect }) => ENGINES[dialect].name));
    }
  });

  test('a llama-server with a model, one that loads it, one with a key, and a router', async () => {
    const found = await find([
      { dialect: 'llamacpp' },
      { dialect: 'llamacpp', rules: [{ fault: { kind: 'loading', requests: 1000 } }] },
      { dialect: 'llamacpp', key: 'secret' },
      { dialect: 'llamacpp', isRouter: true, models: ['a', 'b'] },
    ]);
    expect(found).toMatchObject([
      { engine: 'llamacpp', name: 'llama.cpp', state: 'ready' },
      { engine: 'llamacpp', name: 'llama.cpp', state: 'loading' },
      { engine: 'llamacpp', name: 'llama.cpp', state: 'misconfigured', isLocked: true },
      { engine: 'llamacpp', name: 'llama.cpp router', state: 'ready', models: ['a', 'b'] },
    ]);
  });

  test('an mlx_lm.server without a cache of the hub tells no model, and is asked for the one it was started with', async () => {
    await servers[0]!.reset({ dialect: 'mlx', models: [] });
    const { discovery, entries } = discoveryRig({ options: { ports: [servers[0]!.port] } });
    await discovery.ensure(new AbortController().signal);
    expect(entries.get('mlx')).toMatchObject({ kind: 'mlx', model: 'default_model', isEnabled: true });
    discovery.dispose();
  });
});
