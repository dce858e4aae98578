import type { EmbedderEntry } from 'wooster';
import { embeddingPrices } from './openai-catalogue.ts';

const SOURCE = 'platform.openai.com/docs/guides/embeddings';
const DATE = '2026-08-22';

interface Lengths {
  readonly dimensions: number;
  readonly shorterDimensions: readonly number[];
}

function toEntry(id: string, { dimensions, shorterDimensions }: Lengths, usdPerMillion: number): EmbedderEntry {
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
    prices: embeddingPrices(usdPerMillion),
  };
}

/** The embedding models of OpenAI; the third generation was trained for shorter lengths, the second was not. */
export const OPENAI_EMBEDDERS: readonly EmbedderEntry[] = [
  toEntry('text-embedding-3-small', { dimensions: 1536, shorterDimensions: [1024, 768, 512, 256] }, 0.02),
  toEntry('text-embedding-3-large', { dimensions: 3072, shorterDimensions: [2048, 1536, 1024, 768, 512, 256] }, 0.13),
  toEntry('text-embedding-ada-002', { dimensions: 1536, shorterDimensions: [] }, 0.1),
];
