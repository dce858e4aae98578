import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CancelledError } from 'wooster';
import { exportFile } from '../../../plugins/usage/export/export-file.ts';
import { UsageHouse } from './usage-house.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filled(): UsageHouse {
  const house = new UsageHouse();
  house.call(3, { project: 'old' }, {});
  house.call(0, { project: 'a, "b"' }, { costUsd: 0.000012 });
  return house;
}

describe('the export of usage', () => {
  test('is written whole, for nobody else to read', async () => {
    const file = join(folder, 'calls.csv');
    const house = filled();
    expect(await house.show({ export: file })).toBe(`Wrote 2 calls to ${file}.`);
    const [head, row] = readFileSync(file, 'utf8').split('\r\n');
    expect(head).toMatch(/^id,startedAt,/);
    expect(row).toContain('"a, ""b"""');
    expect(row).toContain('0.000012');
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(folder)).toEqual(['calls.csv']);
  });

  test('is of the calls that were asked for, as JSON Lines too', async () => {
    const file = join(folder, 'calls.jsonl');
    await filled().run({ export: file, since: 'today' });
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ project: 'a, "b"', costUsd: 0.000012 }),
    ]);
  });

  test('goes to standard output, which then has nothing else', async () => {
    const house = filled();
    expect(await house.show({ export: '-', format: 'jsonl' })).toBe('');
    expect(house.written.map((line) => (JSON.parse(line) as { project: string }).project)).toEqual(['a, "b"', 'old']);
  });

  test('replaces no file without --force', async () => {
    const file = join(folder, 'calls.csv');
    writeFileSync(file, 'mine');
    await expect(filled().run({ export: file })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(/calls\.csv is there already: choose another name, or add --force/),
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await filled().run({ export: file, force: true });
    expect(readFileSync(file, 'utf8')).toMatch(/^id,/);
  });

  test('asks for a format that no name tells', async () => {
    await expect(filled().run({ export: join(folder, 'calls') })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(/does not tell a format: end it in \.csv or \.jsonl, or add --format/),
    });
    await filled().run({ export: join(folder, 'calls'), format: 'csv' });
    expect(readdirSync(folder)).toEqual(['calls']);
  });

  test('says what is wrong with the place', async () => {
    await expect(filled().run({ export: join(folder, 'no', 'calls.csv') })).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringMatching(/ENOENT; check the folder/),
    });
  });

  test.each<[string, () => Error, string]>([
    ['the disk is full', () => Object.assign(new Error('no space'), { code: 'ENOSPC' }), 'E_DISK_FULL'],
    ['it is cancelled', () => new CancelledError('cancelled'), 'E_CANCELLED'],
  ])('leaves the old file and nothing else behind when %s', async (_, fault, code) => {
    const file = join(folder, 'calls.csv');
    writeFileSync(file, 'mine');
    function* lines(): Generator<string> {
      yield 'x'.repeat(300_000);
      throw fault();
    }
    const signal = new AbortController().signal;
    await expect(exportFile(file, lines(), { isForced: true, signal })).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['calls.csv']);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
