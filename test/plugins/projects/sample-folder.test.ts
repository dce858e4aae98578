import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareSample } from '../../../plugins/projects/demo/sample-folder.ts';
import { hostPackage } from '../../../src/host/host-package.ts';

const SAMPLE = join(hostPackage().directory, 'config', 'sample-project');

let target = '';
beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), 'wooster-sample-'));
});
afterEach(() => rm(target, { recursive: true, force: true }));

test('the sample has at least twenty files in every format that loaders read', async () => {
  const files = await readdir(SAMPLE, { recursive: true });
  const endings = new Set(files.map((file) => file.split('.').at(-1)));
  expect(files.filter((file) => file.includes('.')).length).toBeGreaterThanOrEqual(20);
  for (const ending of [
    'md',
    'txt',
    'rst',
    'pdf',
    'docx',
    'html',
    'csv',
    'tsv',
    'json',
    'jsonl',
    'ipynb',
    'yaml',
    'toml',
    'py',
    'ts',
    'c',
  ]) {
    expect(endings).toContain(ending);
  }
});

test('a copy of it has a code that the sample does not have, and another one each time', async () => {
  const folder = join(target, 'copy');
  const first = await prepareSample(SAMPLE, folder);
  const note = await readFile(join(folder, 'notes', 'door-code.md'), 'utf8');
  expect(note).toContain(first.code);
  expect(await readdir(join(SAMPLE, 'notes'))).not.toContain('door-code.md');
  const codes = new Set([first.code]);
  for (let turn = 0; turn < 3; turn += 1) codes.add((await prepareSample(SAMPLE, folder)).code);
  expect(codes.size).toBeGreaterThan(1);
});

test('a place that cannot be written to is told', async () => {
  await chmod(target, 0o500);
  const failing = prepareSample(join(SAMPLE, 'no such folder'), join(target, 'copy'));
  await expect(failing).rejects.toMatchObject({ code: 'E_FILE', message: expect.stringContaining('cannot be copied') });
  await chmod(target, 0o700);
});
