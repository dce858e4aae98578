import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeSource } from '../../src/index.ts';
import { signal, SOURCES } from './filled-store.ts';
import type { FilledStore, KnowledgeStoreAbilities } from './filled-store.ts';
import { describeReading } from './knowledge-store-reading.ts';
import { describeWriting } from './knowledge-store-writing.ts';

function describeRefusing(fill: () => FilledStore): void {
  test('refuses to be written and stays what it was', async () => {
    const { store } = fill();
    expect(store.isReadOnly).toBe(true);
    await expect(store.add([SOURCES[0]!], signal())).rejects.toMatchObject({ row: { exitCode: expect.any(Number) } });
    await expect(store.remove(['docs/sky.md'], signal())).rejects.toMatchObject({ code: expect.any(String) });
    expect(await store.stats(signal())).toMatchObject({ sources: 3, chunks: 7 });
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
