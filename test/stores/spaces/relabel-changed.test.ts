import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spaceIdOf } from '../../../src/kernel/spaces/space-identity.ts';
import { relabelChanged } from '../../../src/stores/spaces/relabel-changed.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { openPorts, turned } from './space-ports.ts';

const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);
const SKY = sourceOf('sky.md', ['the sky is blue', 'apples fall']);
const question = { text: 'red apples', k: 4, mode: 'hybrid' } as const;

describe('vectors of a model that changed', () => {
  let rig: StoreRig;
  let model: EmbeddingsDouble;

  beforeEach(async () => {
    rig = new StoreRig();
    model = new EmbeddingsDouble();
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    await store.search(question, limit());
    await store.close();
  });

  afterEach(async () => {
    await rig.dispose();
  });

  async function relabel(): Promise<unknown> {
    const ports = await openPorts(rig.location, embeddingsFactoryDouble(model));
    try {
      return await relabelChanged(ports, model.space, limit());
    } finally {
      await ports.link.close();
    }
  }

  test('get an identity of their own, the same each time, and no index of their old one', async () => {
    const { spaceId: regular, name, ...identity } = model.space;
    expect(readdirSync(join(rig.location, 'indexes')).some((file) => file.startsWith(regular))).toBe(true);
    const record = (await relabel()) as typeof model.space;
    expect(record).toEqual({
      ...identity,
      name,
      weights: expect.stringMatching(/^double#before-[0-9a-f]{12}$/),
      spaceId: spaceIdOf(record),
    });
    expect(readdirSync(join(rig.location, 'indexes')).some((file) => file.startsWith(regular))).toBe(false);
    expect(await relabel()).toBeUndefined();
    const other = new StoreRig();
    const store = await other.open(new EmbeddingsDouble());
    await store.add([SKY], limit());
    await store.close();
    const ports = await openPorts(other.location, embeddingsFactoryDouble(model));
    expect(await relabelChanged(ports, model.space, limit())).toEqual(record);
    await ports.link.close();
    await other.dispose();
  });

  test('stay whole, and leave the regular id to vectors of the model as it is now', async () => {
    const record = await relabel();
    model.distort = turned;
    const store = await rig.open(model);
    expect(await store.add([SKY, sourceOf('both.md', ['apples are red'])], limit())).toMatchObject({ embedded: 2 });
    const { spaces } = await store.stats(limit());
    expect(spaces).toMatchObject([
      { space: record, role: 'primary', vectors: 2 },
      { space: model.space, role: 'fallback', vectors: 2 },
    ]);
    const { passages, notices } = await store.search({ ...question, text: 'blue sky' }, limit());
    expect(passages[0]?.parts.vector).toMatchObject({ rank: 1, spaceId: model.space.spaceId });
    expect(notices).toEqual([
      expect.stringMatching(/^2 passages .*`wooster migrate --project rig`/),
      expect.stringContaining('`wooster reconcile --project rig`'),
    ]);
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
  });
});
