import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ProjectRecords } from '../../../../plugins/projects/registry/project-records.ts';
import { readRecordText } from '../../../../plugins/projects/registry/record-text.ts';
import { isWoosterError, type ProjectRecord } from '../../../../src/index.ts';

const RECORD: ProjectRecord = {
  name: 'häuser',
  folder: '/home/person/Dokumente/Häuser "am See"',
  include: ['**/*.md'],
  exclude: ['private/**', 'drafts/**'],
  createdAt: 1_764_000_000_000,
  ingestedAt: 1_764_000_012_345,
};

const root = mkdtempSync(join(tmpdir(), 'wooster-flips-'));
const records = new ProjectRecords(root);
const path = join(records.folderOf(RECORD.name), 'project.json');
let written: Buffer;

beforeAll(async () => {
  await records.save(RECORD);
  written = readFileSync(path);
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** What the records make of a file: the record, or the code and the line that a person gets. */
async function readOf(bytes: Uint8Array): Promise<ProjectRecord | { readonly code: string; readonly message: string }> {
  writeFileSync(path, bytes);
  try {
    return (await records.find(RECORD.name))!;
  } catch (error) {
    if (!isWoosterError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Every bit of a file flipped by itself. */
function* flipsOf(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield flipped;
  }
}

describe('project.json', () => {
  test('with any one bit flipped is told with a code and one line, also inside of a value', async () => {
    expect(await readOf(written)).toEqual(RECORD);
    const flips = [...flipsOf(written)];
    expect(flips.filter((flipped) => typeof readRecordText(flipped.toString()) !== 'string')).toEqual([]);
    for (const flipped of flips.filter((_, at) => at % 29 === 0)) {
      const found = await readOf(flipped);
      expect(found).toEqual({ code: 'E_FILE', message: expect.stringMatching(/^the record of a project [^\n]*$/) });
    }
  });

  test('that a person changed is told so, and taken without its digest', async () => {
    const changed = written.toString().replace('private/**', 'secret/**');
    expect(await readOf(Buffer.from(changed))).toMatchObject({
      code: 'E_FILE',
      message: expect.stringContaining('delete its line "digest" if you changed it yourself'),
    });
    const lines = changed.split('\n').filter((line) => !line.includes('"digest"'));
    expect(await readOf(Buffer.from(lines.join('\n')))).toEqual({ ...RECORD, exclude: ['secret/**', 'drafts/**'] });
  });

  test('of an earlier version has no digest and is read: a flip inside of a value is not noticed there', async () => {
    const earlier = Buffer.from(`${JSON.stringify(RECORD, null, 2)}\n`);
    expect(await readOf(earlier)).toEqual(RECORD);
    const folders = new Set<unknown>();
    for (const flipped of [...flipsOf(earlier)].filter((_, at) => at % 13 === 0)) {
      const found = await readOf(flipped);
      if ('code' in found) expect(found).toEqual({ code: 'E_FILE', message: expect.stringMatching(/^[^\n]*$/) });
      // Whatever the file says, the folder that it lies in names the project, and so its store.
      else expect(found.name).toBe(RECORD.name);
      if ('folder' in found) folders.add(found.folder);
    }
    expect(folders.size).toBeGreaterThan(1);
    writeFileSync(path, earlier);
    await records.save((await records.find(RECORD.name))!);
    expect(readFileSync(path)).toEqual(written);
  });
});
