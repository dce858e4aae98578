import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { STORE_VERSION } from '../../../src/stores/database/store-schema.ts';
import { rowsOf, seeded } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { readBackup } from '../../../src/stores/backup/read-backup.ts';
import { writeBackup } from '../../../src/stores/backup/write-backup.ts';
import { requestOf } from './backup-rig.ts';

const seed = Number(process.env['WOOSTER_SEED'] ?? 20_261);

describe(`a file that is no sound backup (seed ${seed})`, () => {
  let shelf: string;
  let sound: Buffer;
  let rows: string;
  let folder: string;
  let file: string;
  let location: string;

  beforeAll(async () => {
    shelf = mkdtempSync(join(tmpdir(), 'wooster-shelf-'));
    const rig = new StoreRig();
    const store = await rig.open();
    const texts = Array.from({ length: 40 }, (_, at) => `passage ${at} about apples and pears`);
    await store.add([sourceOf('a.md', texts)], limit());
    rows = rowsOf(rig.location);
    await writeBackup(rig.database, { file: join(shelf, 'sound') }, limit());
    sound = readFileSync(join(shelf, 'sound'));
    await rig.dispose();
  });

  afterAll(() => rmSync(shelf, { recursive: true, force: true }));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wooster-unsound-'));
    file = join(folder, 'x.wooster-store');
    location = join(folder, 'store');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const change = (sql: string): void => {
    writeFileSync(file, sound);
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
    database.close();
  };

  const refusal = async (): Promise<{ code?: string; message?: string }> => {
    const before = existsSync(file) ? readFileSync(file, 'hex') : '';
    const error: unknown = await readBackup(file, requestOf(location), limit()).catch((reason: unknown) => reason);
    expect(existsSync(location)).toBe(false);
    expect(existsSync(file) ? readFileSync(file, 'hex') : '').toBe(before);
    return error as { code?: string; message?: string };
  };

  test('is refused where it is of a newer version, and left as it is', async () => {
    change(`PRAGMA user_version = ${STORE_VERSION + 1}`);
    expect(await refusal()).toMatchObject({ code: 'E_STORE_NEWER' });
  });

  test.each([
    ['a vector that is not of length 1', 'UPDATE vectors SET vector = zeroblob(length(vector)) WHERE row = 3'],
    ['a vector that is too short', 'UPDATE vectors SET vector = substr(vector, 1, 8) WHERE row = 3'],
    ['a passage without its text', 'DELETE FROM texts WHERE id = 3'],
    ['a gap between passages', 'DELETE FROM chunks WHERE ordinal = 3'],
    ['a word that is not what it was', `UPDATE texts SET text = replace(text, 'pears', 'peals') WHERE id = 3`],
    ['a row that points to nothing', 'UPDATE vectors SET space = 99 WHERE row = 3'],
  ])('is refused where it has %s', async (_what, sql) => {
    change(sql);
    expect(await refusal()).toMatchObject({ code: 'E_STORE_CORRUPT' });
  });

  test('is refused where it was cut short, or is none at all', async () => {
    for (const bytes of [sound.subarray(0, sound.length / 2), Buffer.from('notes'.repeat(500))]) {
      writeFileSync(file, bytes);
      expect(await refusal()).toMatchObject({ code: 'E_STORE_CORRUPT' });
    }
    for (const prepare of [
      () => rmSync(file),
      () => new DatabaseSync(file).exec('CREATE TABLE notes (text)'),
      () => writeFileSync(file, ''),
      () => writeFileSync(file, sound.subarray(0, 50)),
    ]) {
      rmSync(file, { force: true });
      writeFileSync(file, '');
      prepare();
      expect(await refusal()).toMatchObject({ code: 'E_USAGE' });
      rmSync(file, { force: true });
    }
  });

  test('is refused where it is of the other purpose, or a store in use', async () => {
    change(`UPDATE meta SET value = 'userProfile' WHERE key = 'purpose'; DELETE FROM meta WHERE key = 'backup_digest'`);
    expect(await refusal()).toMatchObject({ code: 'E_USAGE', message: expect.stringContaining('user profile') });
    writeFileSync(file, sound);
    writeFileSync(`${file}-wal`, 'log');
    expect(await refusal()).toMatchObject({ code: 'E_USAGE', message: expect.stringContaining('store in use') });
  });

  test('with pages that were overwritten is refused, or the store that comes of it is the same', async () => {
    const random = seeded(seed);
    let refused = 0;
    for (let round = 0; round < 12; round += 1) {
      const bytes = Buffer.from(sound);
      const page = 1 + Math.floor(random() * (bytes.length / 4096 - 1));
      bytes.fill(0xa5, page * 4096 + Math.floor(random() * 1000), (page + 1) * 4096);
      writeFileSync(file, bytes);
      const error: unknown = await readBackup(file, requestOf(location), limit()).catch((reason: unknown) => reason);
      if (error instanceof Error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^E_(STORE_CORRUPT|USAGE)$/) });
        expect(existsSync(location)).toBe(false);
        refused += 1;
        continue;
      }
      expect(rowsOf(location)).toBe(rows);
      rmSync(location, { recursive: true });
    }
    expect(refused).toBeGreaterThan(2);
  });
});
