import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DiscoveredServer, Discovery } from '../../../plugins/local-model/discovery/discovered-server.ts';
import { runCli } from '../../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import type { DialectId } from '../../fakes/model-server/protocol.ts';
import { discoveryRig } from '../../plugins/local-model/discovery/discovery-rig.ts';
import { MINILM, prepareEmbeddingServer, startEmbeddingServer } from '../servers/embedding-server.ts';
import { installedVersion } from '../servers/installation.ts';
import { startLlamaServer } from '../servers/llama-server.ts';
import { startMlxServer } from '../servers/mlx-server.ts';
import { OLLAMA_NAMES, startOllama } from '../servers/ollama.ts';
import type { RunningServer } from '../servers/running-server.ts';

jest.setTimeout(60_000);

/** What is told of one server, as far as this test looks at it. */
type Told = Pick<DiscoveredServer, 'engine' | 'name' | 'version' | 'state'>;

/** Engines that are not installed here are played, and told by these names and versions. */
const PLAYED: Readonly<Partial<Record<DialectId, Omit<Told, 'state'>>>> = {
  lmstudio: { engine: 'lmstudio', name: 'LM Studio' },
  localai: { engine: 'localai', name: 'LocalAI', version: 'v3.5.0' },
  vllm: { engine: 'vllm', name: 'vLLM', version: '0.11.0' },
  tei: { engine: 'tei', name: 'text-embeddings-inference', version: '1.9.3' },
  infinity: { engine: 'infinity', name: 'infinity' },
  'mlx-vlm': { engine: 'mlx-vlm', name: 'mlx-vlm', version: '0.6.15' },
  'llama-cpp-python': { engine: 'llama-cpp-python', name: 'llama-cpp-python', version: '0.3.35' },
  openai: { engine: 'openai-compatible', name: 'an OpenAI-compatible server' },
};

/** Real servers by their kind. */
let real: Readonly<Record<string, RunningServer>> = {};
let played: readonly (readonly [dialect: DialectId, server: FakeModelServer])[] = [];

beforeAll(async () => {
  await prepareEmbeddingServer();
  const [llamacpp, ollama, mlx, embedding] = await Promise.all([
    startLlamaServer({ model: 'smollm2-135m', contextTokens: 512 }),
    startOllama({ models: ['smollm2-135m'], contextTokens: 512 }),
    startMlxServer(),
    startEmbeddingServer(),
  ]);
  real = { llamacpp, ollama, mlx, 'embedding-server': embedding };
  const dialects = Object.keys(PLAYED) as DialectId[];
  played = await Promise.all(
    dialects.map(async (dialect) => [dialect, await startFakeModelServer({ dialect, models: ['m'] })] as const),
  );
}, 400_000);
afterAll(async () => {
  await Promise.all([...Object.values(real), ...played.map(([, server]) => server)].map((server) => server.stop()));
});

/** The version that the embedding server tells of itself. */
async function embeddingServerVersion(): Promise<string> {
  const response = await fetch(`${real['embedding-server']!.url}/health`, { signal: AbortSignal.timeout(5_000) });
  return ((await response.json()) as { version: string }).version;
}

function hostOf(kind: string): string {
  return new URL(real[kind]!.url).host;
}

/** What is to be told, by `host:port`. */
async function expectations(): Promise<Readonly<Record<string, Omit<Told, 'state'>>>> {
  return {
    [hostOf('llamacpp')]: {
      engine: 'llamacpp',
      name: 'llama.cpp',
      version: expect.stringMatching(/^b\d+-[0-9a-f]+$/) as unknown as string,
    },
    [hostOf('ollama')]: { engine: 'ollama', name: 'Ollama', version: installedVersion('ollama') },
    [hostOf('mlx')]: { engine: 'mlx', name: 'mlx_lm.server', version: undefined },
    [hostOf('embedding-server')]: {
      engine: 'embedding-server',
      name: 'wooster-embedding-server',
      version: await embeddingServerVersion(),
    },
    ...Object.fromEntries(played.map(([dialect, { port }]) => [`127.0.0.1:${port}`, PLAYED[dialect]!])),
  };
}

/** A search at the given addresses that knows nothing of earlier ones. */
async function searchAt(addresses: readonly string[]): Promise<Discovery & { readonly unused: readonly string[] }> {
  const ports = addresses.map((address) => Number(address.split(':')[1]));
  const { discovery, entries } = discoveryRig({ discovery: { mode: 'always' }, options: { ports } });
  const found = await discovery.discover(new AbortController().signal);
  const unused = [...entries.values()].filter(({ isEnabled }) => !isEnabled).map(({ kind }) => kind);
  discovery.dispose();
  return { ...found, unused };
}

test('four real servers and eight that are played are all told rightly, within a second', async () => {
  const wanted = await expectations();
  // The client loads its engine once in a process.
  await searchAt(Object.keys(wanted));
  const { servers, totalMs, unused } = await searchAt(Object.keys(wanted));
  const lines = servers.map(({ name, version = '', latencyMs }) => `  ${name} ${version} ${latencyMs.toFixed(0)} ms`);
  process.stdout.write(`real: ${servers.length} servers told in ${totalMs.toFixed(0)} ms\n${lines.join('\n')}\n`);
  expect(Object.fromEntries(servers.map((server) => [server.address, server]))).toEqual(
    Object.fromEntries(
      Object.entries(wanted).map(([address, each]) => [address, expect.objectContaining({ ...each, state: 'ready' })]),
    ),
  );
  expect(unused).toEqual(['openai-compatible']);
  expect(totalMs).toBeLessThan(1_000);
});

/** A workspace in which the four real servers are written down by their kinds. */
function configuredHouse(): Promise<CliWorkspace> {
  const models: Readonly<Record<string, string>> = {
    llamacpp: 'smollm2-135m',
    ollama: OLLAMA_NAMES['smollm2-135m'],
    mlx: 'default_model',
  };
  const providers = Object.entries(real).map(([kind, { url }]) => {
    return [`my-${kind}`, { kind, baseUrl: url, model: models[kind] }] as const;
  });
  return makeCliWorkspace({ providers: Object.fromEntries(providers) });
}

/** How the check of health calls each engine. */
const ENGINES: Readonly<Record<string, RegExp>> = {
  llamacpp: /^llama\.cpp b\d+-[0-9a-f]+$/,
  ollama: /^Ollama \d+\.\d+\.\d+$/,
  mlx: /^mlx_lm\.server$/,
  'embedding-server': /^wooster-embedding-server \d+\.\d+\.\d+$/,
};

/** The lines that are wider than the terminal. */
function linesTooLong(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 80);
}

describe('with the four real servers configured', () => {
  test('the check of health names each with its engine, its address and its models', async () => {
    await using workspace = await configuredHouse();
    const [shown, told] = [
      await runCli(workspace, ['health-check']),
      await runCli(workspace, ['health-check', '--json']),
    ];
    process.stdout.write(`real: health-check\n${shown.stdout}\n`);
    expect([shown.exitCode, told.exitCode, linesTooLong(shown.stdout)]).toEqual([0, 0, []]);
    const { providers } = JSON.parse(told.stdout) as {
      providers: readonly { provider: string; address: string; engine: string; state: string; models: object[] }[];
    };
    expect(Object.fromEntries(providers.map((each) => [each.provider, each]))).toEqual(
      Object.fromEntries(
        Object.entries(real).map(([kind, { url }]) => [
          `my-${kind}`,
          expect.objectContaining({
            kind,
            address: url,
            state: 'ready',
            engine: expect.stringMatching(ENGINES[kind]!),
            models: expect.arrayContaining([expect.anything()]),
          }),
        ]),
      ),
    );
  });

  test('the list of models has those of each under its provider, and nothing is silent', async () => {
    await using workspace = await configuredHouse();
    const [shown, told] = [await runCli(workspace, ['models']), await runCli(workspace, ['models', '--json'])];
    process.stdout.write(`real: models\n${shown.stdout}\n`);
    expect([shown.exitCode, told.exitCode, linesTooLong(shown.stdout)]).toEqual([0, 0, []]);
    const { models, silent } = JSON.parse(told.stdout) as { models: readonly object[]; silent: readonly unknown[] };
    expect(silent).toEqual([]);
    const wanted = [
      { model: 'my-llamacpp:smollm2-135m', kinds: ['text'], isLoaded: true },
      { model: `my-ollama:${OLLAMA_NAMES['smollm2-135m']}`, kinds: ['text'] },
      { model: 'my-mlx:default_model' },
      { model: `my-embedding-server:${MINILM}`, kinds: ['embedding'] },
    ];
    for (const each of wanted) {
      expect(models).toContainEqual(expect.objectContaining({ ...each, locality: 'local', state: 'ready' }));
      expect(shown.stdout).toContain(each.model);
    }
  });
});
