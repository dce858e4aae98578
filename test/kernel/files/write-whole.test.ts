import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { writeWhole } from '../../../src/kernel/files/write-whole.ts';
import { readIndexFile, writeIndexFile } from '../../../src/stores/indexes/exact/index-file.ts';
import { atEachStep, type LosingDisk } from './power-loss.ts';

const PATH = join('folder', 'file');
const FORMER = Buffer.from('what was there before');
const NEXT = [Buffer.alloc(700, 1), Buffer.alloc(900, 2)];

function contentOf(change: number): Parameters<typeof writeIndexFile>[1] {
  const rows = Uint32Array.from({ length: 200 }, (_, at) => at + change);
  return { spaceId: 'space', dimensions: 4, change, rows, vectors: new Float32Array(800).fill(change) };
}

function allocate(rows: number): Float32Array {
  return new Float32Array(rows * 4);
}

describe('a file that is written whole', () => {
  test.each([
    ['in the place of another', new Map([[PATH, FORMER]]), FORMER],
    ['where none was', new Map<string, Buffer>(), undefined],
  ])(
    '%s is the former or the new one, whenever the power goes, and the new one once it is done',
    async (_name, before, former) => {
      const whole = Buffer.concat(NEXT);
      const disks = await atEachStep((disk) => writeWhole(PATH, NEXT, disk), before);
      // Made, written twice, synced, renamed, and the name synced.
      expect(disks).toHaveLength(7);
      for (const { disk, isDone } of disks) {
        for (const found of disk.survivors(PATH)) {
          expect(isDone ? [whole] : [former, whole]).toContainEqual(found);
        }
      }
    },
  );

  test('shows by the same disk that writing without a sync would be half written', async () => {
    const careless = async (disk: LosingDisk): Promise<void> => {
      const file = await disk.create(`${PATH}.part`);
      for (const part of NEXT) await file.write(part);
      await disk.rename(`${PATH}.part`, PATH);
      await disk.sync('folder');
    };
    const [last] = (await atEachStep(careless)).slice(-1);
    expect(last!.disk.survivors(PATH)).toContainEqual(Buffer.alloc(1_600));
  });

  test('is on a real disk what was asked for, and leaves nothing beside it when it fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wooster-whole-'));
    try {
      const path = join(folder, 'file');
      await writeWhole(path, NEXT);
      expect(readFileSync(path).equals(Buffer.concat(NEXT))).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      await expect(writeWhole(join(folder, 'none', 'file'), NEXT)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(writeWhole(join(folder, 'file', 'inside'), NEXT)).rejects.toMatchObject({ code: 'ENOTDIR' });
      expect(readdirSync(folder)).toEqual(['file']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is an index that loads as the former or the new one, or that is made anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wooster-power-'));
    const path = join(folder, 'index');
    const changeOf = (bytes: Buffer | undefined): number | undefined => {
      rmSync(path, { force: true });
      if (bytes !== undefined) writeFileSync(path, bytes);
      return readIndexFile(path, { spaceId: 'space', dimensions: 4, allocate })?.change;
    };
    try {
      await writeIndexFile(path, contentOf(1));
      const former = readFileSync(path);
      const disks = await atEachStep((disk) => writeIndexFile(path, contentOf(2), disk), new Map([[path, former]]));
      for (const { disk, isDone } of disks) {
        for (const found of disk.survivors(path)) expect(isDone ? [2] : [1, 2]).toContain(changeOf(found));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
