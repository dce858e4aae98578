import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { exportLangChain } from '../../../src/stores/langchain/export-langchain.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { atEachStep, type LosingDisk } from '../../kernel/files/power-loss.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';
import { VectoredStoreDouble } from './vectored-store-double.ts';

test('an exported folder is not there or whole, whenever the power goes, and whole once it is done', async () => {
  const model = new EmbeddingsDouble();
  const store = new VectoredStoreDouble(model);
  await store.add([sourceOf('a.md', ['apples '.repeat(200), 'pears', 'plums'])], limit());
  // Only on the disk that loses its power, as is the folder above it.
  const folder = join(tmpdir(), 'wooster-nowhere', 'exports', 'faiss');
  const work = (disk: LosingDisk): Promise<unknown> =>
    exportLangChain(store, model.space.spaceId, folder, { signal: limit(), files: disk });
  const disks = await atEachStep(work);
  // Three files are written in parts.
  expect(disks.length).toBeGreaterThan(15);
  const done = disks.at(-1)!.disk.folders(folder);
  const [whole] = done;
  expect(done).toHaveLength(1);
  expect(Object.keys(whole ?? {}).sort()).toEqual(['docstore.json', 'faiss.index', 'wooster.json']);
  const seen = new Set<boolean>();
  for (const { disk } of disks) {
    for (const found of disk.folders(folder)) {
      seen.add(found !== undefined);
      expect([undefined, whole]).toContainEqual(found);
    }
  }
  expect(seen.size).toBe(2);
});
