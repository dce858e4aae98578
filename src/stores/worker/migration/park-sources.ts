import type { KnowledgeChunk, Splitting } from '../../../contracts/knowledge/knowledge-source.ts';
import { embeddingTextOf } from '../../../kernel/embedding-text.ts';
import { chunkIdOf, fingerprintOf, textHashOf } from '../../database/source-hashes.ts';
import { readSource } from '../../database/source-reader.ts';
import { dropUnused, ensureText, prepareSource, splittingId } from '../../database/source-writer.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import type { CutSource, MigrationCalls } from '../../link/calls/migration-calls.ts';
import { readMigration } from './migration-rows.ts';

const INSERT_SOURCE =
  'INSERT OR REPLACE INTO parked_sources (space, source, splitting, fingerprint) VALUES (?, ?, ?, ?)';
const INSERT_CHUNK = `INSERT INTO parked_chunks (space, source, ordinal, chunk_id, text, headings, start, stop, line, page,
  metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The sources that have passages of these texts, by path. */
export function sourcesOfTexts(database: StoreDatabase, hashes: readonly string[]): readonly CutSource[] {
  const find = database.prepare(
    `SELECT DISTINCT path, fingerprint FROM texts JOIN chunks ON chunks.text = texts.id
     JOIN sources ON sources.id = chunks.source WHERE hash = ?`,
  );
  const found = new Map<string, string>();
  for (const hash of hashes) {
    for (const row of find.all(hash)) found.set(row['path'] as string, row['fingerprint'] as string);
  }
  return [...found].flatMap(([path, fingerprint]) => {
    const source = readSource(database, path);
    return source === undefined ? [] : [{ path, fingerprint, splitting: source.splitting, chunks: source.chunks }];
  });
}

function parkChunk(
  database: StoreDatabase,
  at: { readonly space: number; readonly source: number; readonly path: string },
  chunk: KnowledgeChunk,
): void {
  const { ordinal, headings, from, to, line = null, page = null, metadata } = chunk;
  const text = embeddingTextOf(chunk).toWellFormed();
  const textHash = textHashOf(text);
  const id = ensureText(database, { text, textHash });
  const extra = metadata === undefined ? null : JSON.stringify(metadata);
  const chunkId = chunkIdOf(at.path, ordinal, textHash);
  database
    .prepare(INSERT_CHUNK)
    .run(at.space, at.source, ordinal, chunkId, id, JSON.stringify(headings), from, to, line, page, extra);
}

/** Parks a source as it is cut for the target, in one transaction; false where it is another one by now. */
export function parkSource(
  database: StoreDatabase,
  { migration, source, splitting }: MigrationCalls['parkSource']['input'],
): boolean {
  return database.transaction(() => {
    const { target, state } = readMigration(database, migration);
    const stored = readSource(database, source.path);
    const row = database.prepare('SELECT id, fingerprint FROM sources WHERE path = ?').get(source.path);
    if (state === 'pruning' || stored === undefined || row?.['fingerprint'] !== source.fingerprint) return false;
    const at = { space: target.id, source: row['id'] as number, path: source.path };
    const sql = 'SELECT DISTINCT text FROM parked_chunks WHERE space = ? AND source = ?';
    const before = database.prepare(sql).all(at.space, at.source) as { text: number }[];
    database.prepare('DELETE FROM parked_chunks WHERE space = ? AND source = ?').run(at.space, at.source);
    const { fingerprint } = prepareSource({ ...stored, splitting, chunks: source.chunks });
    database.prepare(INSERT_SOURCE).run(at.space, at.source, splittingId(database, splitting), fingerprint);
    for (const chunk of source.chunks) parkChunk(database, at, chunk);
    const texts = before.map(({ text }) => text);
    dropUnused(database, texts, database.nextChange());
    return true;
  });
}

/** How a source that keeps its passages is recorded after the switch: as cut for the new model, which reads them all. */
function splittingAfter(
  before: Splitting,
  { tokenizer, maxTokens }: Pick<Splitting, 'tokenizer' | 'maxTokens'>,
): Splitting {
  return { ...before, tokenizer, maxTokens: Math.min(before.maxTokens, maxTokens) };
}

/** Parks how sources that keep their passages are to be recorded, in one transaction; how many. */
export function parkSplittings(
  database: StoreDatabase,
  { migration, limit, ...cut }: MigrationCalls['parkSplittings']['input'],
): number {
  return database.transaction(() => {
    const { target, state } = readMigration(database, migration);
    if (state !== 'filling') return 0;
    const rows = database
      .prepare(
        `SELECT id, path FROM sources WHERE NOT EXISTS
         (SELECT 1 FROM parked_sources WHERE space = ? AND source = sources.id) LIMIT ?`,
      )
      .all(target.id, limit) as { id: number; path: string }[];
    const chunkIds = database.prepare('SELECT chunk_id FROM chunks WHERE source = ? ORDER BY ordinal');
    for (const { id, path } of rows) {
      const source = readSource(database, path)!;
      const ids = chunkIds.all(id) as { chunk_id: string }[];
      const splitting = splittingAfter(source.splitting, cut);
      const chunks = source.chunks.map((chunk, at) => ({ ...chunk, chunkId: ids[at]!.chunk_id }));
      const fingerprint = fingerprintOf({ ...source, splitting }, chunks);
      database.prepare(INSERT_SOURCE).run(target.id, id, splittingId(database, splitting), fingerprint);
    }
    return rows.length;
  });
}
