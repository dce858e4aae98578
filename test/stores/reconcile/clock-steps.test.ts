import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { EmbeddingsDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { HookedDouble } from '../migration/migration-rig.ts';
import { turned } from '../spaces/space-ports.ts';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { CLOCKS, SteppedClock } from '../support/stepped-clock.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);
const SKY = sourceOf(
  'sky.md',
  Array.from({ length: 14 }, (_, at) => `cloud number ${at}`),
);

let rig: StoreRig;

beforeEach(() => {
  rig = new StoreRig({ workerFile: SteppedClock.workerFile });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rig.dispose();
});

/** Adds passages without vectors, and brings them home with a model as another process has it. */
async function reconcileWith(model: EmbeddingsDouble, path: string): Promise<number> {
  const store = await rig.open(model);
  try {
    await store.add([sourceOf(path, [`a passage of ${path}`])], limit(), { isTextOnly: true });
    return (await store.upkeep!.reconcile({ signal: limit() })).embedded;
  } finally {
    await store.close();
  }
}

describe('bringing vectors home while the clock is set', () => {
  test.each(CLOCKS)('%s embeds each text once, and ends as if it had not been', async (_way, steps) => {
    const clock = new SteppedClock(steps);
    const home = await rig.open(new EmbeddingsDouble());
    await home.add([FRUIT], limit());
    await home.close();
    clock.jump();
    const cloud = new EmbeddingsDouble(spaceDouble('cloud-model', 48), 'cloud');
    cloud.isStandIn = true;
    const away = await rig.open(cloud);
    await away.add([SKY], limit());
    await away.close();
    clock.jump();
    const own = new HookedDouble('double', 64, { inputs: 1 });
    own.before = () => clock.jump();
    const store = await rig.open(own);
    const report = await store.upkeep!.reconcile({ signal: limit() });
    expect(report).toMatchObject({ fromFallback: 14, embedded: 14, tooLong: 0, dropped: [{ name: 'cloud-model' }] });
    expect(new Set(own.embedded).size).toBe(own.embedded.length);
    expect(await store.verify(limit())).toMatchObject({ isSound: true });
    clock.jump();
    expect(await store.upkeep!.reconcile({ signal: limit() })).toMatchObject({ embedded: 0, dropped: [] });
    expect(clock.jumps).toBe(7);
    await store.close();
    const whole = new StoreRig();
    try {
      const straight = await whole.open();
      await straight.add([FRUIT, SKY], limit());
      await straight.close();
      expect(rowsOf(rig.location)).toBe(rowsOf(whole.location));
    } finally {
      await whole.dispose();
    }
  });

  test('looks again at a model of a cloud that was seen in a year that has not come', async () => {
    const clock = new SteppedClock([366 * 24 * 3_600_000, -366 * 24 * 3_600_000, 3_600_000, 366 * 24 * 3_600_000]);
    const model = new EmbeddingsDouble(spaceDouble(), 'cloud');
    clock.jump();
    const first = await rig.open(model);
    await first.add([FRUIT], limit());
    await first.close();
    expect(model.canaryReadings).toBe(1);
    clock.jump();
    model.distort = turned;
    await expect(reconcileWith(model, 'refused.md')).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
    model.distort = (vector) => vector;
    expect(await reconcileWith(model, 'seen.md')).toBe(2);
    expect(model.canaryReadings).toBe(3);
    clock.jump();
    expect(await reconcileWith(model, 'an-hour-later.md')).toBe(1);
    expect(model.canaryReadings).toBe(3);
    clock.jump();
    expect(await reconcileWith(model, 'a-year-later.md')).toBe(1);
    expect(model.canaryReadings).toBe(4);
  });
});
