import { describe, expect, test } from '@jest/globals';
import { ProviderServerError, ProviderUnreachableError, RateLimitedError } from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { ClockWatch } from '../../../src/routing/targets/clock-watch.ts';
import { MovableClock } from '../doubles/movable-clock.ts';
import { ask, chatRequest, NEVER, pair, rigOf } from '../doubles/rig.ts';

const HOUR = 3_600_000;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a jump of the clock', () => {
  test('is told once, in both directions, and passing time is none', () => {
    const clock = new MovableClock();
    const watch = new ClockWatch(clock);
    clock.advance(10 * HOUR);
    expect(watch.hasJumped()).toBe(false);
    clock.advanceWall(29_000);
    expect(watch.hasJumped()).toBe(false);
    clock.advanceWall(31_000);
    expect([watch.hasJumped(), watch.hasJumped()]).toEqual([true, false]);
    clock.advanceWall(-HOUR);
    expect([watch.hasJumped(), watch.hasJumped()]).toEqual([true, false]);
    clock.advanceMonotonic(HOUR);
    expect(watch.hasJumped()).toBe(true);
  });

  test('makes looks due: a server that died while the host slept is not trusted', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await ask(rig);
    first.provider.isUp = false;
    first.provider.script = () => [{ error: new ProviderUnreachableError('connection refused') }];
    rig.clock.advanceWall(HOUR);
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
    expect(first.provider.calls).toBe(1);
  });

  test.each([
    ['slept for an hour', HOUR],
    ['was set back by six hours', -6 * HOUR],
    ['was set forward by a day', 24 * HOUR],
  ])('keeps nobody out: what failed before the host %s is asked again', async (_, byMs) => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => [{ error: new ProviderServerError('500') }];
    for (let turn = 0; turn < 5; turn += 1) await ask(rig);
    expect(rig.router.breakers()).toMatchObject([{ state: { kind: 'open' } }]);
    first.provider.script = () => ['hello'];
    rig.clock.advanceWall(byMs);
    expect((await ask(rig)).response_metadata.provider).toBe('first');
  });

  test('is not needed after a long pause of a process that ran on: what is forgotten is looked at first', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await ask(rig);
    first.provider.isUp = false;
    first.provider.script = () => [{ error: new ProviderUnreachableError('connection refused') }];
    rig.clock.advance(HOUR);
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
  });

  test.each([-6 * HOUR, 24 * HOUR])('of %d ms leaves no wrong age in any line', async (byMs) => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.isUp = false;
    await rig.router.refresh(NEVER);
    rig.clock.advanceWall(byMs);
    const { rejected } = await rig.router.decide(chatRequest(), NEVER);
    expect(rejected.flatMap(({ reasons }) => reasons.map(({ text }) => text))).toEqual([
      expect.stringMatching(/\(seen now\)$/),
    ]);
    for (const { health } of rig.router.status().targets) expect(health.ageMs).toBeGreaterThanOrEqual(0);
  });

  test('a record of the future, written before the clock was set back, holds nobody up in the next process', async () => {
    const state = createMemoryState();
    const now = Date.now() + 5 * HOUR;
    const { first, second } = pair();
    const targetId = `first@${first.provider.address}/m`;
    const open = { kind: 'open', fault: 'failure', openedAt: now, probeAt: now + HOUR, trips: 3 } as const;
    state.breakers.save({ targetId, state: open, fingerprint: '', at: now });
    const rig = rigOf({ providers: [first, second], state });
    expect((await ask(rig)).response_metadata.provider).toBe('first');
    await settle();
    expect(state.breakers.list()).toEqual([]);
  });

  test('ends the limits that servers set before it', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: HOUR }) }];
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    first.provider.script = () => ['hello'];
    rig.clock.advanceWall(HOUR);
    expect((await ask(rig)).response_metadata.provider).toBe('first');
  });
});
