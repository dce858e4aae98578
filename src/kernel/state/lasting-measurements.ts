import type { MeasurementRecord, MeasurementStore } from '../../contracts/routing/routing-state.ts';
import { joinMeasurements } from './memory-state.ts';
import type { StateDatabase } from './state-database.ts';

const UPSERT = `INSERT INTO measurements (target_id, record) VALUES (?, ?)
  ON CONFLICT (target_id) DO UPDATE SET record = excluded.record`;
const SELECT = 'SELECT record FROM measurements ORDER BY target_id';
const FIND = 'SELECT record FROM measurements WHERE target_id = ?';

type Row = { readonly record: string };

/** Measurements in state.db; what it does not take is kept by the spare store for the life of the process. */
export class LastingMeasurements implements MeasurementStore {
  readonly #database: StateDatabase;
  readonly #spare: MeasurementStore;

  constructor(database: StateDatabase, spare: MeasurementStore) {
    this.#database = database;
    this.#spare = spare;
  }

  list(): readonly MeasurementRecord[] {
    const stored = this.#database.read((prepare) => {
      const rows = prepare(SELECT).all() as Row[];
      return rows.map(({ record }) => JSON.parse(record) as MeasurementRecord);
    });
    return [...(stored ?? []), ...this.#spare.list()];
  }

  save(record: MeasurementRecord): void {
    const isStored = this.#database.write((prepare) => {
      const known = prepare(FIND).get(record.targetId) as Row | undefined;
      const before = known === undefined ? undefined : (JSON.parse(known.record) as MeasurementRecord);
      prepare(UPSERT).run(record.targetId, JSON.stringify(joinMeasurements(before, record)));
    });
    if (!isStored) this.#spare.save(record);
  }
}
