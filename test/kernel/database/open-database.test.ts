import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BudgetExceededError } from '../../../src/contracts/errors/host-errors.ts';
import type { WorkspaceDatabase } from '../../../src/contracts/state/workspace-database.ts';
import { openDatabase } from '../../../src/kernel/database/open-database.ts';
import { FullDisk } from '../../doubles/full-disk.ts';

const STEPS = ['CREATE TABLE marks (id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;'];
const INSERT = 'INSERT INTO marks (word) VALUES (?)';

let folder = '';
let database: WorkspaceDatabase;

function open(steps: readonly string[] = STEPS): WorkspaceDatabase {
  return openDatabase({ path: join(folder, 'state', 'marks.db'), holds: 'the marks', steps });
}

function words(of: WorkspaceDatabase = database): unknown {
  return of.read((prepare) => prepare('SELECT word FROM marks ORDER BY id').all());
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-database-'));
  database = open();
});

afterEach(async () => {
  await database.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('a database of the workspace', () => {
  test('is not made by reading, and by the first transaction for its owner alone', () => {
    expect(words()).toBeUndefined();
    expect(existsSync(join(folder, 'state'))).toBe(false);
    database.transact((prepare) => prepare(INSERT).run('one'));
    expect(words()).toEqual([{ word: 'one' }]);
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
  });

  test('undoes a transaction whose work throws, and throws it on', () => {
    const fault = new BudgetExceededError('no more');
    const attempt = (): unknown =>
      database.transact((prepare) => {
        prepare(INSERT).run('two');
        throw fault;
      });
    expect(attempt).toThrow(fault);
    expect(words()).toEqual([]);
    database.transact((prepare) => prepare(INSERT).run('three'));
    expect(words()).toEqual([{ word: 'three' }]);
  });

  test('is seen by another process at once, and brought up to date by whoever is newer', async () => {
    database.transact((prepare) => prepare(INSERT).run('one'));
    const newer = open([...STEPS, "ALTER TABLE marks ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';"]);
    expect(newer.read((prepare) => prepare('SELECT word, colour FROM marks').all())).toEqual([
      { word: 'one', colour: 'red' },
    ]);
    await newer.dispose();
    await database.dispose();
    expect(() => words(open())).toThrow(/E_STORE_NEWER|newer version \(2, known 1\)/);
  });

  test('tells of a damaged file and of a full disk with what to do', async () => {
    database.transact((prepare) => prepare(INSERT).run('one'));
    const disk = new FullDisk();
    disk.fill();
    expect(() => database.transact((prepare) => prepare(INSERT).run('two'))).toThrow(/disk is full, make room/);
    disk.makeRoom();
    expect(words()).toEqual([{ word: 'one' }]);
    await database.dispose();
    writeFileSync(database.path, 'this is no database at all, only text that is long enough to be read as a header');
    expect(() => words()).toThrow(/is damaged: move it away, it is then made anew without the marks/);
  });

  test('goes on after it was closed', async () => {
    database.transact((prepare) => prepare(INSERT).run('one'));
    await database.dispose();
    expect(words()).toEqual([{ word: 'one' }]);
  });
});
