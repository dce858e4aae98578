import type { StoreDatabase } from '../../database/store-database.ts';

/** Rows of a table that cannot stand as they are. */
interface RowRule {
  /** What they are, after their number. */
  readonly what: string;
  readonly table: string;
  /** Condition that is true of them. */
  readonly where: string;
}

const NO_SPACE = 'space NOT IN (SELECT id FROM spaces)';
const NO_SOURCE = 'source NOT IN (SELECT id FROM sources)';
const NO_TEXT = 'text NOT IN (SELECT id FROM texts)';
const NO_SPLITTING = 'splitting NOT IN (SELECT id FROM splittings)';

/** What a number of JavaScript can hold; a larger one cannot even be read. */
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

function outside(...columns: readonly string[]): string {
  return columns.map((column) => `${column} NOT BETWEEN 0 AND ${MAX_NUMBER}`).join(' OR ');
}

/** Rows with numbers that were never written; before anything else, since such a row cannot be read. */
const NUMBER_RULES: readonly RowRule[] = [
  { what: 'files with numbers that cannot be', table: 'sources', where: outside('id', 'bytes', 'splitting') },
  {
    what: 'passages with numbers that cannot be',
    table: 'chunks',
    where: outside('row', 'source', 'ordinal', 'text', 'start', 'stop', 'line', 'page'),
  },
  { what: 'texts with numbers that cannot be', table: 'texts', where: outside('id') },
  { what: 'spaces with numbers that cannot be', table: 'spaces', where: outside('id', 'splitting') },
  { what: 'vectors with numbers that cannot be', table: 'vectors', where: outside('row', 'space', 'text', 'change') },
  {
    what: 'notes of removed vectors with numbers that cannot be',
    table: 'removals',
    where: outside('row', 'space', 'change'),
  },
  {
    what: 'parked passages with numbers that cannot be',
    table: 'parked_chunks',
    where: outside('space', 'source', 'ordinal', 'text', 'start', 'stop', 'line', 'page'),
  },
  {
    what: 'migrations with times that cannot be',
    table: 'migrations',
    where: outside('id', 'started_at', 'changed_at'),
  },
];

/** In the order in which removing their rows makes the fewest rows of a later rule. */
const RULES: readonly RowRule[] = [
  ...NUMBER_RULES,
  { what: 'files without a record of how they were cut', table: 'sources', where: NO_SPLITTING },
  { what: 'passages without their source', table: 'chunks', where: NO_SOURCE },
  { what: 'passages without their text', table: 'chunks', where: NO_TEXT },
  {
    what: 'files parked for a space that point to what is not there',
    table: 'parked_sources',
    where: `${NO_SPACE} OR ${NO_SOURCE} OR ${NO_SPLITTING}`,
  },
  {
    what: 'parked passages that point to what is not there',
    table: 'parked_chunks',
    where: `${NO_TEXT} OR NOT EXISTS (SELECT 1 FROM parked_sources
      WHERE parked_sources.space = parked_chunks.space AND parked_sources.source = parked_chunks.source)`,
  },
  {
    what: 'texts that no passage uses',
    table: 'texts',
    where: 'id NOT IN (SELECT text FROM chunks) AND id NOT IN (SELECT text FROM parked_chunks)',
  },
  { what: 'vectors without their text', table: 'vectors', where: NO_TEXT },
  { what: 'vectors without their space', table: 'vectors', where: NO_SPACE },
  {
    what: 'notes of removed vectors that belong to nothing',
    table: 'removals',
    where: `${NO_SPACE} OR row IN (SELECT row FROM vectors)`,
  },
  {
    what: 'notes of models whose space is not there',
    table: 'served_spaces',
    where: `${NO_SPACE} OR NOT json_valid(record) OR length(canaries) % 4 <> 0`,
  },
  {
    what: 'notes of migrations whose spaces are not there',
    table: 'migrations',
    where: `target NOT IN (SELECT id FROM spaces) OR (source IS NOT NULL AND source NOT IN (SELECT id FROM spaces))
      OR (verification IS NOT NULL AND NOT json_valid(verification))`,
  },
  {
    what: 'notes of migrations that cannot be under way at once',
    table: 'migrations',
    where: `state IN ('filling', 'paused') AND id < (SELECT max(id) FROM migrations)`,
  },
];

/** What the rules find, one line each with the number of rows. */
export function findBrokenRules({ prepare }: StoreDatabase): readonly string[] {
  return RULES.flatMap(({ what, table, where }) => {
    const found = prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`).get()?.['n'] as number;
    return found > 0 ? [`${found} ${what}`] : [];
  });
}

/** Deletes the rows that the rules find, until they find none. Inside a transaction, with foreign keys off. */
export function applyRules(database: StoreDatabase): void {
  apply(database, RULES);
}

/** As `applyRules`, for rows with numbers that cannot be alone. */
export function applyNumberRules(database: StoreDatabase): void {
  apply(database, NUMBER_RULES);
}

function apply(database: StoreDatabase, rules: readonly RowRule[]): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const { table, where } of rules) {
      const { changes } = database.prepare(`DELETE FROM ${table} WHERE ${where}`).run();
      if (Number(changes) > 0) changed = true;
    }
  }
}

/** What must hold of the store as a whole, with what puts it right. */
const COUNTS: readonly { readonly what: string; readonly isBroken: string; readonly mend: string }[] = [
  {
    what: 'the counter of changes is not there',
    isBroken: 'SELECT count(*) <> 1 AS broken FROM counter',
    mend: 'DELETE FROM counter; INSERT INTO counter VALUES (1, 0)',
  },
  {
    what: 'the counter of changes is behind the vectors',
    isBroken: `SELECT coalesce((SELECT change FROM counter), 0) < max(
      coalesce((SELECT max(change) FROM vectors), 0), coalesce((SELECT max(change) FROM removals), 0),
      coalesce((SELECT max(removals_from) FROM spaces), 0)) AS broken`,
    mend: `UPDATE spaces SET removals_from = 0 WHERE removals_from NOT BETWEEN 0 AND 9007199254740991;
      UPDATE counter SET change = max(
        coalesce((SELECT max(change) FROM vectors), 0), coalesce((SELECT max(change) FROM removals), 0),
        coalesce((SELECT max(removals_from) FROM spaces), 0))`,
  },
  {
    what: 'dates of files cannot be',
    isBroken: 'SELECT count(*) > 0 AS broken FROM sources WHERE abs(modified_at) > 8.64e15',
    mend: 'UPDATE sources SET modified_at = 0 WHERE abs(modified_at) > 8.64e15',
  },
  {
    what: 'more than one space is the primary one',
    isBroken: `SELECT count(*) > 1 AS broken FROM spaces WHERE role = 'primary'`,
    mend: `UPDATE spaces SET role = 'former' WHERE role = 'primary' AND id > (SELECT min(id) FROM spaces WHERE role = 'primary')`,
  },
  {
    what: 'numbers of vectors could be used a second time',
    isBroken: `SELECT coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'vectors'), 0) < max(
      coalesce((SELECT max(row) FROM vectors), 0), coalesce((SELECT max(row) FROM removals), 0)) AS broken`,
    mend: `DELETE FROM sqlite_sequence WHERE name = 'vectors';
      INSERT INTO sqlite_sequence (name, seq) SELECT 'vectors', max(
        coalesce((SELECT max(row) FROM vectors), 0), coalesce((SELECT max(row) FROM removals), 0))`,
  },
];

/** What does not hold of the store as a whole, one line each. */
export function findBrokenCounts({ prepare }: StoreDatabase): readonly string[] {
  return COUNTS.flatMap(({ what, isBroken }) => (prepare(isBroken).get()?.['broken'] === 1 ? [what] : []));
}

/** Puts right what does not hold of the store as a whole. Inside a transaction. */
export function mendCounts({ prepare, connection }: StoreDatabase): void {
  for (const { isBroken, mend } of COUNTS) if (prepare(isBroken).get()?.['broken'] === 1) connection.exec(mend);
}
