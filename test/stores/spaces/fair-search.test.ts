import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

const MANY = 600;
const FEW = 10;
const WORDS =
  'river boat mill water engine note weather stone paper window garden letter signal copper salt wind'.split(' ');

/** A passage about nothing in particular, the same for the same number. */
function filler(at: number): string {
  return Array.from({ length: 8 }, (_, place) => WORDS[(at * 7 + place * (1 + (at % 5))) % WORDS.length]).join(' ');
}

/** A store of many passages in its own space and of few in that of a stand-in; `about` says which are about apples. */
async function storeOf(
  rig: StoreRig,
  about: { readonly own: readonly string[]; readonly standIn: readonly string[] },
): Promise<KnowledgeStore> {
  const own = new EmbeddingsDouble(spaceDouble('own', 96));
  const cloud = new EmbeddingsDouble(spaceDouble('cloud', 64), 'cloud');
  cloud.isStandIn = true;
  const reachable: EmbeddingsDouble[] = [];
  const first = await rig.open(own);
  const many = Array.from({ length: MANY - about.own.length }, (_, at) => `${filler(at)} ${at}`);
  await first.add([sourceOf('own.md', [...many, ...about.own])], limit());
  await first.close();
  const store = await rig.open(embeddingsFactoryDouble(cloud, reachable));
  const few = Array.from({ length: FEW - about.standIn.length }, (_, at) => `${filler(at + 1_000)} extra ${at}`);
  await store.add([sourceOf('stand-in.md', [...few, ...about.standIn])], limit());
  reachable.push(own);
  const { spaces } = await store.stats(limit());
  expect(spaces).toMatchObject([
    { role: 'primary', vectors: MANY },
    { role: 'fallback', vectors: FEW },
  ]);
  return store;
}

describe('a search over the space of a store and that of a stand-in', () => {
  const rigs: StoreRig[] = [new StoreRig(), new StoreRig()];
  const stores: KnowledgeStore[] = [];
  const question = { text: 'ripe red apples in the orchard', k: 10, mode: 'vector' } as const;
  const apples = Array.from({ length: 12 }, (_, at) => `ripe red apples hang in the orchard row ${at}`);

  beforeAll(async () => {
    stores.push(await storeOf(rigs[0]!, { own: apples, standIn: [] }));
    stores.push(await storeOf(rigs[1]!, { own: [], standIn: apples.slice(0, 3) }));
  });

  afterAll(async () => {
    for (const rig of rigs) await rig.dispose();
  });

  test('is not flooded by ten passages of the stand-in that answer nothing', async () => {
    const { passages } = await stores[0]!.search(question, limit());
    expect(passages.filter(({ path }) => path === 'own.md').length).toBeGreaterThanOrEqual(9);
    expect(passages.slice(0, 2).map(({ path }) => path)).toEqual(['own.md', 'own.md']);
  });

  test('finds what only the stand-in embedded before the hundreds that answer nothing', async () => {
    const { passages } = await stores[1]!.search(question, limit());
    expect(passages.slice(0, 2).map(({ path }) => path)).toEqual(['stand-in.md', 'stand-in.md']);
    const found = passages.filter(({ chunk }) => chunk.text.startsWith('ripe red apples'));
    expect(found).toHaveLength(3);
  });
});
