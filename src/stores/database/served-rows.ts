import { createHash } from 'node:crypto';
import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import type { ServedModel } from '../link/calls/space-calls.ts';
import type { SpaceRow } from './space-rows.ts';
import type { StoreDatabase } from './store-database.ts';

/*
 * A row is named by the id of the served space. The model that filled a space has the name of the space itself. What was
 * accepted later has the id of its own space, or, where that is taken, the same id and a hash of its canaries, so that
 * each state of a model behind one name stands beside the first and all are measured by that.
 */

/** A model to be recorded. */
interface NewServed {
  readonly served: EmbeddingSpace;
  readonly canaries: Float32Array;
  readonly cosine: number;
}

type Row = {
  readonly served: string;
  readonly record: string;
  readonly canaries: Uint8Array;
  readonly checked_at: number;
  readonly space_id: string;
};

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function toServed({ served, record, canaries, checked_at: checkedAt, space_id: spaceId }: Row): ServedModel {
  const numbers = new Float32Array(canaries.byteLength / 4);
  new Uint8Array(numbers.buffer).set(canaries);
  return {
    space: JSON.parse(record) as EmbeddingSpace,
    canaries: numbers,
    checkedAt,
    isAccepted: served !== spaceId,
  };
}

/** The models that serve a space: the one that filled it first, then those accepted, the oldest first. */
export function listServed(database: StoreDatabase, space: number): readonly ServedModel[] {
  const rows = database
    .prepare(
      `SELECT served, served_spaces.record AS record, canaries, checked_at, space_id FROM served_spaces
       JOIN spaces ON spaces.id = served_spaces.space WHERE space = ?
       ORDER BY served <> space_id, recorded_at, served`,
    )
    .all(space) as Row[];
  return rows.map(toServed);
}

/** Records a model for a space; the same canaries under the same name are recorded once. Inside a transaction. */
export function addServed(database: StoreDatabase, { id }: SpaceRow, { served, canaries, cosine }: NewServed): void {
  const bytes = bytesOf(canaries);
  const isTaken = database
    .prepare('SELECT 1 FROM served_spaces WHERE space = ? AND served = ? AND canaries <> ?')
    .get(id, served.spaceId, bytes);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const name = isTaken === undefined ? served.spaceId : `${served.spaceId}#${hash}`;
  const now = Date.now();
  database
    .prepare(
      `INSERT INTO served_spaces (space, served, record, canaries, cosine, recorded_at, checked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (space, served) DO UPDATE SET checked_at = excluded.checked_at`,
    )
    .run(id, name, JSON.stringify(served), bytes, cosine, now, now);
}

/** Notes that the models of a space were compared now. */
export function noteServed(database: StoreDatabase, space: number, servedId: string): void {
  database
    .prepare('UPDATE served_spaces SET checked_at = ? WHERE space = ? AND (served = ? OR served LIKE ?)')
    .run(Date.now(), space, servedId, `${servedId}#%`);
}

/** Lets the models of a space follow it to its new record; other states of its old model serve it no more. Inside a transaction. */
export function takeServedAlong(database: StoreDatabase, { id, space }: SpaceRow, record: EmbeddingSpace): void {
  database.prepare('DELETE FROM served_spaces WHERE space = ? AND served LIKE ?').run(id, `${space.spaceId}#%`);
  database
    .prepare('UPDATE served_spaces SET served = ?, record = ? WHERE space = ? AND served = ?')
    .run(record.spaceId, JSON.stringify(record), id, space.spaceId);
}
