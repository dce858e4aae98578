import type { EmbedderEntry } from 'wooster';

/** The embedding model of Gemini. It was trained for shorter lengths, which come unscaled and are scaled here. */
export const GEMINI_EMBEDDERS: readonly EmbedderEntry[] = [
  {
    id: 'gemini-embedding-001',
    matches: ['gemini-embedding-001', 'google/gemini-embedding-001'],
    source: 'ai.google.dev/gemini-api/docs/embeddings; price and window: LiteLLM 1.110.2',
    date: '2026-11-28',
    dimensions: 3072,
    maxTokens: 2048,
    pooling: 'unknown',
    isNormalized: true,
    // The role is told in a field of its own, `taskType`.
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions: [1536, 768],
    prices: [{ unit: 'input-token', quantity: 1_000_000, usd: 0.15, asOf: '2026-11-28' }],
  },
];
