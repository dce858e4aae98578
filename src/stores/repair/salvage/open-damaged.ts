import { closeSync, ftruncateSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { migrateStore } from '../../database/store-schema.ts';

/** Length of a page of every store. */
const PAGE_BYTES = 4_096;

/** Length of the head of a database file, https://sqlite.org/fileformat2.html. */
const HEAD_BYTES = 100;

/** Length of the heads of a log of writes and of a frame in it. */
const [LOG_HEAD_BYTES, FRAME_HEAD_BYTES] = [32, 24];

function connect(path: string): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: 0 });
  try {
    database.exec('PRAGMA cell_size_check = ON');
    // Fails where the head of the file or its list of tables cannot be read.
    database.prepare('SELECT count(*) FROM sources, texts, chunks WHERE 0').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The pages of an empty store that say which table begins where. */
function emptyStore(folder: string): {
  readonly head: Buffer;
  readonly schema: readonly (readonly [number, Buffer])[];
} {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const path = join(folder, 'empty.db');
  const database = new DatabaseSync(path);
  let numbers: readonly number[];
  try {
    migrateStore(database);
    const rows = database.prepare(`SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'`).all() as {
      pageno: number;
    }[];
    numbers = rows.map(({ pageno }) => pageno);
  } finally {
    database.close();
  }
  const file = readFileSync(path);
  const page = (number: number): Buffer => file.subarray((number - 1) * PAGE_BYTES, number * PAGE_BYTES);
  return { head: page(1).subarray(0, HEAD_BYTES), schema: numbers.map((number) => [number, page(number)] as const) };
}

function overwrite(path: string, parts: readonly (readonly [number, Buffer])[]): void {
  const file = openSync(path, 'r+');
  try {
    for (const [number, bytes] of parts) writeSync(file, bytes, 0, bytes.length, (number - 1) * PAGE_BYTES);
  } finally {
    closeSync(file);
  }
}

/** The head of an empty store, made to fit a file of so many pages and without a list of free ones. */
function headFor(head: Buffer, pages: number): Buffer {
  const fitting = Buffer.from(head);
  fitting.writeUInt32BE(pages, 28);
  fitting.writeUInt32BE(0, 32);
  fitting.writeUInt32BE(0, 36);
  return fitting;
}

/** Makes a file as long as the log of writes says that it was, so that what the log holds can be read. */
function makeRoom(path: string): void {
  const log = openSync(`${path}-wal`, 'r');
  const file = openSync(path, 'a');
  try {
    const frames = Math.floor((statSync(`${path}-wal`).size - LOG_HEAD_BYTES) / (FRAME_HEAD_BYTES + PAGE_BYTES));
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    let pages = 1;
    for (let frame = 0; frame < frames; frame += 1) {
      readSync(log, head, 0, FRAME_HEAD_BYTES, LOG_HEAD_BYTES + frame * (FRAME_HEAD_BYTES + PAGE_BYTES));
      const page = head.readUInt32BE(0);
      // A page that the log does not bring along is at most as many further on as the log is long.
      if (page <= pages + frames) pages = Math.max(pages, page);
    }
    ftruncateSync(file, pages * PAGE_BYTES);
  } finally {
    closeSync(file);
    closeSync(log);
  }
}

/**
 * Opens a copy of a damaged store.db for reading, and changes it for that where it must: a head that cannot be read and a
 * lost list of tables are taken from an empty store, whose tables begin on the same pages. Undefined where nothing helps.
 */
export function openDamaged(path: string, folder: string): DatabaseSync | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > LOG_HEAD_BYTES;
  if (size === 0 && !hasLog) return undefined;
  if (size === 0) makeRoom(path);
  const pages = Math.max(1, Math.floor(statSync(path).size / PAGE_BYTES));
  const { head, schema } = emptyStore(folder);
  const first = headFor(head, pages);
  const tries: readonly (() => void)[] = [
    () => undefined,
    () => overwrite(path, [[1, first]]),
    () => overwrite(path, [...schema, [1, first]]),
  ];
  for (const prepare of tries) {
    try {
      prepare();
      return connect(path);
    } catch {
      // The next way changes more.
    }
  }
  return undefined;
}
