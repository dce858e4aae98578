import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makeLastingFolder } from '../../../src/kernel/files/file-layer.ts';
import { placeFile } from '../../../src/kernel/files/part-files.ts';
import { atEachStep, type LosingDisk } from './power-loss.ts';

const PATH = join('folder', 'file');
const WHOLE = Buffer.alloc(1_600, 7);

/** Writes a part and places it; the part is not synced before. */
async function place(disk: LosingDisk): Promise<boolean> {
  const file = await disk.create(`${PATH}.part`);
  await file.write(WHOLE);
  return placeFile(`${PATH}.part`, PATH, disk);
}

describe('a file that is placed', () => {
  test.each([
    ['by a second name', undefined, 7],
    ['by a rename, where the file system knows no second names', 'ENOTSUP', 6],
  ])('%s is not there or whole, whenever the power goes, and whole once it is done', async (_name, fault, steps) => {
    const disks = await atEachStep((disk) => {
      if (fault !== undefined) disk.link = () => Promise.reject(Object.assign(new Error('no'), { code: fault }));
      return place(disk);
    });
    expect(disks).toHaveLength(steps);
    for (const { disk, isDone } of disks) {
      for (const found of disk.survivors(PATH)) expect(isDone ? [WHOLE] : [undefined, WHOLE]).toContainEqual(found);
    }
  });

  test('leaves the file that has its name, whenever the power goes', async () => {
    const mine = Buffer.from('mine');
    for (const { disk } of await atEachStep(place, new Map([[PATH, mine]]))) {
      for (const found of disk.survivors(PATH)) expect(found).toEqual(mine);
    }
  });
});

test('a folder that was made outlasts a loss of power, with those above it', async () => {
  const folder = join('one', 'two', 'three');
  const disks = await atEachStep((disk) => makeLastingFolder(folder, disk));
  // Made, and a name synced in each of three folders.
  expect(disks).toHaveLength(5);
  expect(disks.at(-1)!.disk.folders(folder)).toStrictEqual([{}]);
  expect(disks.at(-2)!.disk.folders(folder)).toContain(undefined);
  const [again] = (
    await atEachStep((disk) => makeLastingFolder('one', disk), new Map([[join('one', 'x'), WHOLE]]))
  ).slice(-1);
  expect(again!.disk.folders('one')).toStrictEqual([{ x: WHOLE }]);
});
