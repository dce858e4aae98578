import { cutVector } from '../../../kernel/embedding-vectors.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { countNeeded, heldBy, neededBy } from '../../database/needed-texts.ts';
import { findSpace } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { insertVector, toStoredVector } from '../../database/vector-rows.ts';
import type { MigrationCalls, UnfilledTexts } from '../../link/calls/migration-calls.ts';
import { isCutOf } from '../../migration/is-cut-of.ts';
import { primaryOf, readMigration } from './migration-rows.ts';

/** What the space would take. */
export function surveyTarget(database: StoreDatabase, space: EmbeddingSpace): MigrationCalls['surveyTarget']['output'] {
  const id = findSpace(database, space)?.id ?? 0;
  const primary = primaryOf(database);
  const counts = countNeeded(database, id);
  if (primary === undefined) return { ...counts, cuttable: 0 };
  const sql = `SELECT count(*) AS n FROM texts WHERE ${neededBy(id)} AND NOT ${heldBy(id)} AND ${heldBy(primary.id)}`;
  const cuttable = isCutOf(primary.space, space) ? (database.prepare(sql).get()?.['n'] as number) : 0;
  return { from: primary.space, ...counts, cuttable };
}

/** Texts that the space needs and lacks, after an id. */
export function unfilledTexts(
  database: StoreDatabase,
  { space, after, limit }: MigrationCalls['unfilledTexts']['input'],
): UnfilledTexts {
  const id = findSpace(database, space)?.id ?? 0;
  const rows = database
    .prepare(
      `SELECT id, hash, text FROM texts WHERE id > ? AND ${neededBy(id)} AND NOT ${heldBy(id)} ORDER BY id LIMIT ?`,
    )
    .all(after, limit) as { id: number; hash: string; text: string }[];
  const row = database.prepare('SELECT state FROM migrations WHERE target = ? ORDER BY id DESC LIMIT 1').get(id);
  const state = row && { state: row['state'] as UnfilledTexts['state'] };
  const { texts: needed, done } = after > 0 ? { texts: 0, done: 0 } : countNeeded(database, id);
  const hashes = rows.map(({ hash }) => hash);
  return { ...state, needed, done, last: rows.at(-1)?.id ?? after, hashes, texts: rows.map(({ text }) => text) };
}

/** Stores vectors of texts in the target, in one transaction. */
export function fillTarget(
  database: StoreDatabase,
  { migration, hashes, vectors }: MigrationCalls['fillTarget']['input'],
): null {
  return database.transaction(() => {
    const { target, state } = readMigration(database, migration);
    // Pruned meanwhile: what was embedded is not wanted any more.
    if (state === 'pruning') return null;
    const { dimensions } = target.space;
    const change = database.nextChange();
    hashes.forEach((hash, at) => {
      const text = database.prepare('SELECT id FROM texts WHERE hash = ?').get(hash)?.['id'] as number | undefined;
      if (text === undefined) return;
      const vector = toStoredVector(vectors.subarray(at * dimensions, (at + 1) * dimensions), target, database.path);
      insertVector(database, { space: target.id, text, change, vector });
    });
    return null;
  });
}

/** Shortens vectors of the searched space for the target, in one transaction; how many. */
export function cutVectors(
  database: StoreDatabase,
  { migration, limit }: MigrationCalls['cutVectors']['input'],
): number {
  return database.transaction(() => {
    const { source, target, state } = readMigration(database, migration);
    if (state !== 'filling' || source === undefined || !isCutOf(source.space, target.space)) return 0;
    const rows = database
      .prepare(
        `SELECT texts.id AS text, vectors.vector AS vector FROM vectors JOIN texts ON texts.id = vectors.text
         WHERE vectors.space = ? AND ${neededBy(target.id)} AND NOT EXISTS
         (SELECT 1 FROM vectors AS own WHERE own.text = texts.id AND own.space = ?) LIMIT ?`,
      )
      .all(source.id, target.id, limit) as { text: number; vector: Uint8Array }[];
    if (rows.length === 0) return 0;
    const change = database.nextChange();
    for (const { text, vector } of rows) {
      const whole = new Float32Array(vector.slice().buffer);
      const short = toStoredVector(cutVector(whole, target.space.dimensions), target, database.path);
      insertVector(database, { space: target.id, text, change, vector: short });
    }
    return rows.length;
  });
}
