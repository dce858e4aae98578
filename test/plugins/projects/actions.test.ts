import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ingestAction } from '../../../plugins/projects/actions/ingest.ts';
import { projectsAction } from '../../../plugins/projects/actions/projects.ts';
import { searchAction } from '../../../plugins/projects/actions/search.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { makeRig } from './rig.ts';

describe('ingest', () => {
  test('names the project after the folder, tells figures and what to do next', async () => {
    await using rig = await makeRig();
    await rig.write('empty.md', '');
    const { result, text, exitCode } = await rig.run(ingestAction(rig.ports), { folder: rig.documents });
    expect(result).toMatchObject({ project: 'harbour-notes', files: 2, added: 2, embedded: 3, hasVectors: true });
    expect(text).toMatch(/files +2 +2 added/);
    expect(text).toContain('left out\n  1 empty: empty.md');
    expect(text).toContain('wooster ask --project harbour-notes "..."');
    expect(exitCode).toBe(0);
    expect(rig.prepared).toEqual(['projects']);
    expect(rig.progress[0]).toBe('looking for files');
    expect(await rig.ports.records.find('harbour-notes')).toMatchObject({ ingestedAt: expect.any(Number) });
  });

  test('lists broken files and takes in the others', async () => {
    await using rig = await makeRig();
    await rig.write('a.torn', 'half of');
    const { result, text, exitCode } = await rig.run(ingestAction(rig.ports), { folder: rig.documents });
    expect(result).toMatchObject({ files: 2, broken: [{ path: 'a.torn', code: 'E_INPUT' }] });
    expect(text).toContain('could not be read\n  a.torn is torn');
    expect(exitCode).toBe(0);
  });

  test('keeps globs for the next time, and replaces them by others', async () => {
    await using rig = await makeRig();
    const { documents: folder, ports } = rig;
    await rig.run(ingestAction(ports), { folder, project: 'notes', exclude: ['fruit.txt'] });
    expect((await rig.run(ingestAction(ports), { folder, project: 'notes' })).result).toMatchObject({ files: 1 });
    await rig.run(ingestAction(ports), { folder, project: 'notes', exclude: ['none'], include: ['*.txt'] });
    expect(await ports.records.find('notes')).toMatchObject({ exclude: ['none'], include: ['*.txt'] });
  });

  test('leaves out what is larger than the setting allows', async () => {
    await using rig = await makeRig({ maxFileBytes: 40 });
    const { text } = await rig.run(ingestAction(rig.ports), { folder: rig.documents });
    expect(text).toMatch(/1 too large: guide\/gateway\.md/);
  });

  test('writes nothing in a dry run, of a new project and of one there is', async () => {
    await using rig = await makeRig();
    const { documents: folder, ports, stores } = rig;
    const { result, text } = await rig.run(ingestAction(ports), { folder, dryRun: true });
    expect(result).toMatchObject({ isDryRun: true, added: 2, embedded: 0 });
    expect(text).toContain('would be taken in\n  fruit.txt (added)');
    expect([...stores.opened.keys(), ...(await ports.records.list()), ...rig.prepared]).toEqual([]);
    await rig.run(ingestAction(ports), { folder });
    await rm(join(folder, 'fruit.txt'));
    expect((await rig.run(ingestAction(ports), { folder, dryRun: true })).text).toContain(
      'would be removed\n  fruit.txt',
    );
    expect(stores.opened.get('projects/harbour-notes')?.held.size).toBe(2);
  });

  test('says that meaning is not searched where embeddings are off', async () => {
    await using rig = await makeRig({ embeddings: null });
    const { text } = await rig.run(ingestAction(rig.ports), { folder: rig.documents });
    expect(text).toContain('no embeddings');
  });

  test('leaves no project behind of a folder that gave nothing', async () => {
    await using rig = await makeRig();
    const empty = join(rig.documents, 'empty');
    await mkdir(empty);
    for (const [folder, code] of [
      [empty, 'E_INPUT'],
      [`${rig.documents}/no`, 'E_FILE'],
    ]) {
      await expect(rig.run(ingestAction(rig.ports), { folder, project: 'x' })).rejects.toMatchObject({ code });
    }
    expect(await rig.ports.records.list()).toEqual([]);
  });

  test('keeps a project whose embedding failed midway, with what it has', async () => {
    const embeddings = new EmbeddingsDouble();
    embeddings.failure = { after: 0, error: new Error('the server is gone') };
    await using rig = await makeRig({ embeddings });
    await expect(rig.run(ingestAction(rig.ports), { folder: rig.documents })).rejects.toThrow('the server is gone');
    expect(await rig.ports.records.list()).toEqual([]);
  });

  test.each([
    ['../x', 'cannot be the name'],
    ['', 'cannot be the name'],
    ['taken', 'is made of'],
  ])('refuses the name %j', async (project, message) => {
    await using rig = await makeRig();
    const record = { name: 'taken', folder: '/elsewhere', include: [], exclude: [], createdAt: 1 };
    await rig.ports.records.save(record);
    const run = rig.run(ingestAction(rig.ports), { folder: rig.documents, project });
    await expect(run).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(message) });
  });
});

describe('projects', () => {
  test('lists, shows and verifies what was ingested', async () => {
    await using rig = await makeRig();
    const action = projectsAction(rig.ports);
    expect((await rig.run(action)).text).toContain('there is no project yet');
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    expect((await rig.run(action)).text).toMatch(/notes .* 2 +3 /);
    expect((await rig.run(action, { operation: 'show', name: 'notes' })).text).toMatch(/holds +2 files, 3 passages/);
    const verified = await rig.run(action, { operation: 'verify', name: 'notes' });
    expect(verified).toMatchObject({ exitCode: 0, text: expect.stringContaining('is sound: 2 files, 3 passages') });
  });

  test('tells a damaged store by exit code 74 and what to do', async () => {
    await using rig = await makeRig();
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    const store = rig.stores.opened.get('projects/notes');
    const checked = { sources: 2, chunks: 3, vectors: 2 };
    store!.verify = async () => ({ isSound: false, faults: ['a vector is gone'], rebuilt: ['the index'], checked });
    const { text, exitCode } = await rig.run(projectsAction(rig.ports), { operation: 'verify', name: 'notes' });
    expect(exitCode).toBe(74);
    expect(text).toMatch(/damaged[^]*a vector is gone[^]*rebuilt: the index[^]*projects remove notes/);
  });

  test('removes only after a yes, and never the documents', async () => {
    await using rig = await makeRig({ lines: ['no', 'y'] });
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    const action = projectsAction(rig.ports);
    expect((await rig.run(action, { operation: 'remove', name: 'notes' })).text).toBe('nothing was removed');
    expect(await rig.ports.records.find('notes')).toBeDefined();
    expect((await rig.run(action, { operation: 'remove', name: 'notes' })).text).toContain('is removed');
    expect(await rig.ports.records.find('notes')).toBeUndefined();
    expect(await readFile(join(rig.documents, 'fruit.txt'), 'utf8')).toContain('Bananas');
  });

  test('does not pull a store away under a writer, nor ask where nobody sits', async () => {
    await using rig = await makeRig({ isInteractive: false });
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    const action = projectsAction(rig.ports);
    const remove = { operation: 'remove', name: 'notes' };
    await expect(rig.run(action, remove)).rejects.toMatchObject({ code: 'E_USAGE' });
    await rig.stores.opened.get('projects/notes')?.beginWriting('another ingest');
    await expect(rig.run(action, { ...remove, yes: true })).rejects.toMatchObject({ code: 'E_STORE_LOCKED' });
    expect(await rig.ports.records.find('notes')).toBeDefined();
  });

  test.each(['show', 'verify', 'remove', 'export'])(
    'asks for a name, and names those there are, in %s',
    async (operation) => {
      await using rig = await makeRig();
      await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
      const action = projectsAction(rig.ports);
      await expect(rig.run(action, { operation })).rejects.toMatchObject({ code: 'E_USAGE' });
      const unknown = rig.run(action, { operation, name: 'other', yes: true });
      await expect(unknown).rejects.toMatchObject({ message: expect.stringContaining('there are notes') });
    },
  );

  test('refuses a record that cannot be read, naming its file', async () => {
    await using rig = await makeRig();
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    await rm(join(rig.ports.records.folderOf('notes'), 'project.json'));
    await mkdir(join(rig.ports.records.folderOf('notes'), 'project.json'));
    await expect(rig.ports.records.find('notes')).rejects.toMatchObject({ code: 'E_FILE' });
  });
});

describe('search', () => {
  test('prints place, heading, score and parts of each passage', async () => {
    await using rig = await makeRig();
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    const { text, result } = await rig.run(searchAction(rig.ports), {
      words: ['gateway', 'port'],
      project: 'notes',
      k: 1,
    });
    expect(text).toMatch(
      /^1\. guide\/gateway\.md:3 › Gateway\n {3}\d\.\d{4} \(words #1 1\.00\)\n {3}The gateway listens/,
    );
    expect(result).toMatchObject({ passages: [{ path: 'guide/gateway.md', line: 3 }] });
    const none = await rig.run(searchAction(rig.ports), { words: ['gateway'], project: 'notes', type: ['pdf'] });
    expect(none.text).toBe('nothing was found');
  });

  test('refuses dates and words that mean nothing', async () => {
    await using rig = await makeRig();
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    const action = searchAction(rig.ports);
    await expect(rig.run(action, { words: [' '], project: 'notes' })).rejects.toMatchObject({ code: 'E_USAGE' });
    const dated = rig.run(action, { words: ['x'], project: 'notes', since: 'soon' });
    await expect(dated).rejects.toMatchObject({ message: expect.stringContaining('--since soon') });
  });
});
