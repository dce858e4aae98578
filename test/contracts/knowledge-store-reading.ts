import { expect, test } from '@jest/globals';
import type { KnowledgeFilter, KnowledgeSource } from '../../src/index.ts';
import { ask, paths, signal, SOURCES } from './filled-store.ts';
import type { FilledStore, KnowledgeStoreAbilities } from './filled-store.ts';

/** What every store does that can be read. */
export function describeReading(
  fill: () => FilledStore,
  { hasFullText, keepsEverything }: KnowledgeStoreAbilities,
): void {
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

  test('tells of which version of its source a passage is', async () => {
    const { store } = fill();
    const versions = new Map((await store.sources(signal())).map(({ path, sha256 }) => [path, sha256]));
    const { passages } = await ask(store, 'stars at night', { k: 3 });
    expect(passages.map(({ sourceSha256 }) => sourceSha256)).toEqual(passages.map(({ path }) => versions.get(path)));
    expect(passages[0]?.sourceSha256).toMatch(/./);
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
