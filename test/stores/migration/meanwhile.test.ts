import { afterEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { EmbeddingsDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';
import { HookedDouble, MigrationRig, migrationsOf, moveTo } from './migration-rig.ts';

const SOURCES = Array.from({ length: 6 }, (_, file) =>
  sourceOf(
    `file-${file}.md`,
    Array.from({ length: 5 }, (__, at) => `passage ${at} of file ${file}`),
  ),
);

let rig: MigrationRig;
afterEach(() => rig.dispose());

/** Two handles of one store, as two processes have, and a target of which a window has eight texts. */
async function openTwice(): Promise<{ stores: readonly [KnowledgeStore, KnowledgeStore]; target: HookedDouble }> {
  const target = new HookedDouble('new', 32, { inputs: 2 });
  rig = new MigrationRig([new EmbeddingsDouble(), target, new EmbeddingsDouble(spaceDouble('other'))]);
  const stores = [await rig.open(), await rig.open()] as const;
  await stores[0].add(SOURCES, limit());
  return { stores, target };
}

describe('while the new space is filled', () => {
  test('what is added, replaced and removed by others is in both spaces before the switch', async () => {
    const { stores, target } = await openTwice();
    const [store, other] = stores;
    target.before = async (batch) => {
      if (batch === 2) {
        await other.remove(['file-0.md', 'file-5.md'], limit());
        await other.add([sourceOf('added.md', ['a passage that is new', 'and another'])], limit());
      }
      if (batch === 3) await other.add([sourceOf('file-1.md', ['file one was rewritten'])], limit());
    };
    expect(await moveTo(store, 'new')).toMatchObject({ verification: { isSound: true, vectors: 18 } });
    const { spaces, texts, sources } = await store.stats(limit());
    expect({ texts, sources }).toEqual({ texts: 18, sources: 5 });
    expect(spaces).toMatchObject([
      { role: 'former', vectors: 18, missing: 0 },
      { role: 'primary', vectors: 18, missing: 0 },
    ]);
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
  });

  test('another process that wants to embed the same is told who does, and no text is embedded twice', async () => {
    const { stores, target } = await openTwice();
    const [store, other] = stores;
    let refused: unknown;
    target.before = async (batch) => {
      if (batch === 2) refused = await moveTo(other, 'new').catch((error: unknown) => error);
    };
    await moveTo(store, 'new');
    expect(refused).toMatchObject({
      code: 'E_STORE_LOCKED',
      message: expect.stringContaining(`process ${process.pid} (moving it to new, since `),
    });
    expect(new Set(target.embedded).size).toBe(target.embedded.length);
    expect(await moveTo(other, 'new')).toMatchObject({ wasDone: true });
  });

  test('the old space is searched, and only that', async () => {
    const { stores, target } = await openTwice();
    const [store, other] = stores;
    let found: string | undefined;
    target.before = async (batch) => {
      if (batch !== 3) return;
      const { passages, notices } = await other.search({ text: 'passage 4 of file 5', k: 1, mode: 'vector' }, limit());
      found = passages[0]?.path;
      expect(notices).toEqual([]);
      expect(await other.stats(limit())).toMatchObject({ spaces: [{ role: 'primary' }, { role: 'target' }] });
    };
    await moveTo(store, 'new');
    expect(found).toBe('file-5.md');
  });

  test('another process pauses it, and any process goes on', async () => {
    const { stores, target } = await openTwice();
    const [store, other] = stores;
    target.before = async (batch) => {
      if (batch === 2) expect(await migrationsOf(other).pause(limit())).toMatchObject({ state: 'paused' });
    };
    await expect(moveTo(store, 'new')).rejects.toMatchObject({ code: 'E_MIGRATION' });
    const { done } = (await migrationsOf(store).status(limit()))!;
    expect(done).toBe(16);
    await expect(moveTo(store, 'other')).rejects.toMatchObject({
      code: 'E_MIGRATION',
      message: expect.stringMatching(/--to new.*--prune/),
    });
    expect(await moveTo(other, 'new')).toMatchObject({ embedded: 30 - done });
    expect(new Set(target.embedded).size).toBe(target.embedded.length);
  });

  test('a cancelled run keeps what it has filled', async () => {
    const { stores, target } = await openTwice();
    const [store] = stores;
    const controller = new AbortController();
    target.before = (batch) => {
      if (batch === 3) controller.abort();
    };
    const running = migrationsOf(store).run({ model: 'new' }, { signal: controller.signal });
    await expect(running).rejects.toThrow();
    expect(await migrationsOf(store).status(limit())).toMatchObject({ state: 'filling', done: 16 });
    expect(await moveTo(store, 'new')).toMatchObject({ embedded: 14 });
  });

  test('what was filled is dropped by pruning, and the old space stays', async () => {
    const { stores, target } = await openTwice();
    const [store, other] = stores;
    target.before = async (batch) => void (batch === 2 && (await migrationsOf(other).pause(limit())));
    await expect(moveTo(store, 'new')).rejects.toMatchObject({ code: 'E_MIGRATION' });
    const before = rig.searched();
    expect(await migrationsOf(other).prune(limit())).toMatchObject({ pruned: [{ name: 'new' }], vectors: 16 });
    expect(rig.searched()).toEqual(before);
    expect(await other.stats(limit())).toMatchObject({ spaces: [{ role: 'primary', vectors: 30 }] });
  });

  test('what came after a switch that was taken back is still found by its meaning', async () => {
    const { stores } = await openTwice();
    const [store, other] = stores;
    await moveTo(store, 'new');
    await other.add([sourceOf('late.md', ['zebras graze beyond rivers'])], limit());
    await migrationsOf(store).rollback(limit());
    const { passages } = await other.search({ text: 'zebras graze beyond rivers', k: 2, mode: 'vector' }, limit());
    expect(passages.map(({ path }) => path)).toContain('late.md');
  });

  test('a space that has the number of one that another process has searched and that was pruned is searched anew', async () => {
    const { stores } = await openTwice();
    const [store, other] = stores;
    const ask = async (): Promise<unknown> => {
      const { passages, notices } = await other.search({ text: 'passage 4 of file 5', k: 1, mode: 'vector' }, limit());
      return [passages[0]?.chunk.text, notices];
    };
    await moveTo(store, 'new');
    expect(await ask()).toEqual(['passage 4 of file 5', []]);
    await migrationsOf(store).rollback(limit());
    await migrationsOf(store).prune(limit());
    await moveTo(store, 'other');
    expect(rig.rows('SELECT count(*) AS n, max(id) AS last FROM spaces')).toEqual([{ n: 2, last: 2 }]);
    expect(await ask()).toEqual(['passage 4 of file 5', []]);
  });
});
