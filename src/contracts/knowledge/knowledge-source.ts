/** How texts were cut into passages; a store records it, so that another cutting never doubles the text. */
export interface Splitting {
  /** What counted the tokens: the name of the embedding model, or `none` where nothing is embedded. */
  readonly tokenizer: string;
  readonly maxTokens: number;
  readonly overlapTokens: number;
  /** Version of the rules of cutting. */
  readonly version: number;
}

/** One passage of a source; offsets in characters of the source's text. */
export interface KnowledgeChunk {
  /** 0, 1, 2 within its source. */
  readonly ordinal: number;
  /** As shown; what is embedded has the heading path before it. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Outermost heading first. */
  readonly headings: readonly string[];
  /** First line of the passage, from 1. */
  readonly line?: number;
  /** Page, from 1. */
  readonly page?: number;
  /** What else came with the passage (metadata of a LangChain document), kept as it is; plain JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** One document as ingested; `path` is relative to the root of its folder, with `/`. */
export interface KnowledgeSource {
  readonly path: string;
  /** Of the bytes of the file. */
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly splitting: Splitting;
  readonly chunks: readonly KnowledgeChunk[];
}

/** What a store knows of a source without its passages. */
export type StoredSource = Omit<KnowledgeSource, 'chunks'> & { readonly chunks: number };

/** Conditions of a search, as data; all must hold. */
export interface KnowledgeFilter {
  readonly pathPrefix?: string;
  /** `text/markdown`; `text/*` matches the kind. */
  readonly mediaTypes?: readonly string[];
  /** Milliseconds since 1970. */
  readonly modifiedAfter?: number;
  readonly modifiedBefore?: number;
}

/** What to search; `hybrid` merges vector and full-text ranks. */
export interface KnowledgeQuery {
  readonly text: string;
  readonly k: number;
  readonly filter?: KnowledgeFilter;
  readonly mode: 'hybrid' | 'vector' | 'text';
  /** Passages before and after that are joined to each passage's `context`; 0 unless told. */
  readonly neighbours?: number;
}

/** Place of a passage in one of the rankings that were merged; rank from 1. */
export interface RankPart {
  readonly rank: number;
  /** Cosine for vectors, BM25 (higher is better) for text. */
  readonly score: number;
  readonly spaceId?: string;
}

/** A found passage with what its score is made of. */
export interface KnowledgePassage {
  /** Stable across models: made from source, ordinal and text. */
  readonly chunkId: string;
  readonly path: string;
  /** Of the bytes of its source when it was ingested: its version. */
  readonly sourceSha256: string;
  readonly mediaType: string;
  readonly modifiedAt: number;
  readonly chunk: KnowledgeChunk;
  /** The text with its neighbours. */
  readonly context: string;
  /** Weighted reciprocal ranks, summed over `parts`. */
  readonly score: number;
  /** By meaning, by any of the words, and by those words that hardly any passage holds. */
  readonly parts: { readonly vector?: RankPart; readonly text?: RankPart; readonly rare?: RankPart };
}

/** What a search found, best first, and what the person must know about it (a model that is gone, a text-only search). */
export interface KnowledgeFindings {
  readonly passages: readonly KnowledgePassage[];
  /** One line each, with the command that helps. */
  readonly notices: readonly string[];
}
