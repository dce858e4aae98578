import { expect, test } from '@jest/globals';
import { runFlips } from './flip-run.ts';

/** More of them, and of other seeds, under the proof. */
const FLIPS = 60;
const SEED = 20_261_129;

test(`${FLIPS} times flipped bits (seed ${SEED}) are detected or harmless, and repaired`, async () => {
  const { repaired, salvaged } = await runFlips(FLIPS, SEED);
  expect(repaired + salvaged).toBeGreaterThan(FLIPS / 10);
}, 60_000);
