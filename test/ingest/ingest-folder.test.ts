import { rename, rm, symlink, utimes } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IngestProgress } from '../../src/ingest/ingest-report.ts';
import { KnowledgeStoreDouble } from '../doubles/knowledge-store-double.ts';
import { FolderRig } from './folder-rig.ts';

let rig: FolderRig;

beforeEach(async () => {
  rig = await FolderRig.create();
});

afterEach(() => rig.dispose());

describe('an ingest', () => {
  test('takes text and Markdown into the store, with headings, lines and offsets', async () => {
    await rig.write({
      'guide/start.md': '# Start\n\nWelcome.\n\n## Install\n\nRun the script.\n',
      'note.txt': 'The tide is high.',
    });
    expect(await rig.ingest()).toMatchObject({ files: 2, added: 2, changed: 0, unchanged: 0, broken: [], chunks: 3 });
    const guide = rig.store.held.get('guide/start.md')!;
    expect(guide).toMatchObject({ mediaType: 'text/markdown', splitting: { tokenizer: 'double', maxTokens: 240 } });
    expect(guide.chunks.map(({ text, headings, line }) => ({ text, headings, line }))).toEqual([
      { text: 'Welcome.', headings: ['Start'], line: 3 },
      { text: 'Run the script.', headings: ['Start', 'Install'], line: 7 },
    ]);
    expect(rig.embeddings.embedded).toContain('Start › Install\nRun the script.');
  });

  test('opens nothing and embeds nothing the second time', async () => {
    await rig.write({ 'a.md': '# A\n\nOne.', 'b.txt': 'Two.' });
    const { startedAt } = await rig.ingest();
    const before = rig.embeddings.embedded.length;
    const again = await rig.ingest({ ingestedAt: startedAt + 60_000 });
    expect(again).toMatchObject({ unchanged: 2, added: 0, embedded: 0, filesRead: 0, chunks: 0 });
    expect(rig.embeddings.embedded).toHaveLength(before);
  });

  test('believes the digest where the times tell nothing', async () => {
    await rig.write({ 'a.md': 'One.' });
    const { startedAt } = await rig.ingest();
    expect(await rig.ingest({ ingestedAt: startedAt })).toMatchObject({ unchanged: 1, filesRead: 1, embedded: 0 });
    await utimes(rig.path('a.md'), new Date(), new Date(Date.now() - 86_400_000));
    expect(await rig.ingest({ ingestedAt: startedAt + 60_000 })).toMatchObject({ unchanged: 1, filesRead: 1 });
  });

  test('sees a change that keeps size and time', async () => {
    await rig.write({ 'a.md': 'One.' });
    const time = new Date(1_700_000_000_000);
    await utimes(rig.path('a.md'), time, time);
    const { startedAt } = await rig.ingest();
    await rig.write({ 'a.md': 'Two.' });
    await utimes(rig.path('a.md'), time, time);
    expect(await rig.ingest({ ingestedAt: startedAt })).toMatchObject({ changed: 1, unchanged: 0 });
  });

  test('replaces what changed, removes what is gone, and moves for nothing', async () => {
    await rig.write({ 'a.md': 'One.', 'b.md': 'Two.', 'c.md': 'Three.' });
    await rig.ingest();
    await rig.write({ 'a.md': 'One more.' });
    await rm(rig.path('b.md'));
    await rename(rig.path('c.md'), rig.path('moved.md'));
    const before = rig.embeddings.embedded.length;
    const report = await rig.ingest();
    expect(report).toMatchObject({ changed: 1, moved: 1, added: 0, removed: 2, unchanged: 0, embedded: 1 });
    expect(rig.held()).toEqual(['a.md', 'moved.md']);
    expect(rig.embeddings.embedded.slice(before)).toEqual(['One more.']);
  });

  test('embeds equal texts once', async () => {
    await rig.write({ 'a.md': 'The same text.', 'b.md': 'The same text.', 'c.txt': 'The same text.' });
    expect(await rig.ingest()).toMatchObject({ added: 3, chunks: 3, embedded: 1, reused: 2 });
  });

  test('removes a file whose text is gone, and keeps the stored text of one that broke', async () => {
    await rig.write({ 'a.txt': 'One.', 'b.ipynb': '{"cells": [{"cell_type": "markdown", "source": "Two."}]}' });
    await rig.ingest();
    await rig.write({ 'a.txt': '  \n', 'b.ipynb': '{"cells": [' });
    const report = await rig.ingest();
    expect(report.broken).toEqual([{ path: 'b.ipynb', code: 'E_INPUT', message: expect.stringMatching(/damaged/) }]);
    expect(report).toMatchObject({ removed: 1, removals: ['a.txt'] });
    expect(rig.held()).toEqual(['b.ipynb']);
  });

  test('keeps what its globs leave out, and says so', async () => {
    await rig.write({ 'docs/a.md': 'One.', 'src/b.ts': 'const two = 2;' });
    await rig.ingest();
    const report = await rig.ingest({ include: ['docs'] });
    expect(report).toMatchObject({ files: 1, removed: 0, leftOut: [{ reason: 'not included', count: 1 }] });
    expect(report.notices).toEqual([expect.stringMatching(/^1 stored files were not looked at/)]);
    expect(rig.held()).toEqual(['docs/a.md', 'src/b.ts']);
    expect(await rig.ingest({ exclude: ['*.ts'] })).toMatchObject({ removed: 0 });
  });

  test('cuts everything anew for another model, and by an estimate where nothing is embedded', async () => {
    await rig.write({ 'a.md': 'One.' });
    await rig.ingest();
    const silent = new KnowledgeStoreDouble();
    silent.held.set('a.md', rig.store.held.get('a.md')!);
    expect(await rig.ingest({ store: silent })).toMatchObject({ changed: 1, embedded: 0 });
    expect(silent.held.get('a.md')!.splitting.tokenizer).toBe('none');
  });

  test('writes nothing in a dry run, and tells what it would do', async () => {
    await rig.write({ 'a.md': 'One.', 'b.md': 'Two.' });
    await rig.ingest();
    await rig.write({ 'a.md': 'One more word.', 'c.md': 'Three.' });
    await rm(rig.path('b.md'));
    const before = rig.embeddings.embedded.length;
    const report = await rig.ingest({ dryRun: true });
    expect(report).toMatchObject({ isDryRun: true, added: 1, changed: 1, removed: 1, removals: ['b.md'], embedded: 0 });
    expect(report.changes).toEqual([
      { path: 'a.md', kind: 'changed', chunks: 1, tokens: 6 },
      { path: 'c.md', kind: 'added', chunks: 1, tokens: 4 },
    ]);
    expect(rig.held()).toEqual(['a.md', 'b.md']);
    expect(rig.embeddings.embedded).toHaveLength(before);
  });

  test('holds the place of the writer while it runs, and only then', async () => {
    await rig.write({ 'a.md': 'One.' });
    const hold = await rig.store.beginWriting('another run');
    await expect(rig.ingest()).rejects.toMatchObject({ code: 'E_STORE_LOCKED' });
    await hold.dispose();
    await rig.ingest();
    await (await rig.store.beginWriting('a later run')).dispose();
  });

  test('tells how far it is, with the rate of embedding', async () => {
    await rig.write(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.md`, `Text ${at}.`])));
    const told: IngestProgress[] = [];
    await rig.ingest({ onProgress: (progress) => told.push(progress) });
    expect(told[0]).toMatchObject({ phase: 'discover' });
    const last = told.at(-1)!;
    expect(last).toMatchObject({ phase: 'read', filesDone: 30, filesTotal: 30, textsEmbedded: 30, secondsLeft: 0 });
    expect(last.textsPerSecond).toBeGreaterThan(0);
  });

  test('takes a folder that is named by a link', async () => {
    await rig.write({ 'real/a.md': 'One.' });
    await symlink(rig.path('real'), rig.path('link'));
    expect(await rig.ingest({ folder: rig.path('link') })).toMatchObject({ added: 1, folder: rig.path('real') });
    expect(rig.held()).toEqual(['a.md']);
  });
});
