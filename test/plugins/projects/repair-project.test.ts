import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ingestAction } from '../../../plugins/projects/actions/ingest.ts';
import { projectsAction } from '../../../plugins/projects/actions/projects.ts';
import { makeRig } from './rig.ts';

const KEPT = { sources: 2, chunks: 3, vectors: 3 };

test('repair tells what was found, rebuilt and lost, and where the damaged files are', async () => {
  await using rig = await makeRig();
  await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
  rig.stores.repair = () =>
    Promise.resolve({
      found: ['1 texts are not what was stored'],
      rebuilt: ['index of double'],
      lost: ['1 files must be ingested again: a.md: wooster ingest <folder> --project notes'],
      keptAt: '/x/store.db.damaged-2026',
      kept: KEPT,
    });
  const { text, exitCode } = await rig.run(projectsAction(rig.ports), { operation: 'repair', name: 'notes' });
  expect(exitCode).toBe(0);
  expect(text.split('\n')).toEqual([
    'project notes is repaired: 2 files, 3 passages, 3 vectors',
    '  found: 1 texts are not what was stored',
    '  rebuilt: index of double',
    '  lost: 1 files must be ingested again: a.md: wooster ingest <folder> --project notes',
    'the damaged files are kept at /x/store.db.damaged-2026; delete them when you need them no more',
  ]);
});

test('repair of a sound project says so', async () => {
  await using rig = await makeRig();
  await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
  rig.stores.repair = () => Promise.resolve({ found: [], rebuilt: [], lost: [], kept: KEPT });
  const { text } = await rig.run(projectsAction(rig.ports), { operation: 'repair', name: 'notes' });
  expect(text).toBe('project notes is sound, nothing was to be repaired: 2 files, 3 passages, 3 vectors');
});

test('a record that cannot be read is a fault to verify, and repair takes it out of the way', async () => {
  await using rig = await makeRig();
  await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
  rig.stores.repair = () => Promise.resolve({ found: [], rebuilt: [], lost: [], kept: KEPT });
  const record = join(rig.ports.records.folderOf('notes'), 'project.json');
  await mkdir(dirname(record), { recursive: true });
  await writeFile(record, '{"name": "no');
  const action = projectsAction(rig.ports);
  const verified = await rig.run(action, { operation: 'verify', name: 'notes', deep: true });
  expect(verified).toMatchObject({ exitCode: 74, text: expect.stringContaining('record of a project cannot be read') });
  const repaired = await rig.run(action, { operation: 'repair', name: 'notes' });
  expect(repaired.text).toMatch(/lost: the record of the project is kept at .*project.json.damaged-/);
  expect(await rig.ports.records.find('notes')).toBeUndefined();
  expect((await readdir(dirname(record))).some((name) => name.startsWith('project.json.damaged'))).toBe(true);
});

test('repair of a project that nobody knows is refused', async () => {
  await using rig = await makeRig();
  const run = rig.run(projectsAction(rig.ports), { operation: 'repair', name: 'nothing' });
  await expect(run).rejects.toMatchObject({ code: 'E_USAGE' });
});
