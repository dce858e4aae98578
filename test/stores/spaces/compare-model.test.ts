import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EmbeddingsFactory } from '../../../src/index.ts';
import { NoRouteError } from '../../../src/index.ts';
import { acceptModel, compareModel } from '../../../src/stores/spaces/compare-model.ts';
import type { StorePorts } from '../../../src/stores/store-ports.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { buildOfDouble, nearly, openPorts, turned } from './space-ports.ts';

const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);
const SKY = sourceOf('sky.md', ['the sky is blue', 'apples fall']);
const question = { text: 'red apples', k: 4, mode: 'vector' } as const;

describe('comparing the model of a store with what answers', () => {
  let rig: StoreRig;
  let model: EmbeddingsDouble;
  const open: StorePorts[] = [];

  beforeEach(async () => {
    rig = new StoreRig();
    model = new EmbeddingsDouble();
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    await store.close();
  });

  afterEach(async () => {
    for (const { link } of open.splice(0)) await link.close();
    await rig.dispose();
  });

  async function ports(factory: EmbeddingsFactory = embeddingsFactoryDouble(model)): Promise<StorePorts> {
    const made = await openPorts(rig.location, factory);
    open.push(made);
    return made;
  }

  test('tells how near it is, at any time', async () => {
    const { space } = model;
    const at = await ports();
    expect(await compareModel(at, limit())).toEqual({
      space,
      served: space,
      cosine: expect.closeTo(1, 6),
      verdict: 'same',
    });
    model.distort = nearly;
    expect(await compareModel(at, limit())).toMatchObject({ verdict: 'near', cosine: expect.closeTo(0.999, 2) });
    model.distort = turned;
    expect(await compareModel(at, limit())).toMatchObject({ verdict: 'far' });
    model.failure = { after: 0, error: new NoRouteError('gone', { reasons: [] }) };
    expect(await compareModel(at, limit())).toBeUndefined();
  });

  test('has nothing to tell of a store without vectors, and accepts nothing there', async () => {
    const empty = new StoreRig();
    const store = await empty.open(model);
    await store.add([FRUIT], limit(), { isTextOnly: true });
    await store.close();
    const at = await openPorts(empty.location, embeddingsFactoryDouble(model));
    open.push(at);
    expect(await compareModel(at, limit())).toBeUndefined();
    await expect(acceptModel(at, limit())).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('lets a build that was accepted be used, and the one before it still', async () => {
    model.distort = nearly;
    expect(await acceptModel(await ports(), limit())).toMatchObject({ verdict: 'near' });
    for (const distort of [nearly, (vector: Float32Array) => vector]) {
      model.distort = distort;
      const store = await rig.open(model);
      expect((await store.search(question, limit())).notices).toEqual([]);
      expect(await store.add([SKY, sourceOf(`${distort.name}.md`, [`new ${distort.name}`])], limit())).toMatchObject({
        sources: 2,
      });
      await store.close();
    }
  });

  test('measures by the model that filled the store, so that small steps lead nowhere', async () => {
    let steps = 0;
    const stray = (vector: Float32Array): Float32Array =>
      vector.map((value, at) => value + (at % 2 === 0 ? 0.012 : -0.012) * steps);
    model.distort = stray;
    const at = await ports();
    const verdicts: string[] = [];
    for (steps = 1; steps < 6; steps += 1) {
      const found = await acceptModel(at, limit()).then(
        ({ verdict }) => verdict,
        ({ code }: { code: string }) => code,
      );
      verdicts.push(found);
    }
    expect(verdicts[0]).toBe('near');
    expect(verdicts.at(-1)).toBe('E_USAGE');
  });

  test('accepts another build with an identity of its own, which then serves the space of the store', async () => {
    const build = new EmbeddingsDouble(buildOfDouble('int8'));
    build.distort = nearly;
    const factory = embeddingsFactoryDouble(build);
    expect(await acceptModel(await ports(factory), limit())).toMatchObject({
      space: model.space,
      served: build.space,
      verdict: 'near',
    });
    const store = await rig.open(factory);
    expect((await store.embeddings(limit()))?.space).toEqual(model.space);
    await store.add([SKY], limit());
    const { passages, notices } = await store.search(question, limit());
    expect(notices).toEqual([]);
    expect(passages[0]?.parts.vector).toMatchObject({ rank: 1, spaceId: model.space.spaceId });
    expect((await store.stats(limit())).spaces).toMatchObject([{ role: 'primary', vectors: 4, missing: 0 }]);
    await store.close();
    build.distort = turned;
    const changed = await rig.open(factory);
    await expect(changed.add([sourceOf('x.md', ['more'])], limit())).rejects.toMatchObject({
      code: 'E_STORE_MISMATCH',
      message: expect.stringContaining('is another model'),
    });
  });

  test('refuses a model that is far, and one of another length', async () => {
    for (const other of [new EmbeddingsDouble(spaceDouble('other')), new EmbeddingsDouble(spaceDouble('long', 96))]) {
      const at = await ports(embeddingsFactoryDouble(other));
      expect(await compareModel(at, limit())).toMatchObject({ verdict: 'far', served: other.space });
      await expect(acceptModel(at, limit())).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringMatching(/another model .*`wooster migrate --project rig`/),
      });
    }
  });
});
