import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TargetLane } from '../../../src/routing/balance/target-lane.ts';
import type { LanePass } from '../../../src/routing/balance/target-lane.ts';
import { MovableClock } from '../doubles/movable-clock.ts';

const NEVER = new AbortController().signal;

function laneOf(slots?: number, queue?: number): { lane: TargetLane; clock: MovableClock } {
  const clock = new MovableClock();
  return { lane: new TargetLane({ entry: { id: 'many', slots, queue }, clock }), clock };
}

function take(pass: LanePass, signal = NEVER, limitMs = 10_000): Promise<number> {
  return pass.takeSlot({ targetId: 'many@host/m', limitMs, signal });
}

/** Whether a promise has settled by now. */
async function hasSettled(work: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  void work.then(
    () => (isDone = true),
    () => (isDone = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return isDone;
}

describe('the lane of an endpoint', () => {
  test('counts a call from the moment it is sent there, and has room without end where nobody set slots', async () => {
    const { lane } = laneOf();
    const passes = Array.from({ length: 50 }, () => lane.join());
    expect([lane.load, lane.room]).toEqual([50, 'free']);
    expect(await Promise.all(passes.map((pass) => take(pass)))).toEqual(passes.map(() => 0));
    for (const pass of passes) pass.leave();
    for (const pass of passes) pass.leave();
    expect(lane.load).toBe(0);
  });

  test('tells what the next call meets', () => {
    const { lane } = laneOf(1, 1);
    expect(lane.room).toBe('free');
    lane.join();
    expect(lane.room).toBe('queue');
    const second = lane.join();
    expect(lane.room).toBe('none');
    second.leave();
    expect(lane.room).toBe('queue');
  });

  test('tells how long a call waited', async () => {
    const { lane, clock } = laneOf(1, 1);
    const [first, second] = [lane.join(), lane.join()];
    expect(await take(first)).toBe(0);
    const waiting = take(second);
    expect(await hasSettled(waiting)).toBe(false);
    clock.advanceMonotonic(1_000);
    first.leave();
    expect(await waiting).toBeGreaterThanOrEqual(1_000);
  });

  test('lets a waiter go that aborts or has waited long enough, and the next one comes in its place', async () => {
    const { lane } = laneOf(1, 3);
    const passes = Array.from({ length: 4 }, () => lane.join());
    await take(passes[0]!);
    const controller = new AbortController();
    const aborted = take(passes[1]!, controller.signal);
    const late = take(passes[2]!, NEVER, 5);
    const last = take(passes[3]!);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(late).rejects.toMatchObject({ code: 'E_TIMEOUT', phase: 'total' });
    passes[2]!.leave();
    expect(lane.load).toBe(2);
    passes[0]!.leave();
    expect(await last).toBeGreaterThanOrEqual(0);
  });

  test('leaves no listener on a signal that outlives the call', async () => {
    const { lane } = laneOf(1, 0);
    let listeners = 0;
    const signal = {
      aborted: false,
      addEventListener: () => (listeners += 1),
      removeEventListener: () => (listeners -= 1),
    } as unknown as AbortSignal;
    const pass = lane.join();
    await take(pass, signal);
    pass.leave();
    expect(listeners).toBe(0);
  });

  test('never lets more in than it has slots, and in the end everybody, whoever aborts on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ aborts: fc.boolean(), ticks: fc.nat({ max: 4 }) }), { minLength: 1, maxLength: 20 }),
        async (slots, callers) => {
          const { lane } = laneOf(slots, callers.length);
          let [inside, most, served] = [0, 0, 0];
          const calls = callers.map(async ({ aborts, ticks }) => {
            const controller = new AbortController();
            const pass = lane.join();
            const taking = take(pass, controller.signal);
            if (aborts) queueMicrotask(() => controller.abort());
            try {
              await taking;
              inside += 1;
              most = Math.max(most, inside);
              for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
              inside -= 1;
              served += 1;
            } catch (error) {
              expect(error).toMatchObject({ code: 'E_CANCELLED' });
            } finally {
              pass.leave();
            }
          });
          await Promise.all(calls);
          // An abort gives a slot back at once, so that who ignores it may overlap with the next.
          if (callers.every(({ aborts }) => !aborts)) expect(most).toBeLessThanOrEqual(slots);
          expect(served).toBeGreaterThanOrEqual(callers.filter(({ aborts }) => !aborts).length);
          expect(lane.load).toBe(0);
        },
      ),
    );
  });
});
