import type {
  KnowledgeChunk,
  KnowledgeSource,
  Splitting,
  StoredSource,
} from '../../contracts/knowledge/knowledge-source.ts';
import type { StoreDatabase } from './store-database.ts';

type SourceRow = {
  readonly id: number;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly media_type: string;
  readonly modified_at: number;
  readonly splitting: string;
  readonly chunks: number;
};

type ChunkRow = {
  readonly ordinal: number;
  readonly text: string;
  readonly headings: string;
  readonly start: number;
  readonly stop: number;
  readonly line: number | null;
  readonly page: number | null;
  readonly metadata: string | null;
};

const SELECT_SOURCES = `SELECT sources.id, path, sha256, bytes, media_type, modified_at, splittings.record AS splitting,
  (SELECT count(*) FROM chunks WHERE chunks.source = sources.id) AS chunks
  FROM sources JOIN splittings ON splittings.id = sources.splitting`;

const SELECT_CHUNKS = `SELECT ordinal, texts.text, headings, start, stop, line, page, metadata
  FROM chunks JOIN texts ON texts.id = chunks.text`;

function toStoredSource(row: SourceRow): StoredSource {
  const { path, sha256, bytes, media_type: mediaType, modified_at: modifiedAt, chunks } = row;
  return { path, sha256, bytes, mediaType, modifiedAt, splitting: JSON.parse(row.splitting) as Splitting, chunks };
}

function toChunk(row: ChunkRow): KnowledgeChunk {
  const { ordinal, start: from, stop: to, line, page, metadata } = row;
  const headings = JSON.parse(row.headings) as string[];
  // What is stored is the embedded text: the passage after its heading path.
  const text = headings.length === 0 ? row.text : row.text.slice(headings.join(' › ').length + 1);
  const place = { ...(line !== null && { line }), ...(page !== null && { page }) };
  const extra = metadata !== null && { metadata: JSON.parse(metadata) as Record<string, unknown> };
  return { ordinal, text, from, to, headings, ...place, ...extra };
}

/** Every source without its passages, by path. */
export function listSources(database: StoreDatabase): readonly StoredSource[] {
  return (database.prepare(`${SELECT_SOURCES} ORDER BY path`).all() as SourceRow[]).map(toStoredSource);
}

/** Passages of a source by its id, some of them, in order. */
export function readChunks(
  database: StoreDatabase,
  source: number,
  range: { readonly from: number; readonly to: number } = { from: 0, to: Number.MAX_SAFE_INTEGER },
): readonly KnowledgeChunk[] {
  const rows = database
    .prepare(`${SELECT_CHUNKS} WHERE source = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal`)
    .all(source, range.from, range.to) as ChunkRow[];
  return rows.map(toChunk);
}

/** A source with its passages; undefined for an unknown path. */
export function readSource(database: StoreDatabase, path: string): KnowledgeSource | undefined {
  const row = database.prepare(`${SELECT_SOURCES} WHERE path = ?`).get(path) as SourceRow | undefined;
  if (row === undefined) return undefined;
  const chunks = readChunks(database, row.id);
  return { ...toStoredSource(row), chunks };
}

/** A passage by its row, with its source. */
interface PassageRow {
  readonly source: number;
  readonly path: string;
  readonly sha256: string;
  readonly mediaType: string;
  readonly modifiedAt: number;
  readonly chunkId: string;
  readonly chunk: KnowledgeChunk;
}

/** The passage of a row; undefined when another process removed it meanwhile. */
export function readPassage(database: StoreDatabase, row: number): PassageRow | undefined {
  const found = database
    .prepare(
      `SELECT chunk_id, ordinal, texts.text, headings, start, stop, line, page, metadata, sources.id AS source, path,
       sha256, media_type, modified_at FROM chunks JOIN texts ON texts.id = chunks.text JOIN sources ON sources.id = chunks.source
       WHERE chunks.row = ?`,
    )
    .get(row) as
    (ChunkRow & Omit<SourceRow, 'chunks'> & { readonly source: number; readonly chunk_id: string }) | undefined;
  if (found === undefined) return undefined;
  const { source, path, sha256, media_type: mediaType, modified_at: modifiedAt, chunk_id: chunkId } = found;
  return { source, path, sha256, mediaType, modifiedAt, chunkId, chunk: toChunk(found) };
}
