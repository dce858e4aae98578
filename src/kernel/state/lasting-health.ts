import type { HealthReport } from '../../contracts/models/health.ts';
import type { HealthRecord, HealthStore } from '../../contracts/routing/routing-state.ts';
import type { StateDatabase } from './state-database.ts';

/** Records older than this are of targets that nobody has any more. */
const FORGET_MS = 24 * 60 * 60_000;

/** A look is saved at once, so a record this much newer was written before the clock stepped back. */
const STEPPED_BACK_MS = 10 * 60_000;

const UPSERT = `INSERT INTO health (target_id, at, report) VALUES (?, ?, ?)
  ON CONFLICT (target_id) DO UPDATE SET at = excluded.at, report = excluded.report
  WHERE excluded.at >= health.at OR health.at > excluded.at + ${STEPPED_BACK_MS}`;
const REMOVE = 'DELETE FROM health WHERE target_id = ?';
const FORGET = 'DELETE FROM health WHERE at < ?';
const SELECT = 'SELECT target_id, at, report FROM health';

type Row = { readonly target_id: string; readonly at: number; readonly report: string };

/** Health in state.db; the newer look wins, whichever process had it. */
export class LastingHealth implements HealthStore {
  readonly #database: StateDatabase;
  #hasForgotten = false;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  list(): readonly HealthRecord[] {
    const records = this.#database.read((prepare) => {
      const rows = prepare(SELECT).all() as Row[];
      return rows.map(({ target_id: targetId, at, report }) => ({
        targetId,
        at,
        report: JSON.parse(report) as HealthReport,
      }));
    });
    return records ?? [];
  }

  save({ targetId, report, at }: HealthRecord): void {
    this.#database.write((prepare) => {
      prepare(UPSERT).run(targetId, at, JSON.stringify(report));
      if (this.#hasForgotten) return;
      this.#hasForgotten = true;
      prepare(FORGET).run(at - FORGET_MS);
    });
  }

  remove(targetId: string): void {
    this.#database.write((prepare) => {
      prepare(REMOVE).run(targetId);
    });
  }
}
