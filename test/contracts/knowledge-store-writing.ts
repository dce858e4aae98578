import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { KnowledgeSource } from '../../src/index.ts';
import { sourceOf } from '../stores/support/sources.ts';
import { ask, paths, signal, SOURCES } from './filled-store.ts';
import type { FilledStore } from './filled-store.ts';

/** What every store does that can be written. */
export function describeWriting(fill: () => FilledStore): void {
  test('embeds a text once, whichever sources have it, and nothing when nothing changed', async () => {
    const { store, embedded } = fill();
    expect(embedded().filter((text) => text === 'apples are red and sweet')).toHaveLength(1);
    const before = embedded().length;
    expect(await store.add(SOURCES, signal())).toEqual({ sources: 3, chunks: 7, embedded: 0, reused: 7 });
    expect(embedded()).toHaveLength(before);
    expect(await store.stats(signal())).toMatchObject({ sources: 3, chunks: 7, texts: 7 });
  });

  test('puts a source that is added again in the place of what was there', async () => {
    const { store } = fill();
    await store.add([sourceOf('docs/sky.md', ['clouds are grey'])], signal());
    expect((await store.read('docs/sky.md', signal()))?.chunks.map(({ text }) => text)).toEqual(['clouds are grey']);
    const { passages } = await ask(store, 'stars shine at night');
    expect(passages.map(({ chunk }) => chunk.text)).not.toContain('stars shine at night');
    expect((await ask(store, 'grey clouds', { k: 1 })).passages[0]?.path).toBe('docs/sky.md');
    expect(await store.stats(signal())).toMatchObject({ sources: 3, chunks: 6, texts: 6 });
  });

  test('keeps a new date of a source whose bytes are the same', async () => {
    const { store, embedded } = fill();
    const before = embedded().length;
    await store.add([{ ...SOURCES[1]!, modifiedAt: 9_000 }], signal());
    expect((await store.read('docs/sky.md', signal()))?.modifiedAt).toBe(9_000);
    expect(embedded()).toHaveLength(before);
  });

  test('moves a source without embedding it again, under the same texts', async () => {
    const { store, embedded } = fill();
    const before = embedded().length;
    await store.add([{ ...SOURCES[1]!, path: 'moved/sky.md' }], signal());
    expect(await store.remove(['docs/sky.md'], signal())).toEqual({ removed: 1 });
    expect(embedded()).toHaveLength(before);
    expect((await ask(store, 'stars shine at night', { k: 1 })).passages[0]?.path).toBe('moved/sky.md');
  });

  test('removes a source from everything, but what another one has too', async () => {
    const { store } = fill();
    expect(await store.remove(['docs/fruit.md', 'unknown.md'], signal())).toEqual({ removed: 1 });
    expect(paths(await ask(store, 'apples are red and sweet'))).not.toContain('docs/fruit.md');
    expect((await ask(store, 'apples are red and sweet', { k: 1 })).passages[0]?.path).toBe('src/paint.ts');
    expect(await ask(store, 'plums', { mode: 'text' })).toMatchObject({ passages: [] });
    expect(await store.verify(signal())).toMatchObject({ isSound: true, rebuilt: [] });
    await store.remove(['docs/sky.md', 'src/paint.ts'], signal());
    expect(await store.stats(signal())).toMatchObject({ sources: 0, chunks: 0, texts: 0 });
    expect((await ask(store, 'apples')).passages).toEqual([]);
  });

  test('gives a passage the same id whenever the same text is at the same place', async () => {
    const { store } = fill();
    const [before] = (await ask(store, 'pears are green', { k: 1 })).passages;
    await store.remove(['docs/fruit.md'], signal());
    await store.add([SOURCES[0]!], signal());
    const [after] = (await ask(store, 'pears are green', { k: 1 })).passages;
    expect(after?.chunkId).toBe(before?.chunkId);
  });

  test('takes a source without passages', async () => {
    const { store } = fill();
    await store.add([sourceOf('empty.md', [])], signal());
    expect((await store.read('empty.md', signal()))?.chunks).toEqual([]);
    expect(await store.verify(signal())).toMatchObject({ isSound: true });
  });

  test('is what a store that never knew better would be, after any sequence of adding and removing', async () => {
    const { store } = fill();
    await store.remove(
      SOURCES.map(({ path }) => path),
      signal(),
    );
    const text = fc.constantFrom('red', 'blue', 'green', 'red blue', 'green red', 'yellow');
    const path = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ path, texts: fc.array(text, { maxLength: 3 }) }),
      fc.record({ path, texts: fc.constant(undefined) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await store.remove(['a', 'b', 'c'], signal());
        const model = new Map<string, KnowledgeSource>();
        for (const each of steps) {
          if (each.texts === undefined) {
            await store.remove([each.path], signal());
            model.delete(each.path);
          } else {
            const source = sourceOf(each.path, each.texts);
            await store.add([source], signal());
            model.set(each.path, source);
          }
        }
        const read = await Promise.all(['a', 'b', 'c'].map((each) => store.read(each, signal())));
        expect(read).toEqual(['a', 'b', 'c'].map((each) => model.get(each)));
        const expected = [...model.values()].flatMap(({ chunks, path: from }) =>
          chunks.map((chunk) => `${from} ${chunk.text}`),
        );
        const { passages } = await ask(store, 'red blue green yellow', { k: 50 });
        expect(passages.map((each) => `${each.path} ${each.chunk.text}`).sort()).toEqual(expected.sort());
        const texts = new Set([...model.values()].flatMap(({ chunks }) => chunks.map((chunk) => chunk.text)));
        const stats = await store.stats(signal());
        expect([stats.texts, ...stats.spaces.map(({ vectors }) => vectors)]).toEqual([texts.size, texts.size]);
      }),
      { numRuns: 12 },
    );
    expect(await store.verify(signal())).toMatchObject({ isSound: true, rebuilt: [] });
  });
}
