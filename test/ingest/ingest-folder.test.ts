import { mkdtemp, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ingestFolder } from '../../src/ingest/ingest-folder.ts';
import type { IngestOptions } from '../../src/ingest/ingest-options.ts';
import type { IngestReport } from '../../src/ingest/ingest-report.ts';
import { BUILT_IN_LOADERS } from '../../src/ingest/load/built-in-loaders.ts';
import { EmbeddingsDouble } from '../doubles/embeddings-double.ts';
import { KnowledgeStoreDouble } from '../doubles/knowledge-store-double.ts';

let folder: string;
let embeddings: EmbeddingsDouble;
let store: KnowledgeStoreDouble;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-'));
  embeddings = new EmbeddingsDouble();
  store = new KnowledgeStoreDouble({ embeddings });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

function ingest(options: Partial<IngestOptions> = {}): Promise<IngestReport> {
  const { signal } = new AbortController();
  return ingestFolder({ folder, store, loaders: BUILT_IN_LOADERS, signal, ...options });
}

describe('an ingest', () => {
  test('takes text and Markdown into the store, with headings, lines and offsets', async () => {
    await write({
      'guide/start.md': '# Start\n\nWelcome.\n\n## Install\n\nRun the script.\n',
      'note.txt': 'The tide is high.',
    });
    const report = await ingest();
    expect(report).toMatchObject({ files: 2, added: 2, changed: 0, unchanged: 0, removed: 0, broken: [], chunks: 3 });
    const guide = store.held.get('guide/start.md')!;
    expect(guide.mediaType).toBe('text/markdown');
    expect(guide.chunks.map(({ text, headings, line }) => ({ text, headings, line }))).toEqual([
      { text: 'Welcome.', headings: ['Start'], line: 3 },
      { text: 'Run the script.', headings: ['Start', 'Install'], line: 7 },
    ]);
    expect(embeddings.embedded).toEqual(
      expect.arrayContaining(['Start › Install\nRun the script.', 'The tide is high.']),
    );
  });

  test('reads and embeds nothing the second time', async () => {
    await write({ 'a.md': '# A\n\nOne.', 'b.txt': 'Two.' });
    const { startedAt } = await ingest();
    const before = embeddings.embedded.length;
    const again = await ingest({ ingestedAt: startedAt + 60_000 });
    expect(again).toMatchObject({ unchanged: 2, added: 0, embedded: 0, filesRead: 0, chunks: 0 });
    expect(embeddings.embedded).toHaveLength(before);
  });

  test('knows a file by its digest where its time tells nothing', async () => {
    await write({ 'a.md': '# A\n\nOne.' });
    const { startedAt } = await ingest();
    expect(await ingest({ ingestedAt: startedAt })).toMatchObject({ unchanged: 1, filesRead: 1, embedded: 0 });
    await utimes(join(folder, 'a.md'), new Date(), new Date(Date.now() - 86_400_000));
    expect(await ingest({ ingestedAt: startedAt + 60_000 })).toMatchObject({ unchanged: 1, filesRead: 1, embedded: 0 });
  });

  test('replaces what changed, removes what is gone, and moves for nothing', async () => {
    await write({ 'a.md': 'One.', 'b.md': 'Two.', 'c.md': 'Three.' });
    await ingest();
    await write({ 'a.md': 'One more.' });
    await rm(join(folder, 'b.md'));
    await rename(join(folder, 'c.md'), join(folder, 'moved.md'));
    const before = embeddings.embedded.length;
    const report = await ingest();
    expect(report).toMatchObject({ changed: 1, moved: 1, added: 0, removed: 2, unchanged: 0, embedded: 1 });
    expect([...store.held.keys()].sort()).toEqual(['a.md', 'moved.md']);
    expect(embeddings.embedded.slice(before)).toEqual(['One more.']);
  });

  test('embeds equal texts once', async () => {
    await write({ 'a.md': 'The same text.', 'b.md': 'The same text.', 'c.txt': 'The same text.' });
    expect(await ingest()).toMatchObject({ added: 3, chunks: 3, embedded: 1, reused: 2 });
  });
});
