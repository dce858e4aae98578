import { describe, expect, test } from '@jest/globals';
import type { BreakerEvent, BreakerFault, BreakerState } from '../../src/index.ts';
import { CLOSED, isProbeDue, moveBreaker, probeInMs } from '../../src/resilience/breaker.ts';

const SETTINGS = { failureThreshold: 3, recoveryMs: 300_000, probeIntervalMs: 30_000 };
const HOUR = 3_600_000;

function failed(fault: BreakerFault, random = 0): BreakerEvent {
  const code = fault === 'misconfigured' ? 'E_PROVIDER_AUTH' : 'E_X';
  return { kind: 'failed', fault, code, random };
}

const PASSED: BreakerEvent = { kind: 'probe-passed', isKeyProven: false };
const PROVEN: BreakerEvent = { kind: 'probe-passed', isKeyProven: true };
const LOOK_FAILED: BreakerEvent = { kind: 'probe-failed', random: 0 };
const LOOK: BreakerEvent = { kind: 'probe-started' };

function run(events: readonly BreakerEvent[], { from = CLOSED, now = 1_000 } = {}): BreakerState {
  return events.reduce((state, event) => moveBreaker(state, event, { now, settings: SETTINGS }), from);
}

function restOf(state: BreakerState): number | undefined {
  return state.kind === 'open' ? state.probeAt - state.openedAt : undefined;
}

/** Opened as often by this fault, with looks that passed in between and no answer. */
function trip(fault: BreakerFault, times: number): BreakerState {
  let state = CLOSED;
  for (let count = 0; count < times; count += 1) {
    if (count > 0) state = run([LOOK, PASSED], { from: state });
    while (state.kind === 'closed') state = run([failed(fault)], { from: state });
  }
  return state;
}

describe('a closed breaker', () => {
  test('counts failures and opens at the threshold; an answer in between clears the count', () => {
    expect(run([failed('failure'), failed('failure')])).toEqual({ kind: 'closed', failures: 2, trips: 0 });
    expect(run([failed('failure'), failed('failure'), { kind: 'succeeded' }])).toEqual(CLOSED);
    const opened = run([failed('failure'), failed('failure'), failed('failure')]);
    expect(opened).toEqual({ kind: 'open', fault: 'failure', openedAt: 1_000, probeAt: 301_000, trips: 1 });
  });

  test('opens at once for what cannot be reached, to be looked at now, and for silence', () => {
    expect(run([failed('connection')])).toMatchObject({ kind: 'open', probeAt: 1_000, trips: 1 });
    expect(run([failed('time-out')])).toMatchObject({ kind: 'open', probeAt: 31_000, trips: 1 });
  });

  test('is not moved by looks, and the very same state comes back where nothing changes', () => {
    const counting = run([failed('failure')]);
    expect(run([LOOK, PASSED, LOOK_FAILED], { from: counting })).toBe(counting);
    expect(run([{ kind: 'succeeded' }, { kind: 'reset' }])).toBe(CLOSED);
  });
});

describe('an open breaker', () => {
  test('is closed by an answer that was under way, and by nothing else than a look or a reset', () => {
    const opened = run([failed('connection')]);
    expect(run([failed('connection'), failed('failure')], { from: opened })).toBe(opened);
    expect(run([{ kind: 'succeeded' }], { from: opened })).toBe(CLOSED);
    expect(run([{ kind: 'reset' }], { from: opened })).toBe(CLOSED);
  });

  test('looks again after one second, then twice as long each time, up to the probe interval', () => {
    const rests: (number | undefined)[] = [];
    let state = run([failed('connection')]);
    for (let look = 0; look < 8; look += 1) {
      rests.push(restOf(state));
      state = run([LOOK, LOOK_FAILED], { from: state });
    }
    expect(rests).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test('comes back on probation: one more failure opens it for twice as long, an answer clears it', () => {
    const probation = run([failed('failure'), failed('failure'), failed('failure'), LOOK, PASSED]);
    expect(probation).toEqual({ kind: 'closed', failures: 2, trips: 1 });
    expect(restOf(run([failed('failure')], { from: probation }))).toBe(600_000);
    expect(restOf(run([failed('connection')], { from: probation }))).toBe(1_000);
    expect(run([{ kind: 'succeeded' }], { from: probation })).toBe(CLOSED);
  });

  test('rests an hour at most after failures and after silence', () => {
    expect([1, 2, 3, 4, 5, 60].map((times) => restOf(trip('failure', times)))).toEqual([
      300_000,
      600_000,
      1_200_000,
      2_400_000,
      HOUR,
      HOUR,
    ]);
    expect([1, 2, 3, 7, 8, 60].map((times) => restOf(trip('time-out', times)))).toEqual([
      30_000,
      60_000,
      120_000,
      1_920_000,
      HOUR,
      HOUR,
    ]);
  });

  test('after a look that failed, the next is a probe interval away at most, whatever opened it', () => {
    const opened = run([failed('failure'), failed('failure'), failed('failure')]);
    expect(restOf(run([LOOK, LOOK_FAILED], { from: opened }))).toBe(30_000);
  });

  test('looks up to a fifth earlier by chance, so that several do not look in step', () => {
    expect(restOf(run([failed('time-out', 0.5)]))).toBe(27_000);
    expect(restOf(run([failed('time-out', 0.999_999)]))).toBe(24_000);
  });
});

describe('times that cannot be', () => {
  const opened: BreakerState = { kind: 'open', fault: 'failure', openedAt: 10_000, probeAt: 310_000, trips: 1 };
  const probing: BreakerState = { kind: 'half-open', fault: 'failure', since: 10_000, trips: 1 };

  test('a look is due when its time has come, or when the clock was set back before the opening', () => {
    expect(isProbeDue(opened, 309_999, SETTINGS)).toBe(false);
    expect(isProbeDue(opened, 310_000, SETTINGS)).toBe(true);
    expect(isProbeDue(opened, 9_999, SETTINGS)).toBe(true);
    expect(isProbeDue({ ...opened, probeAt: 10_000 + 2 * HOUR }, 20_000, SETTINGS)).toBe(true);
  });

  test('a look that was lost with its process is due again after ten seconds', () => {
    expect(isProbeDue(probing, 20_000, SETTINGS)).toBe(false);
    expect(isProbeDue(probing, 20_001, SETTINGS)).toBe(true);
    expect(isProbeDue(probing, 9_999, SETTINGS)).toBe(true);
    expect(run([LOOK], { from: probing, now: 15_000 })).toBe(probing);
    expect(run([LOOK], { from: probing, now: 25_000 })).toMatchObject({ kind: 'half-open', since: 25_000 });
    expect(probeInMs(probing, 15_000, SETTINGS)).toBe(5_000);
    expect(probeInMs(opened, 9_000, SETTINGS)).toBe(0);
    expect(probeInMs(CLOSED, 9_000, SETTINGS)).toBeUndefined();
  });
});

describe('a refused key', () => {
  test('keeps it out until a look proves the key or a reset', () => {
    const refused = run([failed('misconfigured')]);
    expect(refused).toEqual({ kind: 'misconfigured', since: 1_000, code: 'E_PROVIDER_AUTH', trips: 1 });
    expect(run([LOOK, PASSED, LOOK_FAILED, failed('failure')], { from: refused })).toBe(refused);
    expect(run([PROVEN], { from: refused })).toEqual({ kind: 'closed', failures: 2, trips: 1 });
    expect(run([{ kind: 'reset' }], { from: refused })).toBe(CLOSED);
  });

  test('missing credit is not mended by a proven key before the rest is over, and rests longer each time', () => {
    const broke: BreakerEvent = { kind: 'failed', fault: 'misconfigured', code: 'E_PROVIDER_CREDIT', random: 0 };
    const first = run([broke]);
    expect(run([PROVEN], { from: first, now: 300_999 })).toBe(first);
    const probation = run([PROVEN], { from: first, now: 301_000 });
    expect(probation.kind).toBe('closed');
    const second = run([broke], { from: probation, now: 301_000 });
    expect(run([PROVEN], { from: second, now: 301_000 + 599_999 })).toBe(second);
    expect(run([PROVEN], { from: second, now: 301_000 + 600_000 }).kind).toBe('closed');
  });

  test('wins over whatever else keeps the target out', () => {
    expect(run([failed('misconfigured')], { from: run([failed('failure'), failed('failure')]) }).kind).toBe(
      'misconfigured',
    );
  });
});
