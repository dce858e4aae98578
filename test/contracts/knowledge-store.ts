import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { KnowledgeFilter, KnowledgeQuery, KnowledgeSource, KnowledgeStore } from '../../src/index.ts';
import { sourceOf } from '../stores/support/sources.ts';

/** What a kind of store can do; a false flag is told in the name of its suite. */
export interface KnowledgeStoreAbilities {
  readonly canWrite: boolean;
  /** Finds by words: an old folder may hold vectors only. */
  readonly hasFullText: boolean;
  /** Keeps offsets, dates and media types: else only paths and texts are compared. */
  readonly keepsEverything: boolean;
}

/** A store that is open and holds the given sources, in a folder of its own; what was embedded is counted. */
export interface FilledStore {
  readonly store: KnowledgeStore;
  /** Texts that were embedded so far. */
  readonly embedded: () => readonly string[];
  /** The same folder, opened again, after the store was closed. */
  reopen(): Promise<KnowledgeStore>;
  dispose(): Promise<void>;
}

const SOURCES: readonly KnowledgeSource[] = [
  sourceOf('docs/fruit.md', ['apples are red and sweet', 'pears are green', 'plums are blue'], {
    headings: ['Fruit', 'Colours'],
    modifiedAt: 1_000,
  }),
  sourceOf('docs/sky.md', ['the sky is blue at noon', 'stars shine at night'], { modifiedAt: 2_000 }),
  sourceOf('src/paint.ts', ['const colour = mix(red, blue)', 'apples are red and sweet'], {
    mediaType: 'text/typescript',
    modifiedAt: 3_000,
  }),
];

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

function ask(
  store: KnowledgeStore,
  text: string,
  query: Partial<KnowledgeQuery> = {},
): ReturnType<KnowledgeStore['search']> {
  return store.search({ text, k: 10, mode: 'hybrid', ...query }, signal());
}

function paths(findings: Awaited<ReturnType<KnowledgeStore['search']>>): readonly string[] {
  return findings.passages.map(({ path }) => path);
}

function describeReading(fill: () => FilledStore, { hasFullText, keepsEverything }: KnowledgeStoreAbilities): void {
  test('finds the passage that says what was asked, with its place and what its score is made of', async () => {
    const { passages, notices } = await ask(fill().store, 'stars at night', { k: 3 });
    expect(notices).toEqual([]);
    expect(passages[0]).toMatchObject({ path: 'docs/sky.md', chunk: { ordinal: 1, text: 'stars shine at night' } });
    expect(passages[0]?.parts.vector).toMatchObject({ rank: 1 });
    if (hasFullText) expect(passages[0]?.parts.text).toMatchObject({ rank: 1 });
    expect(passages.length).toBeLessThanOrEqual(3);
    const scores = passages.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
  });

  test('finds by vectors alone, and by words alone', async () => {
    const { store } = fill();
    const vector = await ask(store, 'stars at night', { mode: 'vector' });
    expect(vector.passages[0]?.path).toBe('docs/sky.md');
    expect(vector.passages.every(({ parts }) => parts.text === undefined)).toBe(true);
    if (!hasFullText) return;
    const words = await ask(store, 'plums', { mode: 'text' });
    expect(words.passages.map(({ chunk }) => chunk.text)).toEqual(['plums are blue']);
    expect(words.passages.every(({ parts }) => parts.vector === undefined)).toBe(true);
  });

  test('gives a text that is in two sources from both', async () => {
    const found = await ask(fill().store, 'apples are red and sweet', { k: 2 });
    expect([...paths(found)].sort()).toEqual(['docs/fruit.md', 'src/paint.ts']);
  });

  test('joins neighbours into the context, and only there', async () => {
    const { passages } = await ask(fill().store, 'pears are green', { k: 1, neighbours: 1 });
    expect(passages[0]?.chunk.text).toBe('pears are green');
    expect(passages[0]?.context).toBe('apples are red and sweet\npears are green\nplums are blue');
  });

  test('never finds what a filter leaves out', async () => {
    const { store } = fill();
    const filters: readonly [KnowledgeFilter, (source: KnowledgeSource) => boolean][] = [
      [{ pathPrefix: 'docs/' }, ({ path }) => path.startsWith('docs/')],
      ...(keepsEverything
        ? ([
            [{ mediaTypes: ['text/typescript'] }, ({ mediaType }) => mediaType === 'text/typescript'],
            [{ mediaTypes: ['text/*'] }, () => true],
            [{ mediaTypes: [] }, () => false],
            [{ modifiedAfter: 1_500, modifiedBefore: 2_500 }, ({ path }) => path === 'docs/sky.md'],
          ] as [KnowledgeFilter, (source: KnowledgeSource) => boolean][])
        : []),
    ];
    for (const [filter, isAllowed] of filters) {
      const found = new Set(paths(await ask(store, 'red blue apples sky stars', { filter })));
      const allowed = SOURCES.filter(isAllowed).map(({ path }) => path);
      expect([filter, [...found].sort()]).toEqual([filter, allowed.sort()]);
    }
  });

  test('takes any text as a question', async () => {
    const { store } = fill();
    for (const text of [
      '',
      '"',
      'a" OR "b',
      'NEAR(',
      '*',
      '-- ; DROP TABLE',
      "l'été",
      '\u0000',
      '\ud800',
      '🙂',
      '{}:^',
    ]) {
      const { passages } = await ask(store, text);
      expect(Array.isArray(passages)).toBe(true);
    }
  });

  test('lists its sources and reads them back', async () => {
    const { store } = fill();
    const listed = await store.sources(signal());
    expect(listed.map(({ path, chunks }) => [path, chunks])).toEqual(
      SOURCES.map(({ path, chunks }) => [path, chunks.length]),
    );
    const [fruit] = SOURCES;
    const read = await store.read('docs/fruit.md', signal());
    if (keepsEverything) expect(read).toEqual(fruit);
    expect(read?.chunks.map(({ text }) => text)).toEqual(fruit?.chunks.map(({ text }) => text));
    expect(await store.read('nowhere.md', signal())).toBeUndefined();
  });

  test('counts and verifies what it holds', async () => {
    const { store } = fill();
    const stats = await store.stats(signal());
    expect(stats).toMatchObject({ sources: 3, chunks: 7, isReadOnly: store.isReadOnly });
    expect(stats.bytes).toBeGreaterThan(0);
    expect(await store.verify(signal())).toMatchObject({ isSound: true, faults: [], rebuilt: [] });
  });

  test('is the same when it is opened again', async () => {
    const filled = fill();
    const before = await ask(filled.store, 'blue');
    await filled.store.close();
    const again = await filled.reopen();
    expect(await ask(again, 'blue')).toEqual(before);
  });

  test('stops when the signal is aborted', async () => {
    const { store } = fill();
    const query = { text: 'blue', k: 1, mode: 'hybrid' } as const;
    await expect(store.search(query, AbortSignal.abort())).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(store.sources(AbortSignal.abort())).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });
}

function describeRefusing(fill: () => FilledStore): void {
  test('refuses to be written and stays what it was', async () => {
    const { store } = fill();
    expect(store.isReadOnly).toBe(true);
    await expect(store.add([SOURCES[0]!], signal())).rejects.toMatchObject({ row: { exitCode: expect.any(Number) } });
    await expect(store.remove(['docs/sky.md'], signal())).rejects.toMatchObject({ code: expect.any(String) });
    expect(await store.stats(signal())).toMatchObject({ sources: 3, chunks: 7 });
  });
}

function describeWriting(fill: () => FilledStore): void {
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

/** The promises of every kind of store, on a store that `fill` makes with the sources it is given. */
export function describeKnowledgeStore(
  name: string,
  fill: (sources: readonly KnowledgeSource[]) => Promise<FilledStore>,
  abilities: KnowledgeStoreAbilities,
): void {
  describe(`the knowledge store ${name}${abilities.canWrite ? '' : ' (read-only)'}`, () => {
    let filled: FilledStore;

    beforeEach(async () => {
      filled = await fill(SOURCES);
    });

    afterEach(async () => {
      await filled.dispose();
    });

    describeReading(() => filled, abilities);
    if (abilities.canWrite) describeWriting(() => filled);
    else describeRefusing(() => filled);
  });
}
