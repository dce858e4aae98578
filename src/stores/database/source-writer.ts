import type { KnowledgeChunk, KnowledgeSource, Splitting } from '../../contracts/knowledge/knowledge-source.ts';
import { embeddingTextOf } from '../../kernel/embedding-text.ts';
import { chunkIdOf, fingerprintOf, textHashOf } from './source-hashes.ts';
import type { StoreDatabase } from './store-database.ts';
import { insertVector, pruneRemovals, removeVectors } from './vector-rows.ts';

/** A passage ready to be written: its embedded text and the hash of that. */
interface PreparedChunk {
  readonly chunk: KnowledgeChunk;
  readonly text: string;
  readonly textHash: string;
  readonly chunkId: string;
}

/** A source ready to be written. */
export interface PreparedSource {
  readonly source: KnowledgeSource;
  readonly chunks: readonly PreparedChunk[];
  /** Of all that is stored of it but its dates. */
  readonly fingerprint: string;
}

/** Hashes a source; the id of a passage is made of path, ordinal and text, so that it outlives a change of the model. */
export function prepareSource(source: KnowledgeSource): PreparedSource {
  const chunks = source.chunks.map((chunk) => {
    // A lone surrogate cannot be stored; replaced here, the text and its hash stay the same when it is read again.
    const text = embeddingTextOf(chunk).toWellFormed();
    const textHash = textHashOf(text);
    return { chunk, text, textHash, chunkId: chunkIdOf(source.path, chunk.ordinal, textHash) };
  });
  const fingerprint = fingerprintOf(
    source,
    chunks.map(({ chunk, chunkId }) => ({ ...chunk, chunkId })),
  );
  return { source, chunks, fingerprint };
}

/** The row of a splitting, made where there is none. Inside a transaction. */
export function splittingId(
  database: StoreDatabase,
  { tokenizer, maxTokens, overlapTokens, version }: Splitting,
): number {
  const record = JSON.stringify({ tokenizer, maxTokens, overlapTokens, version });
  database.prepare('INSERT OR IGNORE INTO splittings (record) VALUES (?)').run(record);
  return database.prepare('SELECT id FROM splittings WHERE record = ?').get(record)?.['id'] as number;
}

/** The row of a text by its hash. */
function findText(database: StoreDatabase, textHash: string): number | undefined {
  return database.prepare('SELECT id FROM texts WHERE hash = ?').get(textHash)?.['id'] as number | undefined;
}

/** The row of a text, made where there is none. Inside a transaction. */
export function ensureText(
  database: StoreDatabase,
  { text, textHash }: Pick<PreparedChunk, 'text' | 'textHash'>,
): number {
  const known = findText(database, textHash);
  if (known !== undefined) return known;
  return Number(database.prepare('INSERT INTO texts (hash, text) VALUES (?, ?)').run(textHash, text).lastInsertRowid);
}

/** Takes the passages of a source out of chunks and full text; the texts they had. */
function dropChunks(database: StoreDatabase, source: number): readonly number[] {
  const texts = database.prepare('SELECT DISTINCT text FROM chunks WHERE source = ?').all(source) as { text: number }[];
  database
    .prepare(
      `INSERT INTO passages (passages, rowid, text, headings, path)
       SELECT 'delete', row, text, headings, path FROM passage_texts
       WHERE row IN (SELECT row FROM chunks WHERE source = ?)`,
    )
    .run(source);
  database.prepare('DELETE FROM chunks WHERE source = ?').run(source);
  return texts.map(({ text }) => text);
}

/** Drops passages of a source that were cut for other spaces: they are of a text that is not stored any more; their texts. */
function dropParked(database: StoreDatabase, source: number): readonly number[] {
  const sql = 'SELECT DISTINCT text FROM parked_chunks WHERE source = ?';
  const texts = database.prepare(sql).all(source) as { text: number }[];
  database.prepare('DELETE FROM parked_chunks WHERE source = ?').run(source);
  database.prepare('DELETE FROM parked_sources WHERE source = ?').run(source);
  return texts.map(({ text }) => text);
}

/** Drops those of the texts that no passage uses, parked ones included, with their vectors. Inside a transaction. */
export function dropUnused(database: StoreDatabase, texts: readonly number[], change: number): void {
  const used = 'SELECT 1 FROM chunks WHERE text = ?1 UNION ALL SELECT 1 FROM parked_chunks WHERE text = ?1 LIMIT 1';
  for (const text of texts) {
    if (database.prepare(used).get(text) !== undefined) continue;
    removeVectors(database, text, change);
    database.prepare('DELETE FROM texts WHERE id = ?').run(text);
  }
}

function upsertSource(database: StoreDatabase, { source, fingerprint }: PreparedSource): number {
  const { path, sha256, bytes, mediaType, modifiedAt } = source;
  const splitting = splittingId(database, source.splitting);
  database
    .prepare(
      `INSERT INTO sources (path, sha256, bytes, media_type, modified_at, splitting, fingerprint)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes,
       media_type = excluded.media_type, modified_at = excluded.modified_at, splitting = excluded.splitting,
       fingerprint = excluded.fingerprint`,
    )
    .run(path, sha256, bytes, mediaType, modifiedAt, splitting, fingerprint);
  return database.prepare('SELECT id FROM sources WHERE path = ?').get(path)?.['id'] as number;
}

const INSERT_CHUNK = `INSERT INTO chunks (chunk_id, source, ordinal, text, headings, start, stop, line, page,
  metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Vectors of texts by their hash, of one space; what a text lacks is left out. */
interface NewVectors {
  readonly space: number;
  vectorOf(textHash: string): Uint8Array | undefined;
}

/** True when exactly this is stored under the path, whatever its date. */
export function isStored(database: StoreDatabase, { source, fingerprint }: PreparedSource): boolean {
  const row = database.prepare('SELECT fingerprint FROM sources WHERE path = ?').get(source.path);
  return row?.['fingerprint'] === fingerprint;
}

function writeChunks(database: StoreDatabase, id: number, { chunks }: PreparedSource): readonly number[] {
  const before = [...dropChunks(database, id), ...dropParked(database, id)];
  for (const each of chunks) {
    const { ordinal, headings, from, to, line = null, page = null, metadata } = each.chunk;
    const text = ensureText(database, each);
    const heading = JSON.stringify(headings);
    const extra = metadata === undefined ? null : JSON.stringify(metadata);
    database.prepare(INSERT_CHUNK).run(each.chunkId, id, ordinal, text, heading, from, to, line, page, extra);
  }
  database
    .prepare(
      `INSERT INTO passages (rowid, text, headings, path)
       SELECT row, text, headings, path FROM passage_texts WHERE row IN (SELECT row FROM chunks WHERE source = ?)`,
    )
    .run(id);
  return before;
}

/** Writes a source in the place of what its path had, with the vectors of its texts, in one transaction. */
export function writeSource(database: StoreDatabase, prepared: PreparedSource, vectors: NewVectors | undefined): void {
  database.transaction(() => {
    const change = database.nextChange();
    const isSame = isStored(database, prepared);
    const id = upsertSource(database, prepared);
    const before = isSame ? [] : writeChunks(database, id, prepared);
    for (const { textHash } of vectors === undefined ? [] : prepared.chunks) {
      const vector = vectors?.vectorOf(textHash);
      const text = vector && findText(database, textHash);
      if (vectors === undefined || vector === undefined || text === undefined) continue;
      insertVector(database, { space: vectors.space, text, change, vector });
    }
    dropUnused(database, before, change);
    pruneRemovals(database, change);
  });
}

/** Records another date of a source that is stored already. */
export function touchSource(database: StoreDatabase, { path, modifiedAt }: KnowledgeSource): void {
  database
    .prepare('UPDATE sources SET modified_at = ? WHERE path = ? AND modified_at <> ?')
    .run(modifiedAt, path, modifiedAt);
}

/** Removes a source with what nothing else uses, in one transaction; false for an unknown path. */
export function removeSource(database: StoreDatabase, path: string): boolean {
  return database.transaction(() => {
    const id = database.prepare('SELECT id FROM sources WHERE path = ?').get(path)?.['id'] as number | undefined;
    if (id === undefined) return false;
    const change = database.nextChange();
    const texts = [...dropChunks(database, id), ...dropParked(database, id)];
    database.prepare('DELETE FROM sources WHERE id = ?').run(id);
    dropUnused(database, texts, change);
    pruneRemovals(database, change);
    return true;
  });
}
