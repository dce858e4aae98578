import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEmbeddingEngine } from '../../plugins/local-model/engine/create-engine.ts';
import { CANARY_TEXTS, compareCanaries } from '../../src/kernel/spaces/canaries.ts';
import { MINILM, MINILM_FP32, minilmFolder } from './servers/embedding-server.ts';
import { vectorsOf } from './servers/embedding-wire.ts';
import { installationFolder } from './servers/installation.ts';

const LIMIT_MS = 60_000;

/** Weights in a folder, and how one vector is made of those of the tokens. */
interface Build {
  readonly folder: string;
  readonly file: string;
  readonly pooling: 'mean' | 'cls';
}

const INT8: Build = { folder: join(minilmFolder(), MINILM), file: 'model_quantized.onnx', pooling: 'mean' };
const FP32: Build = { folder: join(minilmFolder(), MINILM_FP32), file: 'model.onnx', pooling: 'mean' };

/** Another model of 384 numbers, which `scripts/real-servers/install.sh bge` fetches. */
const BGE: Build = {
  folder: join(installationFolder(), 'bge-small'),
  file: 'model_quantized.onnx',
  pooling: 'cls',
};

/** What a build makes of the canary texts in an engine of its own. */
async function canariesOf({ folder, file, pooling }: Build): Promise<Float32Array> {
  const engine = createEmbeddingEngine({
    modelId: 'canaries',
    modelPath: join(folder, 'onnx', file),
    tokenizerPath: join(folder, 'tokenizer.json'),
    enginePackage: '@huggingface/transformers',
    modelType: 'bert',
    threads: 1,
    dimensions: 384,
    maxTokens: 256,
    pooling,
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions: [],
    digest: 'sha256:of the test',
    loadTimeoutMs: LIMIT_MS,
  });
  try {
    const { baseUrl, apiKey } = await engine.endpoint(AbortSignal.timeout(LIMIT_MS));
    const asked = { model: 'canaries', input: [...CANARY_TEXTS] };
    const vectors = await vectorsOf(baseUrl.replace(/\/v1$/, ''), asked, apiKey);
    return Float32Array.from(vectors.flatMap((vector) => [...vector]));
  } finally {
    await engine.dispose();
  }
}

function compare(what: string, one: Float32Array, other: Float32Array): ReturnType<typeof compareCanaries> {
  const found = compareCanaries(one, other);
  process.stdout.write(`real: canaries of ${what}: ${found.verdict}, lowest cosine ${found.cosine.toFixed(6)}\n`);
  return found;
}

describe('the canaries of real models', () => {
  test(
    'are the same for the same weights, near for another quantisation, and far for another model of the same length',
    async () => {
      const [int8, again, fp32] = [await canariesOf(INT8), await canariesOf(INT8), await canariesOf(FP32)];
      expect(compare('int8 twice', int8, again)).toMatchObject({ verdict: 'same' });
      expect(compare('int8 against fp32', int8, fp32)).toMatchObject({ verdict: 'near' });
      expect(compare('fp32 against int8', fp32, int8)).toMatchObject({ verdict: 'near' });
      const otherPooling = await canariesOf({ ...FP32, pooling: 'cls' });
      expect(compare('mean against cls pooling', fp32, otherPooling)).toMatchObject({ verdict: 'far' });
      expect(compare('all-MiniLM-L6-v2 against bge-small', int8, await canariesOf(BGE))).toMatchObject({
        verdict: 'far',
      });
    },
    LIMIT_MS,
  );
});
