import { z } from 'zod';
import type { BreakerRecord } from '../../contracts/routing/breaker.ts';
import type { BreakerStore } from '../../contracts/routing/routing-state.ts';
import type { StateDatabase } from './state-database.ts';

/** Records older than this are of targets that nobody has any more. */
const FORGET_MS = 30 * 24 * 60 * 60_000;

/** More than anybody has targets; the latest are kept. */
const MOST_RECORDS = 500;

const UPSERT = `INSERT INTO breakers (target_id, at, record) VALUES (?, ?, ?)
  ON CONFLICT (target_id) DO UPDATE SET at = excluded.at, record = excluded.record`;
const REMOVE = 'DELETE FROM breakers WHERE target_id = ?';
const FORGET = `DELETE FROM breakers WHERE at < ?
  OR target_id NOT IN (SELECT target_id FROM breakers ORDER BY at DESC LIMIT ${MOST_RECORDS})`;
const SELECT = 'SELECT record FROM breakers';
/** Changes when another connection has changed the file, https://sqlite.org/pragma.html#pragma_data_version. */
const DATA_VERSION = 'PRAGMA data_version';

const tripSchema = z.enum(['connection', 'time-out', 'failure']);
const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed'), failures: z.number(), trips: z.number() }),
  z.object({
    kind: z.literal('open'),
    fault: tripSchema,
    openedAt: z.number(),
    probeAt: z.number(),
    trips: z.number(),
  }),
  z.object({ kind: z.literal('half-open'), fault: tripSchema, since: z.number(), trips: z.number() }),
  z.object({ kind: z.literal('misconfigured'), since: z.number(), code: z.string(), trips: z.number() }),
]);
const recordSchema = z.object({
  targetId: z.string(),
  state: stateSchema,
  cause: z.object({ code: z.string(), message: z.string(), at: z.number() }).optional(),
  fingerprint: z.string(),
  at: z.number(),
});

/** A row that is not understood counts as none: the worst that follows is one try too many. */
function readRecord(text: string): readonly BreakerRecord[] {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

/**
 * Breakers in state.db, seen by every process of the workspace. What the database does not take holds for this process:
 * a record is kept by the spare store, a removal is remembered until there is room again.
 */
export class LastingBreakers implements BreakerStore {
  readonly #database: StateDatabase;
  readonly #spare: BreakerStore;
  readonly #removed = new Set<string>();
  #stored: readonly BreakerRecord[] = [];
  #known: { readonly version: number; readonly records: readonly BreakerRecord[] } | undefined;
  #hasForgotten = false;

  constructor(database: StateDatabase, spare: BreakerStore) {
    this.#database = database;
    this.#spare = spare;
  }

  list(): readonly BreakerRecord[] {
    const known = this.#known;
    const version = this.#database.read((prepare) => {
      const row = prepare(DATA_VERSION).get() as { data_version: number };
      if (row.data_version === known?.version) return row.data_version;
      const rows = prepare(SELECT).all() as { record: string }[];
      this.#stored = rows.flatMap(({ record }) => readRecord(record));
      return row.data_version;
    });
    if (known !== undefined && known.version === version) return known.records;
    const records = this.#merge();
    this.#known = version === undefined ? undefined : { version, records };
    return records;
  }

  save(record: BreakerRecord): void {
    this.#known = undefined;
    const { targetId, at } = record;
    this.#removed.delete(targetId);
    const isStored = this.#database.write((prepare) => {
      for (const removed of this.#removed) prepare(REMOVE).run(removed);
      prepare(UPSERT).run(targetId, at, JSON.stringify(record));
      if (this.#hasForgotten) return;
      this.#hasForgotten = true;
      prepare(FORGET).run(at - FORGET_MS);
    });
    if (!isStored) {
      this.#spare.save(record);
      return;
    }
    this.#spare.remove(targetId);
    this.#removed.clear();
  }

  remove(targetId: string): void {
    this.#known = undefined;
    this.#spare.remove(targetId);
    const isStored = this.#database.write((prepare) => {
      prepare(REMOVE).run(targetId);
    });
    if (isStored) this.#removed.delete(targetId);
    else this.#removed.add(targetId);
  }

  #merge(): readonly BreakerRecord[] {
    const spare = this.#spare.list();
    if (spare.length === 0 && this.#removed.size === 0) return this.#stored;
    const left = new Set([...this.#removed, ...spare.map(({ targetId }) => targetId)]);
    return [...spare, ...this.#stored.filter(({ targetId }) => !left.has(targetId))];
  }
}
