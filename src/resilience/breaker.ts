import type { BreakerEvent, BreakerSettings, BreakerState, BreakerTrip } from '../contracts/routing/breaker.ts';

/** First step between two looks at a server that refuses connections; doubles up to the probe interval. */
const FIRST_BACKOFF_MS = 1_000;

/** Longest rest after failures and time-outs, unless the configured one is longer. */
const LONGEST_REST_MS = 3_600_000;

/** A look ends long before this, so a breaker that has been half-open for longer lost its look. */
const LOOK_LIMIT_MS = 10_000;

/** Doublings after which every rest is at its cap; more would leave the range of exact numbers. */
const MOST_DOUBLINGS = 30;

const NO_CREDIT = 'E_PROVIDER_CREDIT';

/** A breaker that has nothing to remember. */
export const CLOSED: BreakerState = Object.freeze({ kind: 'closed', failures: 0, trips: 0 });

/** Longest time that a breaker opened by this fault waits for its next look. */
function longestRestMs(fault: BreakerTrip, { recoveryMs, probeIntervalMs }: BreakerSettings): number {
  return fault === 'connection' ? probeIntervalMs : Math.max(LONGEST_REST_MS, recoveryMs);
}

/** The rest after the given trip, the first being 1: each doubles the one before. */
function restMs(fault: BreakerTrip, trips: number, settings: BreakerSettings): number {
  if (fault === 'connection' && trips <= 1) return 0;
  const firstMs = {
    connection: FIRST_BACKOFF_MS / 2,
    'time-out': settings.probeIntervalMs,
    failure: settings.recoveryMs,
  }[fault];
  const doubledMs = firstMs * 2 ** Math.min(MOST_DOUBLINGS, trips - 1);
  return Math.min(longestRestMs(fault, settings), doubledMs);
}

/** Less up to a fifth, so that several do not look in step. */
function jittered(delayMs: number, random: number): number {
  return Math.round(delayMs * (1 - random / 5));
}

function isExpiredLook(since: number, now: number): boolean {
  return now < since || now - since > LOOK_LIMIT_MS;
}

/**
 * Whether a look is due that may bring it back. A time in the future was written before the clock stepped back, and a
 * look that never ended was lost with its process: both count as due, so that nothing waits for a time that is wrong.
 */
export function isProbeDue(state: BreakerState, now: number, settings: BreakerSettings): boolean {
  if (state.kind === 'half-open') return isExpiredLook(state.since, now);
  if (state.kind !== 'open') return false;
  return now >= state.probeAt || now < state.openedAt || state.probeAt - now > longestRestMs(state.fault, settings);
}

/** Until the next look that may bring it back, or until a lost one is given up; undefined when time alone brings none. */
export function probeInMs(state: BreakerState, now: number, settings: BreakerSettings): number | undefined {
  if (state.kind !== 'open' && state.kind !== 'half-open') return undefined;
  if (isProbeDue(state, now, settings)) return 0;
  return (state.kind === 'open' ? state.probeAt : state.since + LOOK_LIMIT_MS) - now;
}

/**
 * Credit is not seen by the look that proves a key, so it rests like failures do; a key is believed as soon as it is
 * proven.
 */
function isMended(state: BreakerState & { kind: 'misconfigured' }, now: number, settings: BreakerSettings): boolean {
  if (state.code !== NO_CREDIT || now < state.since) return true;
  return now - state.since >= restMs('failure', state.trips, settings);
}

function afterFailure(
  state: BreakerState,
  event: BreakerEvent & { kind: 'failed' },
  now: number,
  settings: BreakerSettings,
): BreakerState {
  if (state.kind === 'misconfigured') return state;
  if (event.fault === 'misconfigured') {
    return { kind: 'misconfigured', since: now, code: event.code, trips: state.trips + 1 };
  }
  // A call that was under way when it opened tells nothing new.
  if (state.kind !== 'closed') return state;
  const failures = state.failures + 1;
  if (event.fault === 'failure' && failures < settings.failureThreshold) return { ...state, failures };
  const trips = state.trips + 1;
  const probeAt = now + jittered(restMs(event.fault, trips, settings), event.random);
  return { kind: 'open', fault: event.fault, openedAt: now, probeAt, trips };
}

/** On probation: one more failure opens it again, for longer; an answer clears it. */
function afterPassedLook(
  state: BreakerState,
  isKeyProven: boolean,
  now: number,
  settings: BreakerSettings,
): BreakerState {
  if (state.kind === 'closed') return state;
  if (state.kind === 'misconfigured' && !(isKeyProven && isMended(state, now, settings))) return state;
  return { kind: 'closed', failures: settings.failureThreshold - 1, trips: state.trips };
}

/** A look that fails can tell when it passes again, so the next is never later than a probe interval. */
function afterFailedLook(state: BreakerState, random: number, now: number, settings: BreakerSettings): BreakerState {
  if (state.kind !== 'half-open') return state;
  const trips = state.trips + 1;
  const delayMs = Math.min(settings.probeIntervalMs, restMs(state.fault, trips, settings));
  return { kind: 'open', fault: state.fault, openedAt: now, probeAt: now + jittered(delayMs, random), trips };
}

function afterLookBegan(state: BreakerState, now: number): BreakerState {
  const isIdle = state.kind === 'open' || (state.kind === 'half-open' && isExpiredLook(state.since, now));
  return isIdle ? { kind: 'half-open', fault: state.fault, since: now, trips: state.trips } : state;
}

/**
 * The breaker as a pure function; the same object comes back when nothing changes. Whatever a caller cancels is no
 * event at all.
 *
 * | state         | failed                     | look began   | look passed          | look failed        |
 * |---------------|----------------------------|--------------|----------------------|--------------------|
 * | closed        | counts; open at the limit, at once when it cannot be reached or is silent | - | - | - |
 * | open          | -                          | -> half-open | -> closed, probation | -                  |
 * | half-open     | -                          | - unless lost | -> closed, probation | -> open, trips + 1 |
 * | misconfigured | -                          | -            | closed if the key is proven | -           |
 *
 * From each, an answer or a reset leads to closed, and a refused key to misconfigured.
 */
export function moveBreaker(
  state: BreakerState,
  event: BreakerEvent,
  { now, settings }: { readonly now: number; readonly settings: BreakerSettings },
): BreakerState {
  switch (event.kind) {
    case 'succeeded':
    case 'reset':
      return isClear(state) ? state : CLOSED;
    case 'failed':
      return afterFailure(state, event, now, settings);
    case 'probe-started':
      return afterLookBegan(state, now);
    case 'probe-passed':
      return afterPassedLook(state, event.isKeyProven, now, settings);
    default:
      return afterFailedLook(state, event.random, now, settings);
  }
}

/** Closed, with nothing counted. */
export function isClear(state: BreakerState): boolean {
  return state.kind === 'closed' && state.failures === 0 && state.trips === 0;
}
