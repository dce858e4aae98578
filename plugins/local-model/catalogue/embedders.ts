import type { EmbedderEntry } from 'wooster';

/** Model cards, the model metadata of MTEB, and the Ollama library, read on this day. */
const SOURCE = 'model card of the publisher; MTEB a905523; Ollama library';
const DATE = '2026-08-22';

/** What the BGE models and mxbai put before a question. */
const RETRIEVAL_QUERY = 'Represent this sentence for searching relevant passages: ';

type Row = Omit<EmbedderEntry, 'source' | 'date' | 'matches' | 'queryPrefix' | 'documentPrefix' | 'isNormalized'> &
  Partial<Pick<EmbedderEntry, 'queryPrefix' | 'documentPrefix' | 'isNormalized'>> & {
    /** Names besides the publisher's own and its last part. */
    readonly names?: readonly string[];
  };

/** Servers name a model by its repository or by the last part of it, LM Studio with `-embedding` behind. */
function namesOf(id: string): string[] {
  const whole = id.toLowerCase();
  const last = whole.slice(whole.indexOf('/') + 1);
  return [whole, last, `${last}-embedding`];
}

function toEntry({ names = [], ...row }: Row): EmbedderEntry {
  return {
    queryPrefix: '',
    documentPrefix: '',
    isNormalized: true,
    ...row,
    matches: [...new Set([...namesOf(row.id), ...names])],
    source: SOURCE,
    date: DATE,
  };
}

const ROWS: readonly Row[] = [
  {
    id: 'sentence-transformers/all-MiniLM-L6-v2',
    names: ['all-minilm', 'all-minilm:22m', 'all-minilm:l6-v2', 'all-minilm-l6', 'xenova/all-minilm-l6-v2'],
    dimensions: 384,
    maxTokens: 256,
    pooling: 'mean',
  },
  {
    id: 'sentence-transformers/all-MiniLM-L12-v2',
    names: ['all-minilm:33m', 'all-minilm:l12-v2', 'all-minilm-l12', 'xenova/all-minilm-l12-v2'],
    dimensions: 384,
    // MTEB says 256; the configuration in the repository cuts at 128, and reading less loses nothing.
    maxTokens: 128,
    pooling: 'mean',
  },
  {
    id: 'sentence-transformers/all-mpnet-base-v2',
    names: ['xenova/all-mpnet-base-v2'],
    dimensions: 768,
    maxTokens: 384,
    pooling: 'mean',
  },
  {
    id: 'BAAI/bge-small-en-v1.5',
    names: ['bge-small', 'bge-small-en', 'xenova/bge-small-en-v1.5'],
    dimensions: 384,
    maxTokens: 512,
    pooling: 'cls',
    queryPrefix: RETRIEVAL_QUERY,
  },
  {
    id: 'BAAI/bge-base-en-v1.5',
    names: ['bge-base', 'bge-base-en', 'xenova/bge-base-en-v1.5'],
    dimensions: 768,
    maxTokens: 512,
    pooling: 'cls',
    queryPrefix: RETRIEVAL_QUERY,
  },
  {
    id: 'BAAI/bge-large-en-v1.5',
    names: ['bge-large', 'bge-large-en', 'xenova/bge-large-en-v1.5'],
    dimensions: 1024,
    maxTokens: 512,
    pooling: 'cls',
    queryPrefix: RETRIEVAL_QUERY,
  },
  { id: 'BAAI/bge-m3', names: ['xenova/bge-m3'], dimensions: 1024, maxTokens: 8192, pooling: 'cls' },
  {
    id: 'nomic-ai/nomic-embed-text-v1.5',
    names: ['nomic-embed-text', 'nomic-embed-text:v1.5'],
    dimensions: 768,
    maxTokens: 8192,
    ggufMaxTokens: 2048,
    pooling: 'mean',
    isNormalized: false,
    queryPrefix: 'search_query: ',
    documentPrefix: 'search_document: ',
    shorterDimensions: [512, 256, 128, 64],
  },
  {
    id: 'mixedbread-ai/mxbai-embed-large-v1',
    names: ['mxbai-embed-large', 'mxbai-embed-large:335m'],
    dimensions: 1024,
    maxTokens: 512,
    pooling: 'cls',
    isNormalized: false,
    queryPrefix: RETRIEVAL_QUERY,
    shorterDimensions: [768, 512, 256, 128, 64],
  },
  {
    id: 'intfloat/e5-small-v2',
    names: ['xenova/e5-small-v2'],
    dimensions: 384,
    maxTokens: 512,
    pooling: 'mean',
    queryPrefix: 'query: ',
    documentPrefix: 'passage: ',
  },
  {
    id: 'intfloat/multilingual-e5-small',
    names: ['xenova/multilingual-e5-small'],
    dimensions: 384,
    maxTokens: 512,
    pooling: 'mean',
    queryPrefix: 'query: ',
    documentPrefix: 'passage: ',
  },
  { id: 'thenlper/gte-small', names: ['xenova/gte-small'], dimensions: 384, maxTokens: 512, pooling: 'mean' },
  {
    id: 'Qwen/Qwen3-Embedding-0.6B',
    names: ['qwen3-embedding:0.6b', 'qwen/qwen3-embedding-0.6b-gguf'],
    dimensions: 1024,
    maxTokens: 32_768,
    pooling: 'last-token',
    queryPrefix: 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
    shorterDimensions: [768, 512, 256, 128, 64, 32],
  },
  {
    id: 'google/embeddinggemma-300m',
    names: ['embeddinggemma', 'embeddinggemma:300m'],
    dimensions: 768,
    maxTokens: 2048,
    pooling: 'mean',
    queryPrefix: 'task: search result | query: ',
    documentPrefix: 'title: none | text: ',
    shorterDimensions: [512, 256, 128],
  },
];

/** Embedding models that people run on their own machines, with the names that servers give them. */
export const LOCAL_EMBEDDERS: readonly EmbedderEntry[] = ROWS.map(toEntry);
