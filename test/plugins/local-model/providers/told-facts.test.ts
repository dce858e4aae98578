import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ModelInfo } from 'wooster';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { lmstudio } from '../../../../plugins/local-model/providers/presets/lmstudio.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { ggufBytes } from '../memory/gguf/gguf-bytes.ts';
import { makeProvider } from './preset-setup.ts';

const signal = new AbortController().signal;
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function start(options: Parameters<typeof startFakeModelServer>[0]): Promise<FakeModelServer> {
  const server = await startFakeModelServer(options);
  undo.push(() => server.stop());
  return server;
}

type Preset = Parameters<typeof makeProvider>[0];

async function listTwice(preset: Preset, server: FakeModelServer): Promise<{ model: ModelInfo; again: ModelInfo }> {
  const { provider, dispose } = makeProvider(preset, {
    baseUrl: server.url,
    permits: createPermitOffice(),
    options: {},
  });
  undo.push(dispose);
  const [model] = await provider.listModels(signal);
  const [again] = await provider.listModels(signal);
  return { model: model!, again: again! };
}

describe('facts that servers tell of their models', () => {
  test('Ollama tells shape and licence, and is asked once for each model', async () => {
    const server = await start({ dialect: 'ollama', models: ['smol:latest'] });
    await server.script([{ match: { path: '/api/show' }, replay: 'ollama-0.34-show-smol' }]);
    const { again } = await listTwice(ollama, server);
    expect(again).toMatchObject({
      shape: { value: { layers: 30, kvHeads: 3, keyLength: 64, embeddingLength: 576 }, origin: 'server' },
      licence: { value: 'apache-2.0', origin: 'server' },
    });
    expect((await server.requests()).filter(({ path }) => path === '/api/show')).toHaveLength(1);
  }, 30_000);

  test('llama-server on this machine names its file, whose header tells the rest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'told-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const id = join(folder, 'model');
    const values = {
      'general.architecture': 'llama',
      'general.license': 'mit',
      'general.file_type': 15,
      'llama.block_count': 2,
      'llama.embedding_length': 64,
      'llama.attention.head_count': 2,
    };
    await writeFile(`${id}.gguf`, ggufBytes(values));
    const server = await start({ dialect: 'llamacpp', models: [id] });
    const { model } = await listTwice(llamacpp, server);
    expect(model).toMatchObject({
      file: { value: `${id}.gguf`, origin: 'server' },
      shape: { value: { layers: 2, kvHeads: 2, keyLength: 32 }, origin: 'server' },
      licence: { value: 'mit', origin: 'server' },
      quantization: { value: 'Q4_K_M', origin: 'server' },
    });
  }, 30_000);

  test('llama-server whose file cannot be read is listed with what it tells itself', async () => {
    const server = await start({ dialect: 'llamacpp', models: ['m'] });
    const { model } = await listTwice(llamacpp, server);
    expect(model.modelId).toBe('m');
    expect(model.file).toBeUndefined();
    expect(model.shape).toBeUndefined();
  }, 30_000);

  test('LM Studio tells size and parameters on its newer routes', async () => {
    const server = await start({ dialect: 'lmstudio', models: ['m'] });
    const { model } = await listTwice(lmstudio, server);
    expect(model.sizeBytes).toMatchObject({ origin: 'server', value: expect.any(Number) });
    expect(model.parameterCount).toMatchObject({ origin: 'server' });
    expect(model.contextTokens).toBeDefined();
  }, 30_000);
});
