import type { EmbedderWeightsInput } from '../../../../plugins/local-model/catalogue/weights-entry.ts';
import { seededBytes, sha256Of } from './store-under-test.ts';

/** Content of the two files of the embedder of the tests. */
export const MODEL_BYTES = seededBytes(9_000, 'embedder');
export const TOKENIZER_BYTES = seededBytes(700, 'tokenizer');

function fileOf(path: string, content: Buffer, wheel: string): EmbedderWeightsInput['files']['model'] {
  return {
    path,
    sha256: sha256Of(content),
    bytes: content.length,
    sources: [
      { kind: 'hub', repository: 'maker/tiny-embedder', file: path },
      {
        kind: 'wheels',
        downloadBytes: content.length,
        wheels: [{ package: wheel, version: '1.0.0', member: 'data.bin', memberBytes: content.length }],
      },
    ],
  };
}

/** A catalogue entry of two files, each on the hub and in a package of its own. */
export function embedderEntry(change: Partial<EmbedderWeightsInput> = {}): EmbedderWeightsInput {
  return {
    id: 'tiny-embedder',
    title: 'Tiny Embedder',
    licence: 'MIT',
    memoryMiB: 1,
    quantization: 'int8',
    parameterCount: '1K',
    modelType: 'bert',
    dimensions: 8,
    maxTokens: 16,
    pooling: 'mean',
    isNormalized: true,
    files: {
      model: fileOf('onnx/model.onnx', MODEL_BYTES, 'tiny-model'),
      tokenizer: fileOf('tokenizer.json', TOKENIZER_BYTES, 'tiny-tokenizer'),
    },
    ...change,
  };
}
