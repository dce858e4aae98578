import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { measureJob, rowsOf, runUntilKilled, seeded } from './support/kill-harness.ts';
import type { Moment } from './support/kill-harness.ts';
import { runJob } from './support/store-job.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const JOB = { files: 24, passages: 4 };
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));

describe(`a store whose process is killed (seed ${seed})`, () => {
  let whole: Awaited<ReturnType<typeof measureJob>>;
  let kills = 0;

  beforeAll(async () => {
    whole = await measureJob(JOB);
  }, 60_000);

  afterAll(() => {
    expect(kills).toBeGreaterThan(5);
  });

  test.each(Array.from({ length: 10 }, (_, at) => at))(
    'opens, is sound and ends as if nothing had happened (moment %i)',
    async (number) => {
      const random = seeded(seed + number);
      const moment: Moment =
        number % 2 === 0
          ? { statement: 1 + Math.floor(random() * whole.statements) }
          : { afterMs: random() * whole.ms * 0.8 };
      const rig = new StoreRig();
      try {
        if (await runUntilKilled(rig.location, JOB, moment)) kills += 1;
        const store = await rig.open();
        expect([moment, await store.verify(limit())]).toEqual([moment, expect.objectContaining({ isSound: true })]);
        await runJob(store, JOB);
        expect([moment, await store.verify(limit())]).toEqual([moment, expect.objectContaining({ isSound: true })]);
        const { passages } = await store.search({ text: 'passage 2 of file 6', k: 3, mode: 'vector' }, limit());
        expect([moment, passages.length]).toEqual([moment, 3]);
        await store.close();
        expect([moment, rowsOf(rig.location)]).toEqual([moment, whole.rows]);
      } finally {
        await rig.dispose();
      }
    },
    60_000,
  );
});
