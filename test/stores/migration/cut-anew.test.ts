import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';
import { HookedDouble, MigrationRig, migrationsOf, moveTo } from './migration-rig.ts';

const LONG = Array.from({ length: 40 }, (_, at) => `Sentence ${at} says something.`).join(' ');
const TEXTS = ['a short one', LONG, 'short at the end'];
const HEADINGS = ['Long'];

let rig: MigrationRig;
let store: KnowledgeStore;
let before: readonly Record<string, unknown>[];

beforeEach(async () => {
  const narrow = new HookedDouble('narrow', 32, { tokensPerInput: 24 });
  rig = new MigrationRig([new EmbeddingsDouble(), narrow]);
  store = await rig.open();
  await store.add(
    [sourceOf('long.md', TEXTS, { headings: HEADINGS }), sourceOf('short.md', ['only a short one', 'and another'])],
    limit(),
  );
  before = rig.searched();
});
afterEach(() => rig.dispose());

describe('moving to a model that reads less', () => {
  test('cuts only what is too long, with right offsets, and doubles no text', async () => {
    const planned = await migrationsOf(store).plan({ model: 'narrow' }, limit());
    const report = await moveTo(store, 'narrow');
    expect(report.verification).toMatchObject({ isSound: true });
    const source = (await store.read('long.md', limit()))!;
    const content = TEXTS.join('\n');
    expect(source.splitting).toEqual({ tokenizer: 'narrow', maxTokens: 24, overlapTokens: 0, version: 1 });
    expect(source.chunks.map(({ ordinal }) => ordinal)).toEqual(source.chunks.map((_, at) => at));
    for (const chunk of source.chunks) {
      expect(content.slice(chunk.from, chunk.to)).toBe(chunk.text);
      expect(chunk.headings).toEqual(HEADINGS);
    }
    expect([source.chunks[0]?.text, source.chunks.at(-1)?.text]).toEqual([TEXTS[0], TEXTS[2]]);
    expect(source.chunks.map(({ text }) => text).join(' ')).toBe(TEXTS.join(' '));
    expect(source.chunks.length - 2).toBe(planned.cutInto);
    // The four short ones, the long one that is parked, and its pieces.
    expect((await store.stats(limit())).texts).toBe(5 + planned.cutInto);
    expect(planned).toMatchObject({ tooLong: 1, texts: report.verification.vectors });
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
  });

  test('is taken back to the exact rows, and forth again without asking the model', async () => {
    await moveTo(store, 'narrow');
    const after = rig.searched();
    expect(after).not.toEqual(before);
    expect(await migrationsOf(store).rollback(limit())).toMatchObject({ missing: 0 });
    expect(rig.searched()).toEqual(before);
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
    expect(await moveTo(store, 'narrow')).toMatchObject({ embedded: 0 });
    expect(rig.searched()).toEqual(after);
  });

  test('finds a piece by its words and its meaning', async () => {
    await moveTo(store, 'narrow');
    const byWord = await store.search({ text: '17', k: 1, mode: 'text' }, limit());
    const piece = byWord.passages[0]?.chunk.text;
    expect(piece).toContain('Sentence 17');
    const byMeaning = await store.search({ text: `Long\n${piece}`, k: 1, mode: 'vector' }, limit());
    expect(byMeaning.passages[0]?.chunk.text).toBe(piece);
  });

  test('keeps of a source that was replaced after the switch nothing for the way back', async () => {
    await moveTo(store, 'narrow');
    await store.add([sourceOf('long.md', ['rewritten'])], limit());
    expect(rig.rows('SELECT * FROM parked_chunks')).toEqual([]);
    expect(await store.stats(limit())).toMatchObject({ texts: 3 });
    expect(await migrationsOf(store).rollback(limit())).toMatchObject({ missing: 1 });
    expect((await store.read('long.md', limit()))?.chunks.map(({ text }) => text)).toEqual(['rewritten']);
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
  });

  test('leaves nothing of the old cut after pruning', async () => {
    const { verification } = await moveTo(store, 'narrow');
    await migrationsOf(store).prune(limit());
    expect(await store.stats(limit())).toMatchObject({ texts: verification.vectors });
    const counts = ['parked_chunks', 'parked_sources', 'migrations', 'removals'].map((table) =>
      rig.rows(`SELECT * FROM ${table}`),
    );
    expect(counts).toEqual([[], [], [], []]);
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
  });

  test('drops what was cut when that is pruned before the switch', async () => {
    const narrow = rig.models[1] as HookedDouble;
    narrow.before = () => {
      throw new Error('the server is gone');
    };
    await expect(moveTo(store, 'narrow')).rejects.toThrow('the server is gone');
    await migrationsOf(store).prune(limit());
    expect(rig.searched()).toEqual(before);
    expect(await store.stats(limit())).toMatchObject({ texts: 5 });
  });
});
