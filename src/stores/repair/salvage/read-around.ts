import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** Looks at a table after which it is taken as read: each is a few microseconds. */
const MAX_LOOKS = 4_000;

/** Rows that may lie on one page at most, to guess where a table ends whose end cannot be read. */
const ROWS_OF_PAGE = 512n;

/** The last number of a row that is of any use. */
const LAST_ROW = BigInt(Number.MAX_SAFE_INTEGER);

/** What is read of a table. */
interface TableRequest {
  readonly table: string;
  readonly columns: readonly string[];
  /** Its number of the row, where it has one. */
  readonly row?: string;
  /** Pages of the file. */
  readonly pages: number;
}

/** Values of a row, in the order of the columns. */
type Values = readonly SQLInputValue[];

interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

class RowReader {
  readonly #database: DatabaseSync;
  readonly #request: TableRequest;
  looks = 0;

  constructor(database: DatabaseSync, request: TableRequest) {
    this.#database = database;
    this.#request = request;
  }

  /** Rows of a range in one direction until something cannot be read; the last row that could, and whether it was all. */
  *read({ from, to }: Range, order: 'ASC' | 'DESC'): Generator<Values, { last?: bigint; isWhole: boolean }> {
    const { table, columns, row = 'rowid' } = this.#request;
    const sql = `SELECT ${row} AS "#row", ${columns.join(', ')} FROM ${table} WHERE ${row} BETWEEN ? AND ? ORDER BY ${row} ${order}`;
    this.looks += 1;
    let last: bigint | undefined;
    try {
      const statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      for (const found of statement.iterate(from, to)) {
        const number = found['#row'] as bigint;
        // A page that was put in the place of another leads astray, and perhaps in a circle.
        if (last !== undefined && (order === 'ASC' ? number <= last : number >= last)) break;
        if (number < from || number > to) break;
        last = number;
        yield columns.map((column) => found[column] as SQLInputValue);
      }
      return { ...(last !== undefined && { last }), isWhole: true };
    } catch {
      return { ...(last !== undefined && { last }), isWhole: false };
    }
  }

  /** Rows of a table that is kept in the order of its key, from both ends, as far as they can be read. */
  *readByKey(): Generator<Values> {
    const { table, columns } = this.#request;
    const key = columns.slice(0, 2);
    for (const order of ['ASC', 'DESC']) {
      this.looks += 1;
      try {
        const by = key.map((column) => `${column} ${order}`).join(', ');
        const statement = this.#database.prepare(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${by}`);
        statement.setReadBigInts(true);
        for (const found of statement.iterate()) yield columns.map((column) => found[column] as SQLInputValue);
        return;
      } catch {
        // The other end may be better; what comes twice is taken once.
      }
    }
  }
}

function endOf(pages: number, last: bigint): bigint {
  const guess = last + BigInt(pages) * ROWS_OF_PAGE;
  return guess < LAST_ROW ? guess : LAST_ROW;
}

/**
 * Every row of a table of a damaged database that can be read: from both ends up to what cannot be, and what lies between
 * two such places by halving. A row may come twice. Bounded, however much of the file is damaged; never throws.
 */
export function* readAround(database: DatabaseSync, request: TableRequest): Generator<Values> {
  const reader = new RowReader(database, request);
  if (request.row === undefined) {
    yield* reader.readByKey();
    return;
  }
  const up = yield* reader.read({ from: 0n, to: LAST_ROW }, 'ASC');
  if (up.isWhole) return;
  const down = yield* reader.read({ from: (up.last ?? -1n) + 1n, to: LAST_ROW }, 'DESC');
  const first = (up.last ?? -1n) + 1n;
  const gaps: Range[] = [{ from: first, to: down.last === undefined ? endOf(request.pages, first) : down.last - 1n }];
  while (reader.looks < MAX_LOOKS) {
    // In the order of their finding, so that wide gaps are halved before narrow ones.
    const gap = gaps.shift();
    if (gap === undefined) return;
    if (gap.from > gap.to) continue;
    const middle = (gap.from + gap.to) / 2n;
    const below = yield* reader.read({ from: gap.from, to: middle }, 'DESC');
    const above = yield* reader.read({ from: middle + 1n, to: gap.to }, 'ASC');
    if (!below.isWhole && middle > gap.from) gaps.push({ from: gap.from, to: (below.last ?? middle + 1n) - 1n });
    if (!above.isWhole && gap.to > middle + 1n) gaps.push({ from: (above.last ?? middle) + 1n, to: gap.to });
  }
}
