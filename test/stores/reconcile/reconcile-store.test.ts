import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore, ReconcileReport } from '../../../src/index.ts';
import { NoRouteError } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);
const SKY = sourceOf('sky.md', ['the sky is blue', 'clouds are white', 'apples are red']);
const LONG = sourceOf(
  'long.md',
  Array.from({ length: 300 }, (_, at) => `passage number ${at}`),
);

const question = { text: 'the sky is blue', k: 3, mode: 'vector' } as const;

function own(): EmbeddingsDouble {
  return new EmbeddingsDouble(spaceDouble('double', 48));
}

function standIn(): EmbeddingsDouble {
  const double = new EmbeddingsDouble(spaceDouble('cloud-model', 64), 'cloud');
  double.isStandIn = true;
  return double;
}

function reconcile(store: KnowledgeStore, isPlan = false): Promise<ReconcileReport> {
  return store.upkeep!.reconcile({ signal: limit(), isPlan });
}

async function roles(store: KnowledgeStore): Promise<unknown> {
  const { spaces } = await store.stats(limit());
  return spaces.map(({ space, role, vectors, missing }) => [space.name, role, vectors, missing]);
}

describe('bringing vectors home', () => {
  let rig: StoreRig;

  beforeEach(() => {
    rig = new StoreRig();
  });

  afterEach(async () => {
    await rig.dispose();
  });

  /** Ingests with the own model, then with what stands in for it. */
  async function fallBack(sources = [SKY, LONG]): Promise<void> {
    const home = await rig.open(own());
    await home.add([FRUIT], limit());
    await home.close();
    const away = await rig.open(standIn());
    await away.add(sources, limit());
    await away.search(question, limit());
    await away.close();
  }

  test('ends in the rows of a store that has never fallen back, index files included', async () => {
    await fallBack();
    const cloud = standIn();
    const store = await rig.open(embeddingsFactoryDouble(own(), [cloud]));
    expect(await roles(store)).toEqual([
      ['double', 'primary', 2, 302],
      ['cloud-model', 'fallback', 302, 2],
    ]);
    expect(readdirSync(join(rig.location, 'indexes')).some((file) => file.startsWith(cloud.space.spaceId))).toBe(true);
    const done: number[] = [];
    const report = await store.upkeep!.reconcile({ signal: limit(), onProgress: (at) => done.push(at) });
    expect(report).toMatchObject({ fromFallback: 302, withoutVector: 0, embedded: 302, tooLong: 0, usd: 0 });
    expect(report).toMatchObject({ to: { name: 'double' }, dropped: [{ name: 'cloud-model' }] });
    expect(done).toEqual([128, 256, 302]);
    expect(await roles(store)).toEqual([['double', 'primary', 304, 0]]);
    const { passages } = await store.search(question, limit());
    expect(passages[0]?.chunk.text).toBe('the sky is blue');
    expect(cloud.embedded).toEqual([]);
    await store.close();
    expect(readdirSync(join(rig.location, 'indexes')).filter((file) => file.startsWith(cloud.space.spaceId))).toEqual(
      [],
    );
    const whole = new StoreRig();
    try {
      const straight = await whole.open(own());
      await straight.add([FRUIT, SKY, LONG], limit());
      await straight.close();
      expect(rowsOf(rig.location)).toBe(rowsOf(whole.location));
    } finally {
      await whole.dispose();
    }
  });

  test('counts and prices in a plan, and changes nothing', async () => {
    await fallBack([SKY]);
    const before = rowsOf(rig.location);
    const model = own();
    const store = await rig.open(model);
    expect(await reconcile(store, true)).toMatchObject({
      fromFallback: 2,
      withoutVector: 0,
      embedded: 0,
      tokens: 11,
      usd: 0,
      dropped: [],
    });
    await store.close();
    expect(rowsOf(rig.location)).toBe(before);
  });

  test('goes on where a failure ended it, and searches both spaces meanwhile', async () => {
    await fallBack();
    const broken = own();
    broken.failure = { after: 200, error: new NoRouteError('gone', { reasons: [] }) };
    const first = await rig.open(embeddingsFactoryDouble(broken, [standIn()]));
    await expect(reconcile(first)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    const [home, away] = (await first.stats(limit())).spaces;
    expect(home!.vectors + away!.vectors).toBe(304);
    expect(home!.vectors).toBeGreaterThan(2);
    await first.close();
    const store = await rig.open(own());
    expect((await reconcile(store)).embedded).toBe(away!.vectors);
    expect(await roles(store)).toEqual([['double', 'primary', 304, 0]]);
  });

  test('embeds texts without any vector too', async () => {
    const home = await rig.open(own());
    await home.add([FRUIT], limit());
    await home.add([SKY], limit(), { isTextOnly: true });
    expect(await reconcile(home)).toMatchObject({ fromFallback: 0, withoutVector: 2, embedded: 2, dropped: [] });
    expect(await reconcile(home)).toMatchObject({ fromFallback: 0, withoutVector: 0, embedded: 0, tokens: 0, usd: 0 });
  });

  test('gives a store that only a stand-in ever served the model of the settings', async () => {
    const away = await rig.open(standIn());
    await away.add([FRUIT], limit());
    expect(await roles(away)).toEqual([['cloud-model', 'fallback', 2, 0]]);
    await expect(reconcile(away)).rejects.toMatchObject({
      code: 'E_NO_ROUTE',
      message: expect.stringContaining('cloud-model only stands in for it'),
    });
    await away.close();
    const store = await rig.open(own());
    expect(await reconcile(store)).toMatchObject({ to: { name: 'double' }, fromFallback: 2, embedded: 2 });
    expect(await roles(store)).toEqual([['double', 'primary', 2, 0]]);
  });

  test('is refused while another model than the own one is all that answers', async () => {
    await fallBack([SKY]);
    const store = await rig.open(new EmbeddingsDouble(spaceDouble('other', 32)));
    await expect(reconcile(store)).rejects.toMatchObject({
      code: 'E_NO_ROUTE',
      message: expect.stringMatching(/^double,/),
    });
    expect(await roles(store)).toHaveLength(2);
  });

  test('leaves texts that the own model cannot read where they are, and says so', async () => {
    const words = Array.from({ length: 400 }, (_, at) => `word${at}`).join(' ');
    await fallBack([sourceOf('big.md', ['a short one', words])]);
    const store = await rig.open(own());
    expect(await reconcile(store)).toMatchObject({ fromFallback: 2, embedded: 1, tooLong: 1, dropped: [] });
    expect(await roles(store)).toEqual([
      ['double', 'primary', 3, 1],
      ['cloud-model', 'fallback', 1, 3],
    ]);
  });

  test('asks no model where everything is at home', async () => {
    const home = await rig.open(own());
    await home.add([FRUIT], limit());
    await home.close();
    const store = await rig.open(embeddingsFactoryDouble(new NoRouteError('nothing answers', { reasons: [] })));
    expect(await reconcile(store)).toMatchObject({ embedded: 0, usd: 0, dropped: [] });
    expect(existsSync(rig.database)).toBe(true);
  });
});
