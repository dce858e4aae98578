import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createEmbeddingEngine } from '../../../plugins/local-model/engine/create-engine.ts';
import { spaceOf } from '../../../src/embeddings/space.ts';
import type {
  EmbeddingsFactory,
  EmbeddingSpace,
  EmbedOptions,
  KnowledgeStore,
  SpaceBoundEmbeddings,
  TokenCounts,
} from '../../../src/index.ts';
import { StoreRig } from '../../stores/support/store-rig.ts';
import { MINILM, minilmFolder } from '../servers/embedding-server.ts';
import { vectorsOf } from '../servers/embedding-wire.ts';
import { installationFolder } from '../servers/installation.ts';
import { startLlamaServer } from '../servers/llama-server.ts';
import { FreeEmbeddings } from './free-embeddings.ts';

const START_LIMIT_MS = 60_000;
const CHARACTERS_A_TOKEN = 3;

/** A real model that embeds, until it is disposed. */
export interface RealEmbedder {
  readonly embeddings: SpaceBoundEmbeddings;
  dispose(): Promise<void>;
}

/** Embeddings of a server, request by request. */
class WireEmbeddings extends FreeEmbeddings {
  /** Small windows, so that a run can be broken off several times. */
  readonly limits = { inputs: 2, tokensPerInput: 256, tokensPerRequest: 512 };
  readonly #server: { readonly url: string; readonly model: string; readonly key?: string };

  constructor(space: EmbeddingSpace, server: { readonly url: string; readonly model: string; readonly key?: string }) {
    super(space);
    this.#server = server;
  }

  async embed(texts: readonly string[], { signal, onProgress }: EmbedOptions): Promise<readonly Float32Array[]> {
    const { url, model, key } = this.#server;
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += this.limits.inputs) {
      signal.throwIfAborted();
      vectors.push(...(await vectorsOf(url, { model, input: texts.slice(at, at + this.limits.inputs) }, key)));
      onProgress?.(vectors.length, texts.length);
    }
    return vectors;
  }

  countTokens(texts: readonly string[]): Promise<TokenCounts> {
    const counts = texts.map(({ length }) => Math.ceil(length / CHARACTERS_A_TOKEN) + 2);
    return Promise.resolve({ counts, precision: 'estimate' });
  }
}

function spaceNamed(name: string, dimensions: number, pooling: 'mean' | 'cls'): EmbeddingSpace {
  const facts = { name, pooling, isNormalized: true, queryPrefix: '', documentPrefix: '', quantization: 'int8' };
  return spaceOf({ ...facts, shorterDimensions: [] }, dimensions);
}

/** A model in the embedded engine; the weights must be there. */
async function openOnnx(folder: string, space: EmbeddingSpace): Promise<RealEmbedder> {
  const engine = createEmbeddingEngine({
    modelId: 'model',
    modelPath: join(folder, 'onnx', 'model_quantized.onnx'),
    tokenizerPath: join(folder, 'tokenizer.json'),
    enginePackage: '@huggingface/transformers',
    modelType: 'bert',
    threads: 1,
    dimensions: space.dimensions,
    maxTokens: 512,
    pooling: space.pooling === 'cls' ? 'cls' : 'mean',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions: [],
    digest: 'sha256:of the test',
    loadTimeoutMs: START_LIMIT_MS,
  });
  const { baseUrl, apiKey } = await engine.endpoint(AbortSignal.timeout(START_LIMIT_MS));
  const server = { url: baseUrl.replace(/\/v1$/, ''), model: 'model', key: apiKey };
  return { embeddings: new WireEmbeddings(space, server), dispose: () => engine.dispose() };
}

/** all-MiniLM-L6-v2, 384 numbers. */
export function openMiniLm(): Promise<RealEmbedder> {
  return openOnnx(join(minilmFolder(), MINILM), spaceNamed('all-MiniLM-L6-v2', 384, 'mean'));
}

/** bge-small-en-v1.5, 384 numbers; fails with the command that fetches it. */
export function openBge(): Promise<RealEmbedder> {
  const folder = join(installationFolder(), 'bge-small');
  if (!existsSync(join(folder, 'tokenizer.json'))) {
    throw new Error('bge-small is not there: run scripts/real-servers/install.sh bge');
  }
  return openOnnx(folder, spaceNamed('bge-small-en-v1.5', 384, 'cls'));
}

/** SmolLM2-135M by llama-server, the mean of its tokens: 576 numbers. */
export async function openSmolLm(): Promise<RealEmbedder> {
  const model = 'smollm2-135m';
  const server = await startLlamaServer({
    model,
    contextTokens: 2_048,
    extraArguments: ['--embeddings', '--pooling', 'mean', '-ub', '2048'],
  });
  const embeddings = new WireEmbeddings(spaceNamed('smollm2-135m', 576, 'mean'), { url: server.url, model });
  return { embeddings, dispose: () => server.stop() };
}

/** A factory over models that run: the first serves every purpose, each is found by its space or name. */
export function factoryOf(...models: readonly SpaceBoundEmbeddings[]): EmbeddingsFactory {
  return {
    for: () => Promise.resolve(models[0]!),
    ofSpace: ({ spaceId }) => Promise.resolve(models.find(({ space }) => space.spaceId === spaceId)),
    named: ({ model }) => Promise.resolve(models.find(({ space }) => space.name === model)!),
    status: () => Promise.resolve({ models: [], purposes: [] }),
  };
}

/** Opens the store of a folder for one use. */
export async function withStore<T>(
  location: string,
  factory: EmbeddingsFactory,
  use: (store: KnowledgeStore) => Promise<T>,
): Promise<T> {
  const rig = new StoreRig({}, location);
  try {
    return await use(await rig.open(factory));
  } finally {
    await rig.dispose();
  }
}
