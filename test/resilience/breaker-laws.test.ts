import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { BreakerEvent, BreakerState } from '../../src/index.ts';
import { CLOSED, isClear, isProbeDue, moveBreaker, probeInMs } from '../../src/resilience/breaker.ts';

const HOUR = 3_600_000;

const random = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const fault = fc.constantFrom('connection' as const, 'time-out' as const, 'failure' as const);
const time = fc.integer({ min: 0, max: 4e12 });
const trips = fc.nat({ max: 100 });

const settings = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 1_000 }),
  recoveryMs: fc.integer({ min: 1, max: 24 * HOUR }),
  probeIntervalMs: fc.integer({ min: 1, max: 24 * HOUR }),
});

/** Any state that a process could have written, also one of another clock. */
const state: fc.Arbitrary<BreakerState> = fc.oneof(
  fc.record({ kind: fc.constant('closed' as const), failures: fc.nat({ max: 1_000 }), trips }),
  fc.record({ kind: fc.constant('open' as const), fault, openedAt: time, probeAt: time, trips }),
  fc.record({ kind: fc.constant('half-open' as const), fault, since: time, trips }),
  fc.record({
    kind: fc.constant('misconfigured' as const),
    since: time,
    code: fc.constantFrom('E_PROVIDER_AUTH', 'E_PROVIDER_CREDIT', 'E_DEPENDENCY'),
    trips,
  }),
);

const event: fc.Arbitrary<BreakerEvent> = fc.oneof(
  fc.constant({ kind: 'succeeded' as const }),
  fc.record({ kind: fc.constant('failed' as const), fault, code: fc.constant('E_X'), random }),
  fc.record({
    kind: fc.constant('failed' as const),
    fault: fc.constant('misconfigured' as const),
    code: fc.constantFrom('E_PROVIDER_AUTH', 'E_PROVIDER_CREDIT'),
    random,
  }),
  fc.constant({ kind: 'probe-started' as const }),
  fc.record({ kind: fc.constant('probe-passed' as const), isKeyProven: fc.boolean() }),
  fc.record({ kind: fc.constant('probe-failed' as const), random }),
  fc.constant({ kind: 'reset' as const }),
);

/** Events with the time of each; the clock may step back and forth between them. */
const history = fc.array(fc.tuple(event, fc.integer({ min: -48 * HOUR, max: 48 * HOUR })), { maxLength: 60 });

const START = 2e12;

type Settings = Parameters<typeof moveBreaker>[2]['settings'];

function play(from: BreakerState, events: readonly (readonly [BreakerEvent, number])[], set: Settings) {
  let now = START;
  let current = from;
  for (const [each, stepMs] of events) {
    now += stepMs;
    current = moveBreaker(current, each, { now, settings: set });
  }
  return { state: current, now };
}

describe('the laws of the breaker', () => {
  test('from any state and history, looks that pass, asked for when they are due, bring it back within two of the longest rests', () => {
    fc.assert(
      fc.property(state, history, settings, (from, events, set) => {
        const played = play(from, events, set);
        // What was written by a clock that was ahead counts from there, so that it takes a second rest at most.
        const longestMs = Math.max(HOUR, set.recoveryMs, set.probeIntervalMs) + 10_001;
        let { state: current, now } = played;
        for (let round = 0; round < 3 && current.kind !== 'closed'; round += 1) {
          now += longestMs;
          if (current.kind !== 'misconfigured' && !isProbeDue(current, now, set)) continue;
          current = moveBreaker(current, { kind: 'probe-started' }, { now, settings: set });
          current = moveBreaker(current, { kind: 'probe-passed', isKeyProven: true }, { now, settings: set });
        }
        expect(current.kind).toBe('closed');
        expect(isClear(moveBreaker(current, { kind: 'succeeded' }, { now, settings: set }))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('from any state, one answer or one reset closes it for good', () => {
    fc.assert(
      fc.property(
        state,
        time,
        settings,
        fc.constantFrom('succeeded' as const, 'reset' as const),
        (from, now, set, kind) => expect(moveBreaker(from, { kind }, { now, settings: set })).toEqual(CLOSED),
      ),
    );
  });

  test('the next look is never farther away than the longest rest of what opened it', () => {
    fc.assert(
      fc.property(state, history, settings, (from, events, set) => {
        const { state: current, now } = play(from, events, set);
        const waitMs = probeInMs(current, now, set);
        if (waitMs === undefined) return;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        if (current.kind === 'half-open') expect(waitMs).toBeLessThanOrEqual(10_000);
        if (current.kind !== 'open') return;
        const capMs = current.fault === 'connection' ? set.probeIntervalMs : Math.max(HOUR, set.recoveryMs);
        expect(waitMs).toBeLessThanOrEqual(capMs);
      }),
      { numRuns: 500 },
    );
  });

  test('trips grow by one, and only where it opens', () => {
    fc.assert(
      fc.property(state, event, time, settings, (from, each, now, set) => {
        const after = moveBreaker(from, each, { now, settings: set });
        if (after.trips <= from.trips) return;
        expect(after.trips).toBe(from.trips + 1);
        expect(['open', 'misconfigured']).toContain(after.kind);
        expect(after.kind).not.toBe(from.kind);
      }),
    );
  });

  test('it is pure: the same input gives the same state, and nothing is changed in place', () => {
    fc.assert(
      fc.property(state, event, time, settings, (from, each, now, set) => {
        const before = structuredClone(from);
        const first = moveBreaker(Object.freeze(from), each, { now, settings: set });
        expect(moveBreaker(structuredClone(from), each, { now, settings: set })).toEqual(first);
        expect(from).toEqual(before);
      }),
    );
  });

  test('fewer failures in a row than the threshold never open it', () => {
    fc.assert(
      fc.property(settings, fc.array(fc.nat({ max: 20 }), { maxLength: 10 }), (set, runs) => {
        let current = CLOSED;
        for (const length of runs) {
          for (let count = 0; count < Math.min(length, set.failureThreshold - 1); count += 1) {
            const failure: BreakerEvent = { kind: 'failed', fault: 'failure', code: 'E_X', random: 0 };
            current = moveBreaker(current, failure, { now: START, settings: set });
          }
          expect(current.kind).toBe('closed');
          current = moveBreaker(current, { kind: 'succeeded' }, { now: START, settings: set });
        }
      }),
    );
  });
});
