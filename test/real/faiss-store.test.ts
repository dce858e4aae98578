import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FAISS_INDEX_DRIVER } from '../../src/index.ts';
import { sourceOf } from '../stores/support/sources.ts';
import { limit, StoreRig } from '../stores/support/store-rig.ts';

test('a store searches with faiss, saves its index, and makes a damaged one anew', async () => {
  const rig = new StoreRig({ index: 'faiss', drivers: [FAISS_INDEX_DRIVER] });
  try {
    const question = { text: 'copper kettle', k: 1, mode: 'vector' } as const;
    let store = await rig.open();
    await store.add(
      [sourceOf('a.md', ['copper kettle', 'winter orchid']), sourceOf('b.md', ['river stones'])],
      limit(),
    );
    for (const round of ['fresh', 'saved', 'damaged']) {
      const { passages, notices } = await store.search(question, limit());
      expect([round, passages[0]?.chunk.text, notices]).toEqual([round, 'copper kettle', []]);
      expect((await store.stats(limit())).spaces[0]?.index).toBe('faiss');
      await store.close();
      const folder = join(rig.location, 'indexes');
      const [file] = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.faiss')) : [];
      expect([round, file]).toEqual([round, expect.stringMatching(/\.faiss$/)]);
      if (round === 'saved') truncateSync(join(folder, file!), 50);
      store = await rig.open();
    }
  } finally {
    await rig.dispose();
  }
});
