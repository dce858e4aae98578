import { describe, expect, test } from '@jest/globals';
import { EMBEDDERS } from 'wooster';
import { OPENAI_EMBEDDERS } from '../../../../plugins/cloud-models/common/cloud-catalogue.ts';
import { LOCAL_EMBEDDERS } from '../../../../plugins/local-model/catalogue/embedders.ts';
import { findEmbedder } from '../../../../src/kernel/embedder-facts.ts';

const ALL = [...LOCAL_EMBEDDERS, ...OPENAI_EMBEDDERS];

function prefixes(id: string): readonly string[] {
  const { queryPrefix, documentPrefix } = findEmbedder(id, ALL)!;
  return [queryPrefix, documentPrefix];
}

describe('the catalogue of embedders', () => {
  test('has each model once, with its source and the day it was read', () => {
    const ids = ALL.map((entry) => EMBEDDERS.idOf(entry));
    expect(ids).toHaveLength(17);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { source, date } of ALL) {
      expect(source).not.toBe('');
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });

  test('gives no name to two models, and writes names in lower case', () => {
    const names = ALL.flatMap(({ matches }) => matches);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(names.map((name) => name.toLowerCase()));
  });

  test.each([
    ['all-minilm:latest', 'sentence-transformers/all-MiniLM-L6-v2'],
    ['all-minilm:33m', 'sentence-transformers/all-MiniLM-L12-v2'],
    ['all-minilm:l12-v2', 'sentence-transformers/all-MiniLM-L12-v2'],
    ['Xenova/all-MiniLM-L6-v2', 'sentence-transformers/all-MiniLM-L6-v2'],
    ['text-embedding-all-minilm-l6-v2-embedding', 'sentence-transformers/all-MiniLM-L6-v2'],
    ['/models/nomic-embed-text-v1.5.Q8_0.gguf', 'nomic-ai/nomic-embed-text-v1.5'],
    ['nomic-embed-text', 'nomic-ai/nomic-embed-text-v1.5'],
    ['text-embedding-nomic-embed-text-v1.5', 'nomic-ai/nomic-embed-text-v1.5'],
    ['mxbai-embed-large:latest', 'mixedbread-ai/mxbai-embed-large-v1'],
    ['bge-m3', 'BAAI/bge-m3'],
    ['qwen3-embedding:0.6b', 'Qwen/Qwen3-Embedding-0.6B'],
    ['embeddinggemma', 'google/embeddinggemma-300m'],
    ['text-embedding-3-small', 'text-embedding-3-small'],
  ])('knows %s as %s', (served, id) => {
    expect(findEmbedder(served, ALL)?.id).toBe(id);
  });

  test('does not take a larger Qwen for the small one', () => {
    expect(findEmbedder('qwen3-embedding:8b', ALL)).toBeUndefined();
  });

  test('has shorter lengths that are shorter, the longest first', () => {
    for (const { dimensions, shorterDimensions = [] } of ALL) {
      expect(shorterDimensions.every((length) => length < dimensions)).toBe(true);
      expect(shorterDimensions).toEqual(shorterDimensions.toSorted((left, right) => right - left));
    }
  });

  test('has the prefixes without which the models that need them find little', () => {
    expect(prefixes('nomic-embed-text')).toEqual(['search_query: ', 'search_document: ']);
    expect(prefixes('intfloat/e5-small-v2')).toEqual(['query: ', 'passage: ']);
    expect(prefixes('embeddinggemma')).toEqual(['task: search result | query: ', 'title: none | text: ']);
    expect(prefixes('BAAI/bge-small-en-v1.5')).toEqual([
      'Represent this sentence for searching relevant passages: ',
      '',
    ]);
    expect(prefixes('BAAI/bge-m3')).toEqual(['', '']);
  });
});
