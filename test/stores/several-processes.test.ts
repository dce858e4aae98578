import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startStoreChild } from './support/kill-harness.ts';
import type { StoreChild } from './support/kill-harness.ts';
import { sourceOf } from './support/sources.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const question = { text: 'apples', k: 3, mode: 'hybrid' } as const;
const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);

describe('a store that several processes have open', () => {
  let rig: StoreRig;
  let child: StoreChild | undefined;

  beforeEach(() => {
    rig = new StoreRig();
  });

  afterEach(async () => {
    child?.kill();
    await child?.ended;
    child = undefined;
    await rig.dispose();
  });

  test('has one writer at a time; a second one is told who it is, and what it does, after two seconds', async () => {
    const store = await rig.open();
    await store.add([FRUIT], limit());
    child = startStoreChild({ location: rig.location, holdMs: 30_000 });
    await child.said('held');
    const started = performance.now();
    await expect(store.add([sourceOf('b.md', ['plums'])], limit())).rejects.toMatchObject({
      code: 'E_STORE_LOCKED',
      message: expect.stringMatching(new RegExp(`process ${child.pid} \\(ingesting ./folder, since 20.*wait for it`)),
    });
    expect(performance.now() - started).toBeGreaterThan(1_900);
    expect((await store.search(question, limit())).passages[0]?.path).toBe('fruit.md');
    child.kill();
    await child.ended;
    expect(await store.add([sourceOf('b.md', ['plums'])], limit())).toMatchObject({ sources: 1 });
  });

  test('lets a second writer in when the first is done within two seconds', async () => {
    const store = await rig.open();
    child = startStoreChild({ location: rig.location, holdMs: 200 });
    await child.said('held');
    expect(await store.add([FRUIT], limit())).toMatchObject({ sources: 1 });
  });

  test('lets a second writer give up at once', async () => {
    const store = await rig.open();
    child = startStoreChild({ location: rig.location, holdMs: 30_000 });
    await child.said('held');
    const started = performance.now();
    await expect(store.beginWriting('waiting', AbortSignal.timeout(100))).rejects.toMatchObject({
      code: 'E_CANCELLED',
    });
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test('finds what another process wrote meanwhile, and not what it removed', async () => {
    const store = await rig.open();
    await store.add([FRUIT], limit());
    await store.search(question, limit());
    child = startStoreChild({ location: rig.location, job: { files: 8, passages: 3 } });
    await child.ended;
    const vector = { ...question, mode: 'vector' } as const;
    const all = await store.search({ ...vector, k: 100 }, limit());
    expect(all.passages.map(({ path }) => path)).toContain('folder/4.md');
    expect(all.passages.map(({ path }) => path)).not.toContain('folder/5.md');
    expect(await store.verify(limit())).toMatchObject({ isSound: true, rebuilt: [] });
  });

  test('holds the place over several writes, and gives it back', async () => {
    const [store, other] = [await rig.open(), await rig.open()];
    const place = await store.beginWriting('a whole run', limit());
    await store.add([FRUIT], limit());
    await expect(other.remove(['fruit.md'], limit())).rejects.toMatchObject({
      code: 'E_STORE_LOCKED',
      message: expect.stringContaining(`process ${process.pid} (a whole run`),
    });
    await place.dispose();
    await place.dispose();
    expect(await other.remove(['fruit.md'], limit())).toEqual({ removed: 1 });
    expect((await store.search(question, limit())).passages).toEqual([]);
  });
});
