import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runCli } from '../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import type { DialectId } from '../fakes/model-server/protocol.ts';
import { discoveryRig } from '../plugins/local-model/discovery/discovery-rig.ts';
import { MINILM, prepareEmbeddingServer, startEmbeddingServer } from './servers/embedding-server.ts';
import { installedVersion } from './servers/installation.ts';
import { startLlamaServer } from './servers/llama-server.ts';
import { startMlxServer } from './servers/mlx-server.ts';
import { OLLAMA_NAMES, startOllama } from './servers/ollama.ts';
import type { RunningServer } from './servers/running-server.ts';

jest.setTimeout(240_000);

/** What a search prints of each server. */
interface Row {
  readonly engine: string;
  readonly name: string;
  readonly address: string;
  readonly state: string;
}

/** What the check of health prints of each provider. */
interface HealthRow {
  readonly state: string;
  readonly address?: string;
}

/** Engines that are not installed here are played. */
const PLAYED: Readonly<Partial<Record<DialectId, string>>> = {
  localai: 'LocalAI',
  lmstudio: 'LM Studio',
  vllm: 'vLLM',
  tei: 'text-embeddings-inference',
  infinity: 'infinity',
  'mlx-vlm': 'mlx-vlm',
  'mlx-omni-server': 'mlx-omni-server',
  'llama-cpp-python': 'llama-cpp-python',
  openai: 'an OpenAI-compatible server',
};

/** Versions that those who are played tell of themselves; the others tell none, or one of what they are made of. */
const PLAYED_VERSIONS: Readonly<Record<string, string>> = {
  LocalAI: 'v3.5.0',
  vLLM: '0.11.0',
  'text-embeddings-inference': '1.9.3',
  'mlx-vlm': '0.6.15',
  'llama-cpp-python': '0.3.35',
};

let real: Readonly<Record<string, RunningServer>> = {};
let played: readonly (readonly [name: string, server: FakeModelServer])[] = [];

beforeAll(async () => {
  await prepareEmbeddingServer();
  const [llama, ollama, mlx, embedding] = await Promise.all([
    startLlamaServer({ model: 'smollm2-135m', contextTokens: 512 }),
    startOllama({ models: ['smollm2-135m'], contextTokens: 512 }),
    startMlxServer(),
    startEmbeddingServer(),
  ]);
  real = { 'llama.cpp': llama, Ollama: ollama, 'mlx_lm.server': mlx, 'wooster-embedding-server': embedding };
  played = await Promise.all(
    Object.entries(PLAYED).map(async ([dialect, name]) => {
      return [name, await startFakeModelServer({ dialect: dialect as DialectId, models: ['m'] })] as const;
    }),
  );
}, 480_000);
afterAll(async () => {
  await Promise.all([...Object.values(real), ...played.map(([, server]) => server)].map((server) => server.stop()));
});

/** `host:port` of every server that runs, by the name it is to be told by. */
function addresses(): ReadonlyMap<string, string> {
  const all = [...Object.entries(real), ...played];
  return new Map(all.map(([name, { url }]) => [new URL(url).host, name]));
}

/** A workspace with nothing configured but where to look. */
function workspaceLookingAt(hosts: readonly string[], mode: 'auto' | 'always') {
  return makeCliWorkspace({ discovery: { mode, hosts } });
}

/** A search of this process at the given addresses that knows nothing of earlier ones. */
async function searchAt(hosts: readonly string[]) {
  const ports = hosts.map((host) => Number(new URL(`http://${host}`).port));
  const { discovery } = discoveryRig({ discovery: { mode: 'always' }, options: { ports } });
  const found = await discovery.discover(new AbortController().signal);
  discovery.dispose();
  return found;
}

describe('four real servers and those that are played', () => {
  test('are all told by their names at once', async () => {
    const wanted = addresses();
    await using workspace = await workspaceLookingAt([...wanted.keys()], 'always');
    const run = await runCli(workspace, ['models', '--discover', '--json']);
    const { servers, totalMs } = JSON.parse(run.stdout) as { servers: readonly Row[]; totalMs: number };
    process.stdout.write(`real: ${servers.length} servers were found in ${totalMs} ms\n`);
    const told = servers.filter(({ address }) => wanted.has(address)).map(({ address, name }) => [address, name]);
    expect(new Map(told as [string, string][])).toEqual(wanted);
    // A quarter of a second of work; the rest is the start of a process on a machine that may be busy.
    expect(totalMs).toBeLessThan(2_000);
  });

  test('are told with their versions, within a second once the client is loaded', async () => {
    const hosts = [...addresses().keys()];
    await searchAt(hosts);
    const { servers, totalMs } = await searchAt(hosts);
    const versions = Object.fromEntries(servers.map(({ name, version }) => [name, version]));
    process.stdout.write(`real: a warm search took ${totalMs.toFixed(0)} ms: ${JSON.stringify(versions)}\n`);
    expect(versions).toStrictEqual({
      ...Object.fromEntries([...addresses().values()].map((name) => [name, undefined])),
      ...PLAYED_VERSIONS,
      'llama.cpp': expect.stringMatching(/^b\d+-[0-9a-f]+$/),
      Ollama: installedVersion('ollama'),
      'wooster-embedding-server': expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(totalMs).toBeLessThan(1_000);
  });

  test('are told in less time where only the real ones are looked for', async () => {
    await using workspace = await workspaceLookingAt(
      Object.values(real).map(({ url }) => new URL(url).host),
      'always',
    );
    const run = await runCli(workspace, ['models', '--discover', '--json']);
    const { servers, totalMs } = JSON.parse(run.stdout) as { servers: readonly Row[]; totalMs: number };
    process.stdout.write(
      `real: ${servers.length} real servers were found in ${totalMs} ms, by a process that just began\n`,
    );
    expect(servers.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(real)));
    expect(totalMs).toBeLessThan(1_000);
  });

  test('are named by the check of health without being configured, and the one that may be a proxy is not used', async () => {
    const wanted = addresses();
    await using workspace = await workspaceLookingAt([...wanted.keys()], 'always');
    const { stdout } = await runCli(workspace, ['health-check', '--json'], { limitMs: 60_000 });
    const { providers } = JSON.parse(stdout) as { providers: readonly HealthRow[] };
    const ready = providers.filter(({ state }) => state === 'ready').map(({ address }) => new URL(address!).host);
    const used = [...wanted].flatMap(([address, name]) => (name === PLAYED.openai ? [] : [address]));
    expect(ready.toSorted()).toEqual(expect.arrayContaining(used.toSorted()));
    const generic = [...wanted].find(([, name]) => name === PLAYED.openai)![0];
    expect(ready).not.toContain(generic);
    expect(stdout).toContain(`found at ${generic}`);
  });

  test('are written down, and are configured from then on', async () => {
    await using workspace = await workspaceLookingAt([...addresses().keys()], 'always');
    const first = await runCli(workspace, ['models', '--discover', '--save', '--json']);
    const { saved } = JSON.parse(first.stdout) as { saved: readonly string[] };
    expect(saved).toEqual(expect.arrayContaining(['llamacpp', 'ollama', 'mlx', 'embedding-server', 'localai', 'vllm']));
    expect(saved).not.toContain('openai-compatible');
    const second = await runCli(workspace, ['models', '--discover', '--save', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({ saved: [] });
  });
});

/** Model, engine and address by provider. */
function configured() {
  return {
    chat: { model: 'smollm2-135m', kind: 'llamacpp', engine: /^llama\.cpp b\d+-/, server: real['llama.cpp']! },
    house: { model: OLLAMA_NAMES['smollm2-135m'], kind: 'ollama', engine: /^Ollama \d/, server: real.Ollama! },
    apple: { model: 'default_model', kind: 'mlx', engine: /^mlx_lm\.server$/, server: real['mlx_lm.server']! },
    words: {
      model: MINILM,
      kind: 'embedding-server',
      engine: /^wooster-embedding-server \d/,
      server: real['wooster-embedding-server']!,
    },
  };
}

function configuredHouse(): Promise<CliWorkspace> {
  const providers = Object.entries(configured()).map(([id, { kind, model, server }]) => {
    return [id, { kind, model, baseUrl: server.url }] as const;
  });
  return makeCliWorkspace({ providers: Object.fromEntries(providers) });
}

describe('with the four real servers configured', () => {
  test('the check of health names the engine of each', async () => {
    await using workspace = await configuredHouse();
    const { stdout, exitCode } = await runCli(workspace, ['health-check', '--json']);
    expect(exitCode).toBe(0);
    const { providers } = JSON.parse(stdout) as { providers: readonly object[] };
    expect(providers).toHaveLength(4);
    for (const [provider, { kind, engine, server }] of Object.entries(configured())) {
      const told = { provider, kind, address: server.url, state: 'ready', engine: expect.stringMatching(engine) };
      expect(providers).toContainEqual(expect.objectContaining(told));
    }
  });

  test('the list of models has those of each, at 80 columns', async () => {
    await using workspace = await configuredHouse();
    const { stdout, exitCode } = await runCli(workspace, ['models']);
    process.stdout.write(`real: models\n${stdout}\n`);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const [provider, { model }] of Object.entries(configured())) {
      const line = stdout.split('\n').find((each) => each.startsWith(`${provider}:${model} `));
      expect(line).toMatch(/ local +ready/);
    }
  });
});

describe('with nothing configured', () => {
  test.each(['llama.cpp', 'Ollama', 'mlx_lm.server'])(
    'a question is answered by the %s that is found',
    async (name) => {
      const host = new URL(real[name]!.url).host;
      await using workspace = await workspaceLookingAt([host], 'auto');
      const run = await runCli(workspace, ['ask', 'What is the capital of France?', '--json'], { limitMs: 120_000 });
      process.stdout.write(`real: found ${name} answered ${run.stdout.slice(0, 300)}\n`);
      expect(run.exitCode).toBe(0);
      expect(run.stdout).toMatch(/llamacpp:|ollama:|mlx:/);
    },
  );
});
