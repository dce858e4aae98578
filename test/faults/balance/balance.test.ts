import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ServerHouse } from '../../routing/balance/server-house.ts';
import type { HouseCall } from '../../routing/balance/server-house.ts';

jest.setTimeout(120_000);

const WEIGHTS = [3, 2, 1];
const CALLERS = 6;
const PHASE_CALLS = 200;
/** The heaviest. */
const VICTIM = 0;
const LOOKS_MS = 500;
const BACK_LIMIT_MS = 10_000;
const WORDS = ['One ', 'two ', 'three ', 'four ', 'five.'];
const WHOLE = WORDS.join('');
const reportFile = process.env['WOOSTER_PROOF_REPORT'];

/** One call and the phase in which it was begun. */
interface PhasedCall extends HouseCall {
  readonly phase: 'all' | 'dead' | 'returning' | 'back';
  readonly isStream: boolean;
}

let house: ServerHouse;
let backMs = 0;
let elapsedMs = 0;
const calls: PhasedCall[] = [];

/** Callers at work without a pause, so that the server dies and returns in the middle of calls. */
async function run(): Promise<void> {
  let phase: PhasedCall['phase'] = 'all';
  let begun = 0;
  const over = new AbortController();
  const call = async (): Promise<void> => {
    while (!over.signal.aborted) {
      begun += 1;
      const [own, isStream] = [phase, begun % 3 === 0];
      calls.push({ ...(await house.ask(`question ${begun}`, { isStream })), phase: own, isStream });
    }
  };
  const hasBegun = (count: number): boolean => begun >= count;
  const until = async (count: number): Promise<void> => {
    while (!hasBegun(count)) await wait(5);
  };
  const callers = Promise.all(Array.from({ length: CALLERS }, call));
  await until(PHASE_CALLS);
  phase = 'dead';
  await house.kill(VICTIM);
  await until(2 * PHASE_CALLS);
  phase = 'returning';
  await house.restart(VICTIM);
  const startedAt = performance.now();
  while (!house.isWell(VICTIM) && performance.now() - startedAt < BACK_LIMIT_MS) await wait(5);
  backMs = performance.now() - startedAt;
  phase = 'back';
  await until(begun + PHASE_CALLS);
  over.abort();
  await callers;
}

function sharesOf(phase: PhasedCall['phase']): readonly number[] {
  const answered = calls.filter((call) => call.phase === phase && call.server !== undefined);
  return WEIGHTS.map((_weight, place) => answered.filter(({ server }) => server === place).length);
}

beforeAll(async () => {
  const reply = { tokens: WORDS, tokenDelayMs: 1 };
  house = await ServerHouse.open({ weights: WEIGHTS, reply, healthCheckIntervalMs: LOOKS_MS });
  await house.ask('a first call imports what it needs');
  const startedAt = performance.now();
  await run();
  elapsedMs = performance.now() - startedAt;
  if (reportFile === undefined) return;
  const phases = (['all', 'dead', 'returning', 'back'] as const).map((phase) => {
    const own = calls.filter((call) => call.phase === phase);
    const failedOver = own.filter(({ attempts, server }) => attempts > 1 && server !== undefined).length;
    const interrupted = own.filter(({ errorCode }) => errorCode === 'E_INTERRUPTED').length;
    const failed = own.filter(({ errorCode }) => errorCode !== undefined && errorCode !== 'E_INTERRUPTED').length;
    return { phase, calls: own.length, shares: sharesOf(phase), failedOver, interrupted, failed };
  });
  const line = { weights: WEIGHTS, victim: VICTIM, callers: CALLERS, backMs, elapsedMs, looksMs: LOOKS_MS };
  appendFileSync(reportFile, `${JSON.stringify({ ...line, phases })}\n`);
}, 120_000);

afterAll(() => house[Symbol.asyncDispose]());

describe('six hundred calls over three servers, the heaviest of which is killed and started again', () => {
  test('are all answered, but for streams that had begun on it when it died', () => {
    const failed = calls.filter(({ errorCode }) => errorCode !== undefined);
    expect(calls.length).toBeGreaterThanOrEqual(3 * PHASE_CALLS);
    expect(failed.filter(({ isStream }) => !isStream)).toEqual([]);
    expect(failed.filter(({ errorCode }) => errorCode !== 'E_INTERRUPTED')).toEqual([]);
    expect(failed.length).toBeLessThanOrEqual(CALLERS);
    // What was shown of them is the beginning of the answer, and no other server's words follow.
    expect(failed.every(({ text }) => WHOLE.startsWith(text))).toBe(true);
    const whole = calls.filter(({ errorCode }) => errorCode === undefined);
    expect(new Set(whole.map(({ text }) => text))).toEqual(new Set([WHOLE]));
  });

  test.each([
    ['all', [3, 2, 1]],
    ['dead', [0, 2, 1]],
    ['back', [3, 2, 1]],
  ] as const)('share them by the weights of those that live: %s', (phase, alive) => {
    const shares = sharesOf(phase);
    const answered = shares.reduce((sum, count) => sum + count, 0);
    const total = alive.reduce<number>((sum, weight) => sum + weight, 0);
    for (const [place, weight] of alive.entries()) {
      const exact = (answered * weight) / total;
      // A call of one phase may end in the next: as many as there are callers.
      expect(Math.abs((shares[place] ?? 0) - exact)).toBeLessThanOrEqual(Math.max(exact / 10, CALLERS / 2));
    }
  });

  test('find it back by a look, within the time between two looks and what a look takes', () => {
    expect(backMs).toBeLessThan(LOOKS_MS + 5_000);
  });
});
