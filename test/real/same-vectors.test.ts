import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEmbeddingEngine } from '../../plugins/local-model/engine/create-engine.ts';
import { cosine } from './embedded-embedder.ts';
import { TEXTS } from './embedding-texts.ts';
import {
  MINILM,
  MINILM_FP32,
  minilmFolder,
  prepareEmbeddingServer,
  startEmbeddingServer,
} from './servers/embedding-server.ts';
import { fromBase64, vectorsOf } from './servers/embedding-wire.ts';
import { startLlamaServer } from './servers/llama-server.ts';
import { OLLAMA_NAMES, startOllama } from './servers/ollama.ts';
import type { RunningServer } from './servers/running-server.ts';

const LIMIT_MS = 240_000;
const PREPARE_LIMIT_MS = 400_000;
const LEAST_COSINE = 0.999;

/** What the same server answered on sentence-transformers, whose packages are too large to be installed for a test. */
const RECORDING = resolve(import.meta.dirname, '../fixtures/vectors/sentence-transformers-6.2.0.json');

let python: RunningServer;
let floats: Float32Array[];
let integers: Float32Array[];

/** The least cosine between two sets of vectors, printed, because the figure is what this test is for. */
function leastCosine(what: string, one: readonly Float32Array[], other: readonly Float32Array[]): number {
  expect(other).toHaveLength(one.length);
  const least = Math.min(...one.map((vector, index) => cosine(vector, other[index]!)));
  process.stdout.write(`real: embedding server (onnxruntime) and ${what}: cosine ${least.toFixed(6)} or more\n`);
  return least;
}

async function embeddedVectors(model: string, file: string): Promise<Float32Array[]> {
  const folder = join(minilmFolder(), model);
  const engine = createEmbeddingEngine({
    modelId: model,
    modelPath: join(folder, 'onnx', file),
    tokenizerPath: join(folder, 'tokenizer.json'),
    enginePackage: '@huggingface/transformers',
    modelType: 'bert',
    threads: 1,
    dimensions: 384,
    maxTokens: 256,
    pooling: 'mean',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions: [],
    digest: 'sha256:of the test',
    loadTimeoutMs: 60_000,
  });
  try {
    const { baseUrl, apiKey } = await engine.endpoint(AbortSignal.timeout(60_000));
    return await vectorsOf(baseUrl.replace(/\/v1$/, ''), { model, input: TEXTS }, apiKey);
  } finally {
    await engine.dispose();
  }
}

async function serverVectors(start: Promise<RunningServer>, model: string): Promise<[string, Float32Array[]]> {
  const server = await start;
  try {
    return [server.version, await vectorsOf(server.url, { model, input: TEXTS })];
  } finally {
    await server.kill();
  }
}

beforeAll(async () => {
  await prepareEmbeddingServer();
  python = await startEmbeddingServer();
  floats = await vectorsOf(python.url, { model: MINILM_FP32, input: TEXTS });
  integers = await vectorsOf(python.url, { model: MINILM, input: TEXTS });
}, PREPARE_LIMIT_MS);
afterAll(() => python?.kill(), LIMIT_MS);

describe('the vectors of the embedding server', () => {
  test(
    'are those of the embedded engine with the same weights, as shipped and in 32-bit floats',
    async () => {
      const shipped = await embeddedVectors(MINILM, 'model_quantized.onnx');
      expect(leastCosine('the embedded engine, int8', integers, shipped)).toBeGreaterThan(LEAST_COSINE);
      const whole = await embeddedVectors(MINILM_FP32, 'model.onnx');
      expect(leastCosine('the embedded engine, fp32', floats, whole)).toBeGreaterThan(LEAST_COSINE);
    },
    LIMIT_MS,
  );

  test(
    'are those of llama-server with the same weights',
    async () => {
      const options = { contextTokens: 512, extraArguments: ['--embeddings', '-b', '512', '-ub', '512'] };
      const [version, vectors] = await serverVectors(startLlamaServer({ model: MINILM_FP32, ...options }), MINILM_FP32);
      expect(leastCosine(version, floats, vectors)).toBeGreaterThan(LEAST_COSINE);
    },
    LIMIT_MS,
  );

  test(
    'are those of Ollama with the same weights',
    async () => {
      const start = startOllama({ models: [MINILM_FP32], contextTokens: 512 });
      const [version, vectors] = await serverVectors(start, OLLAMA_NAMES[MINILM_FP32]);
      expect(leastCosine(version, floats, vectors)).toBeGreaterThan(LEAST_COSINE);
    },
    LIMIT_MS,
  );

  test('are those of sentence-transformers with the same weights, as recorded', async () => {
    const recording = JSON.parse(await readFile(RECORDING, 'utf8')) as { texts: string[]; vectors: string[] };
    expect(recording.texts).toEqual(TEXTS);
    const recorded = recording.vectors.map(fromBase64);
    expect(leastCosine('sentence-transformers 6.2.0, recorded', floats, recorded)).toBeGreaterThan(LEAST_COSINE);
  });

  test('are nearly the same for weights of 8 and of 32 bits, which yet are two spaces', () => {
    expect(leastCosine('itself, int8 against fp32', floats, integers)).toBeGreaterThan(0.995);
  });
});
