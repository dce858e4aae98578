import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeSource } from '../../src/contracts/knowledge/knowledge-source.ts';
import type { KnowledgeStore } from '../../src/contracts/knowledge/knowledge-store.ts';
import { EmbeddingsDouble } from '../doubles/embeddings-double.ts';
import { limit, StoreRig } from '../stores/support/store-rig.ts';
import { FolderRig } from './folder-rig.ts';

let rig: FolderRig;
let stores: StoreRig[];

beforeEach(async () => {
  rig = await FolderRig.create();
  stores = [];
  const notes = Array.from({ length: 150 }, (_, at) => [
    `notes/${at}.md`,
    `# Note ${at}\n\n${`Words of note ${at}. `.repeat(80)}`,
  ]);
  await rig.write({ ...Object.fromEntries(notes), 'rows.csv': 'name,size\nAlma,7\nBrage,11\n', 'none.txt': ' ' });
});

afterEach(async () => {
  for (const store of stores) await store.dispose();
  await rig.dispose();
});

async function open(embeddings: EmbeddingsDouble): Promise<KnowledgeStore> {
  const store = new StoreRig();
  stores.push(store);
  return store.open(embeddings);
}

async function contentOf(store: KnowledgeStore): Promise<(KnowledgeSource | undefined)[]> {
  const sources = await store.sources(limit());
  return Promise.all(
    sources
      .map(({ path }) => path)
      .sort()
      .map((path) => store.read(path, limit())),
  );
}

describe('an ingest into SQLite', () => {
  test('can be searched, embeds nothing the second time, and loses what is gone', async () => {
    const embeddings = new EmbeddingsDouble();
    const store = await open(embeddings);
    const first = await rig.ingest({ store });
    expect(first).toMatchObject({ added: 151, broken: [], leftOut: [{ reason: 'empty', count: 1 }] });
    const { passages } = await store.search({ text: 'size of Brage', k: 1, mode: 'hybrid' }, limit());
    expect(passages[0]).toMatchObject({ path: 'rows.csv', chunk: { line: 2 } });
    const before = embeddings.embedded.length;
    const again = await rig.ingest({ store, ingestedAt: first.startedAt + 60_000 });
    expect(again).toMatchObject({ unchanged: 151, embedded: 0, chunks: 0, removed: 0 });
    expect(embeddings.embedded).toHaveLength(before);
    await rig.write({ 'rows.csv': '' });
    expect(await rig.ingest({ store })).toMatchObject({ removed: 1, removals: ['rows.csv'] });
    expect((await store.verify(limit())).faults).toEqual([]);
  });

  test('that was stopped and taken up again equals one that was not', async () => {
    const whole = await open(new EmbeddingsDouble());
    await rig.ingest({ store: whole });
    const embeddings = new EmbeddingsDouble();
    const store = await open(embeddings);
    const controller = new AbortController();
    const stopped = rig.ingest({
      store,
      signal: controller.signal,
      onProgress: ({ textsEmbedded }) => {
        if (textsEmbedded > 0) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'E_CANCELLED' });
    const kept = (await store.sources(limit())).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(151);
    expect(await rig.ingest({ store })).toMatchObject({ unchanged: kept, added: 151 - kept });
    expect(await contentOf(store)).toEqual(await contentOf(whole));
    expect((await store.verify(limit())).faults).toEqual([]);
  });
});
