import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MovableClock } from '../doubles/movable-clock.ts';
import { ServerHouse } from './server-house.ts';
import type { HouseCall } from './server-house.ts';

const WEIGHTS = [3, 2, 1];
const clock = new MovableClock();
let house: ServerHouse;

beforeAll(async () => {
  house = await ServerHouse.open({ weights: WEIGHTS, clock });
});
afterAll(() => house[Symbol.asyncDispose]());

/** Asks so often, every third time as a stream; all that came of it. */
async function askOften(count: number): Promise<readonly HouseCall[]> {
  const calls: HouseCall[] = [];
  for (let at = 0; at < count; at += 1) calls.push(await house.ask(`question ${at}`, { isStream: at % 3 === 0 }));
  return calls;
}

/** Fails unless every call was answered whole and each living server had its share, within a tenth of it. */
function expectShares(calls: readonly HouseCall[], alive: readonly number[]): void {
  expect(calls.filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
  expect(calls.map(({ text }) => text)).toEqual(calls.map((_call, at) => `You said: question ${at}`));
  const total = alive.reduce((sum, place) => sum + WEIGHTS[place]!, 0);
  for (const place of [0, 1, 2]) {
    const had = calls.filter(({ server }) => server === place).length;
    const share = alive.includes(place) ? (calls.length * WEIGHTS[place]!) / total : 0;
    expect(Math.abs(had - share)).toBeLessThanOrEqual(share / 10);
  }
}

describe('three servers of one model', () => {
  test('get the shares of their weights, while one dies and when it is back, and no answer fails', async () => {
    const before = await askOften(60);
    expectShares(before, [0, 1, 2]);
    expect(before.every(({ attempts }) => attempts === 1)).toBe(true);

    await house.kill(1);
    const without = await askOften(60);
    expectShares(without, [0, 2]);
    expect(without.filter(({ attempts }) => attempts > 1)).toHaveLength(1);

    await house.restart(1);
    clock.advance(30_000);
    for (let turn = 0; turn < 10_000 && !house.isWell(1); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const after = await askOften(60);
    expectShares(after, [0, 1, 2]);
    expect(after.every(({ attempts }) => attempts === 1)).toBe(true);
  });

  test('keep each conversation where it began', async () => {
    const talks = Array.from({ length: 12 }, (_, at) => ({ stickyKey: `talk ${at}` }));
    const homes = await Promise.all(talks.map((talk) => house.ask('hello', talk)));
    const counts = WEIGHTS.map((_weight, place) => homes.filter(({ server }) => server === place).length);
    expect(counts).toEqual([6, 4, 2]);
    for (const isStream of [false, true, false]) {
      const again = await Promise.all(talks.map((talk) => house.ask('and now', { ...talk, isStream })));
      expect(again.map(({ server }) => server)).toEqual(homes.map(({ server }) => server));
    }
  });
});
