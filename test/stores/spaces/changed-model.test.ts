import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { NoRouteError } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { nearly, turned } from './space-ports.ts';

const question = { text: 'red apples', k: 4, mode: 'hybrid' } as const;
const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);
const SKY = sourceOf('sky.md', ['the sky is blue', 'apples fall']);

describe('a model that changed behind its name', () => {
  let rig: StoreRig;
  let model: EmbeddingsDouble;

  beforeEach(() => {
    rig = new StoreRig();
    model = new EmbeddingsDouble();
  });

  afterEach(async () => {
    await rig.dispose();
  });

  async function filled(): Promise<void> {
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    await store.close();
  }

  test.each([
    [
      'another build',
      nearly,
      /another build .* 0\.9\d+\); `wooster projects accept rig` .* `wooster migrate --project rig`/,
    ],
    ['another model', turned, /another model .* 0\.\d+\); `wooster migrate --project rig` embeds the store anew/],
  ])('is told by a search and refused by a write where it is %s', async (_what, distort, told) => {
    await filled();
    model.distort = distort;
    const store = await rig.open(model);
    const { passages, notices } = await store.search(question, limit());
    expect(passages[0]?.chunk.text).toBe('apples are red');
    expect(notices).toEqual([expect.stringMatching(told)]);
    const refusal = { code: 'E_STORE_MISMATCH', message: expect.stringMatching(told) };
    await expect(store.embeddings(limit())).rejects.toMatchObject(refusal);
    await expect(store.add([SKY], limit())).rejects.toMatchObject(refusal);
    await store.add([SKY], limit(), { isTextOnly: true });
    await expect(store.embedMissing(limit())).rejects.toMatchObject(refusal);
    expect((await store.stats(limit())).spaces).toMatchObject([{ vectors: 2, missing: 2 }]);
  });

  test('is not searched with where it is another model, whose vectors would find anything', async () => {
    await filled();
    model.distort = turned;
    const store = await rig.open(model);
    const { passages } = await store.search(question, limit());
    expect(passages.map(({ parts }) => parts.vector)).toEqual([undefined]);
    model.distort = nearly;
    const again = await store.search(question, limit());
    expect(again.passages[0]?.parts.vector?.rank).toBe(1);
  });

  test('names the commands of the profile in a profile', async () => {
    const profile = new StoreRig({ purpose: 'userProfile' }, rig.location);
    const first = await profile.open(model);
    await first.add([FRUIT], limit());
    await first.close();
    model.distort = nearly;
    const store = await profile.open(model);
    const { notices } = await store.search(question, limit());
    expect(notices[0]).toContain('`wooster migrate --user-profile --accept` records');
    expect(notices[0]).toContain('`wooster migrate --user-profile` embeds');
    await profile.dispose();
  });

  test('is looked at once for an open store, with the first search or the first write', async () => {
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    expect(model.canaryReadings).toBe(1);
    await store.add([SKY], limit());
    await store.search(question, limit());
    expect(model.canaryReadings).toBe(1);
    await store.close();
    const again = await rig.open(model);
    await again.search(question, limit());
    await again.search(question, limit());
    await again.add([sourceOf('new.md', ['something new'])], limit());
    expect(model.canaryReadings).toBe(2);
  });

  test('is looked at again in a store that stays open, so that other weights behind the name are not written', async () => {
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 16 * 60_000);
    try {
      await store.search(question, limit());
      await store.search(question, limit());
      expect(model.canaryReadings).toBe(2);
      clock.mockImplementation(() => now() + 32 * 60_000);
      model.distort = turned;
      await expect(store.add([SKY], limit())).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
    } finally {
      clock.mockRestore();
    }
  });

  test('is looked at once a day where it is of a cloud, and again when the clock was set back', async () => {
    const cloud = new EmbeddingsDouble(spaceDouble('cloud'), 'cloud');
    const visit = async (): Promise<KnowledgeStore> => {
      const store = await rig.open(cloud);
      await store.search(question, limit());
      await store.close();
      return store;
    };
    const first = await rig.open(cloud);
    await first.add([FRUIT], limit());
    await first.close();
    await visit();
    expect(cloud.canaryReadings).toBe(1);
    rig.setCheckedAt(Date.now() - 25 * 60 * 60_000);
    await visit();
    await visit();
    expect(cloud.canaryReadings).toBe(2);
    rig.setCheckedAt(Date.now() + 60 * 60_000);
    await visit();
    expect(cloud.canaryReadings).toBe(3);
  });

  test('fails no search where it cannot be asked', async () => {
    await filled();
    const store = await rig.open(model);
    model.failure = { after: model.embedded.length + 1, error: new NoRouteError('busy', { reasons: [] }) };
    const { passages, notices } = await store.search(question, limit());
    expect(notices).toEqual([]);
    expect(passages[0]?.parts.vector?.rank).toBe(1);
    expect((await store.embeddings(limit()))?.space).toEqual(model.space);
  });

  test('leaves a store alone whose own model answers, whatever the model of the settings does', async () => {
    await filled();
    const other = new EmbeddingsDouble(spaceDouble('other'));
    other.distort = turned;
    const store = await rig.open(embeddingsFactoryDouble(other, [model]));
    await store.add([SKY], limit());
    expect(other.canaryReadings).toBe(0);
    expect((await store.stats(limit())).spaces).toMatchObject([{ vectors: 4 }]);
  });
});
