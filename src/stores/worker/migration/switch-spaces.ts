import { UsageError } from '../../../contracts/errors/host-errors.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { countMissing } from '../../database/needed-texts.ts';
import { dropUnused } from '../../database/source-writer.ts';
import { makePrimary } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { lastMigration, readMigration, setState } from './migration-rows.ts';

/** The sources that are cut otherwise for a space, as an SQL list. */
const CUT_FOR = 'SELECT source FROM parked_chunks WHERE space = ?';
const COLUMNS = 'chunk_id, source, ordinal, text, headings, start, stop, line, page, metadata';

interface Swap {
  /** The space that is searched now; null where none is, so that nothing is kept for it. */
  readonly from: number | null;
  readonly to: number;
}

function parkSearched({ prepare }: StoreDatabase, { from, to }: Swap): void {
  prepare('DELETE FROM parked_chunks WHERE space = ?').run(from);
  prepare('DELETE FROM parked_sources WHERE space = ?').run(from);
  prepare(
    `INSERT INTO parked_chunks (space, ${COLUMNS}) SELECT ?, ${COLUMNS} FROM chunks WHERE source IN (${CUT_FOR})`,
  ).run(from, to);
  prepare(
    `INSERT INTO parked_sources (space, source, splitting, fingerprint) SELECT ?, id, splitting, fingerprint
     FROM sources WHERE id IN (SELECT source FROM parked_sources WHERE space = ?)`,
  ).run(from, to);
}

/** Puts what is parked for a space in the place of what is searched, and parks that. Inside a transaction. */
function swapCuts(database: StoreDatabase, swap: Swap): void {
  const { prepare } = database;
  const { from, to } = swap;
  const change = database.nextChange();
  const before = prepare(`SELECT DISTINCT text FROM chunks WHERE source IN (${CUT_FOR})`).all(to);
  if (from !== null) parkSearched(database, swap);
  prepare(
    `INSERT INTO passages (passages, rowid, text, headings, path) SELECT 'delete', row, text, headings, path
     FROM passage_texts WHERE row IN (SELECT row FROM chunks WHERE source IN (${CUT_FOR}))`,
  ).run(to);
  prepare(`DELETE FROM chunks WHERE source IN (${CUT_FOR})`).run(to);
  prepare(
    `INSERT INTO chunks (${COLUMNS}) SELECT ${COLUMNS} FROM parked_chunks WHERE space = ? ORDER BY source, ordinal`,
  ).run(to);
  prepare(
    `INSERT INTO passages (rowid, text, headings, path) SELECT row, text, headings, path
     FROM passage_texts WHERE row IN (SELECT row FROM chunks WHERE source IN (${CUT_FOR}))`,
  ).run(to);
  prepare(
    `UPDATE sources SET splitting = parked.splitting, fingerprint = parked.fingerprint FROM parked_sources AS parked
     WHERE parked.space = ? AND parked.source = sources.id`,
  ).run(to);
  prepare('DELETE FROM parked_chunks WHERE space = ?').run(to);
  prepare('DELETE FROM parked_sources WHERE space = ?').run(to);
  const texts = before.map(({ text }) => text as number);
  dropUnused(database, texts, change);
}

/** Sources of which it is not told yet how they will be recorded. */
function hasUnparked({ prepare }: StoreDatabase, space: number): boolean {
  const sql = `SELECT 1 FROM sources WHERE NOT EXISTS
    (SELECT 1 FROM parked_sources WHERE space = ? AND source = sources.id) LIMIT 1`;
  return prepare(sql).get(space) !== undefined;
}

/** Switches in one transaction, unless something is missing still or it was paused. */
export function switchMigration(database: StoreDatabase, id: number): { readonly isSwitched: boolean } {
  return database.transaction(() => {
    const { source, target, state } = readMigration(database, id);
    if (state !== 'filling') return { isSwitched: state === 'switched' };
    if (countMissing(database, target.id) > 0 || hasUnparked(database, target.id)) return { isSwitched: false };
    swapCuts(database, { from: source?.id ?? null, to: target.id });
    makePrimary(database, target.id);
    setState(database, id, 'switched');
    return { isSwitched: true };
  });
}

/** Switches back in one transaction; the texts that the old space lacks. UsageError where there is nothing to go back to. */
export function rollbackMigration(database: StoreDatabase): { readonly to: EmbeddingSpace; readonly missing: number } {
  return database.transaction(() => {
    const last = lastMigration(database);
    if (last?.state !== 'switched' || last.source === undefined) {
      throw new UsageError(`the store at ${database.path} has no earlier space to go back to`);
    }
    swapCuts(database, { from: last.target.id, to: last.source.id });
    makePrimary(database, last.source.id);
    setState(database, last.id, 'rolled-back');
    return { to: last.source.space, missing: countMissing(database, last.source.id) };
  });
}
