import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ProjectRecords } from '../../../../plugins/projects/registry/project-records.ts';
import type { ProjectRecord } from '../../../../src/index.ts';
import { atEachStep } from '../../../kernel/files/power-loss.ts';

const root = mkdtempSync(join(tmpdir(), 'wooster-records-'));
const FORMER: ProjectRecord = { name: 'notes', folder: '/a', include: [], exclude: ['drafts/**'], createdAt: 1 };
const NEXT: ProjectRecord = { ...FORMER, ingestedAt: 1_764_000_000_000 };
/** Only on the disk that loses its power. */
const PROJECTS = join(root, 'elsewhere', 'projects');
const PATH = join(PROJECTS, 'notes', 'project.json');

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The file that holds a record. */
async function fileOf(record: ProjectRecord): Promise<Buffer> {
  const [done] = (await atEachStep((disk) => new ProjectRecords(PROJECTS, disk).save(record))).slice(-1);
  const found = done!.disk.survivors(PATH);
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** What the records read from such a file. */
async function readOf(bytes: Buffer | undefined): Promise<ProjectRecord | undefined> {
  const projects = join(root, 'read');
  rmSync(projects, { recursive: true, force: true });
  mkdirSync(join(projects, 'notes'), { recursive: true });
  if (bytes !== undefined) writeFileSync(join(projects, 'notes', 'project.json'), bytes);
  return new ProjectRecords(projects).find('notes');
}

describe('the record of a project, whenever the power goes', () => {
  test.each([
    ['the first one', undefined],
    ['a later one', FORMER],
  ])('while %s is saved is the former or the new one, and the new one once it is saved', async (_name, former) => {
    const before = former === undefined ? new Map<string, Buffer>() : new Map([[PATH, await fileOf(former)]]);
    const disks = await atEachStep((disk) => new ProjectRecords(PROJECTS, disk).save(NEXT), before);
    expect(disks.length).toBeGreaterThan(6);
    for (const { disk, isDone } of disks) {
      for (const found of disk.survivors(PATH)) {
        expect(isDone ? [NEXT] : [former, NEXT]).toContainEqual(await readOf(found));
      }
    }
  });

  test('while it is removed is there or not, and not once it is removed', async () => {
    const before = new Map([[PATH, await fileOf(FORMER)]]);
    const disks = await atEachStep((disk) => new ProjectRecords(PROJECTS, disk).remove('notes'), before);
    for (const { disk, isDone } of disks) {
      for (const found of disk.survivors(PATH)) {
        expect(isDone ? [undefined] : [undefined, FORMER]).toContainEqual(await readOf(found));
      }
    }
  });

  test('while it is set aside is under its name or aside, and aside once that is done', async () => {
    const damaged = Buffer.from('{"name": "no');
    let aside = '';
    const disks = await atEachStep(
      async (disk) => (aside = await new ProjectRecords(PROJECTS, disk).setAside('notes')),
      new Map([[PATH, damaged]]),
    );
    for (const { disk, isDone } of disks) {
      for (const found of disk.survivors(PATH))
        expect(isDone ? [undefined] : [undefined, damaged]).toContainEqual(found);
      if (isDone) expect(disk.survivors(aside)).toEqual([damaged]);
    }
  });
});
