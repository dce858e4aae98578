import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ModelLifecycle, ProviderDescriptor } from 'wooster';
import { llamacpp } from '../../plugins/local-model/providers/presets/llamacpp.ts';
import { ollama } from '../../plugins/local-model/providers/presets/ollama.ts';
import { makeProvider } from '../plugins/local-model/providers/preset-setup.ts';
import { installationFolder, modelFile } from './servers/installation.ts';
import { ModelRegistry } from './servers/model-registry.ts';
import { OLLAMA_NAMES, startOllama } from './servers/ollama.ts';
import { startServer } from './servers/running-server.ts';

const TEST_LIMIT_MS = 180_000;
const WEIGHTS = randomBytes(4_000_000);
const HALF = 2_000_000;
const signal = new AbortController().signal;
const ended: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ended.toReversed()) await end();
}, 30_000);

function lifecycleOf(descriptor: ProviderDescriptor, baseUrl: string): ModelLifecycle {
  const { provider, dispose } = makeProvider(descriptor, { baseUrl, isDeclaredLocal: true });
  ended.push(dispose);
  return provider.lifecycle!;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lifecycle-'));
  ended.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('the real Ollama', () => {
  test(
    'goes on with a pull that was broken off, and fetches nothing twice',
    async () => {
      const registry = await ModelRegistry.start(WEIGHTS);
      ended.push(() => registry.close());
      const server = await startOllama({ models: [], environment: { OLLAMA_MODELS: await temporaryFolder() } });
      ended.push(() => server.kill());
      const lifecycle = lifecycleOf(ollama, server.url);

      registry.stallsAfter = HALF;
      const controller = new AbortController();
      const broken = lifecycle.pull!(registry.model, {
        signal: controller.signal,
        onProgress: ({ done }) => void (done >= HALF && controller.abort()),
      });
      await expect(broken).rejects.toMatchObject({ code: 'E_CANCELLED' });

      registry.stallsAfter = undefined;
      const told: number[] = [];
      await lifecycle.pull!(registry.model, { signal, onProgress: ({ done }) => void told.push(done) });
      expect(registry.served).toEqual([
        { from: 0, sent: HALF },
        { from: HALF, sent: WEIGHTS.length - HALF },
      ]);
      expect(told).toEqual(told.toSorted((left, right) => left - right));
      expect(told.find((done) => done > 0)).toBeGreaterThanOrEqual(HALF);
      expect(told.at(-1)).toBeGreaterThanOrEqual(WEIGHTS.length);

      // A model that is whole is asked for again: the manifest is read, the layer is not.
      await lifecycle.pull!(registry.model, { signal, onProgress: () => {} });
      expect(registry.served).toHaveLength(2);
    },
    TEST_LIMIT_MS,
  );

  test(
    'loads and unloads models for chat and for embeddings, and tells which are in memory',
    async () => {
      const server = await startOllama({ models: ['smollm2-135m', 'all-minilm-l6-v2-fp32'] });
      ended.push(() => server.kill());
      const lifecycle = lifecycleOf(ollama, server.url);
      for (const model of [OLLAMA_NAMES['smollm2-135m'], OLLAMA_NAMES['all-minilm-l6-v2-fp32']]) {
        await lifecycle.load!(model, signal);
        const loaded = (await lifecycle.loaded!(signal)).find(({ modelId }) => modelId === model);
        // This build tells a size of 0, which is no size.
        expect(loaded?.sizeBytes ?? 1).toBeGreaterThan(0);
        expect(loaded?.expiresAt).toBeGreaterThan(Date.now());
        await lifecycle.unload!(model, signal);
        expect((await lifecycle.loaded!(signal)).map(({ modelId }) => modelId)).not.toContain(model);
      }
      await expect(lifecycle.load!('nobody:knows', signal)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
      const failing = lifecycle.pull!('http://127.0.0.1:1/library/none', { signal, onProgress: () => {} });
      await expect(failing).rejects.toMatchObject({
        name: expect.stringMatching(/Error$/),
        code: expect.stringMatching(/^E_/),
      });
    },
    TEST_LIMIT_MS,
  );
});

describe('the real llama-server as a router', () => {
  test(
    'loads and unloads models, one in the place of the other where it has one place',
    async () => {
      const presets = join(await temporaryFolder(), 'models.ini');
      const model = modelFile('smollm2-135m');
      const section = (name: string): string => `[${name}]\nmodel = ${model}\nctx-size = 512\nthreads = 1\n`;
      await writeFile(presets, `${section('one')}\n${section('two')}`);
      const folder = join(installationFolder(), 'llamacpp', 'bin');
      const server = await startServer({
        version: 'llama-server',
        command: (port) => [
          join(folder, 'llama-server'),
          ...`--host 127.0.0.1 --port ${port} --offline --no-webui --device none`.split(' '),
          ...`--models-preset ${presets} --models-max 1 --no-models-autoload`.split(' '),
        ],
        environment: () => ({ LD_LIBRARY_PATH: folder, HOME: tmpdir() }),
        readyPath: '/health',
        readyLimitMs: 60_000,
      });
      ended.push(() => server.kill());
      const lifecycle = lifecycleOf(llamacpp, server.url);
      await lifecycle.load!('one', signal);
      expect(await lifecycle.loaded!(signal)).toMatchObject([{ modelId: 'one', contextTokens: 512 }]);
      // It puts the first out, since only one has a place.
      await lifecycle.load!('two', signal);
      expect(await lifecycle.loaded!(signal)).toMatchObject([{ modelId: 'two' }]);
      await lifecycle.unload!('two', signal);
      expect(await lifecycle.loaded!(signal)).toEqual([]);
      await expect(lifecycle.load!('nope', signal)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    },
    TEST_LIMIT_MS,
  );
});
