import type { EmbeddingPurpose, EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import type { SpaceRecord, SpaceStore } from '../../contracts/routing/routing-state.ts';
import type { StateDatabase } from './state-database.ts';

const UPSERT = `INSERT INTO spaces (space_id, purpose, used_at, record) VALUES (?, ?, ?, ?)
  ON CONFLICT (space_id, purpose) DO UPDATE SET used_at = max(used_at, excluded.used_at)`;
const SELECT = 'SELECT purpose, used_at, record FROM spaces ORDER BY used_at DESC';

type Row = { readonly purpose: string; readonly used_at: number; readonly record: string };

/** Vector spaces in state.db; what it does not take is kept by the spare store for the life of the process. */
export class LastingSpaces implements SpaceStore {
  readonly #database: StateDatabase;
  readonly #spare: SpaceStore;

  constructor(database: StateDatabase, spare: SpaceStore) {
    this.#database = database;
    this.#spare = spare;
  }

  list(): readonly SpaceRecord[] {
    const stored = this.#database.read((prepare) => {
      const rows = prepare(SELECT).all() as Row[];
      return rows.map(({ purpose, used_at: usedAt, record }) => ({
        space: JSON.parse(record) as EmbeddingSpace,
        purpose: purpose as EmbeddingPurpose,
        usedAt,
      }));
    });
    const records = [...(stored ?? []), ...this.#spare.list()];
    return records.toSorted((left, right) => right.usedAt - left.usedAt);
  }

  record(record: SpaceRecord): void {
    const { space, purpose, usedAt } = record;
    const isStored = this.#database.write((prepare) => {
      prepare(UPSERT).run(space.spaceId, purpose, usedAt, JSON.stringify(space));
    });
    if (!isStored) this.#spare.record(record);
  }
}
