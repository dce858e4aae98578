import type { EmbedderEntry } from 'wooster';

const SOURCE = 'platform.openai.com/docs/guides/embeddings';
const DATE = '2026-08-22';

function toEntry(id: string, dimensions: number, shorterDimensions: readonly number[]): EmbedderEntry {
  return {
    id,
    matches: [id, `openai/${id}`],
    source: SOURCE,
    date: DATE,
    dimensions,
    maxTokens: 8191,
    pooling: 'unknown',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions,
  };
}

/** The embedding models of OpenAI; the third generation was trained for shorter lengths, the second was not. */
export const OPENAI_EMBEDDERS: readonly EmbedderEntry[] = [
  toEntry('text-embedding-3-small', 1536, [1024, 768, 512, 256]),
  toEntry('text-embedding-3-large', 3072, [2048, 1536, 1024, 768, 512, 256]),
  toEntry('text-embedding-ada-002', 1536, []),
];
