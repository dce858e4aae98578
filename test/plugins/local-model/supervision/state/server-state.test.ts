import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ProviderUnreachableError } from '../../../../../src/index.ts';
import {
  MOST_CRASHES,
  transition,
  type ServerEvent,
  type ServerState,
} from '../../../../../plugins/local-model/supervision/state/server-state.ts';

const fault = new ProviderUnreachableError('no', { provider: 'x' });
const tooManyCrashes = (crashes: number, reason: string): ProviderUnreachableError =>
  new ProviderUnreachableError(`${crashes}: ${reason}`, { provider: 'x' });

/** What a person, a call, a clock or another process may do at any moment. */
const outside = fc.constantFrom<ServerEvent>(
  { kind: 'wanted' },
  { kind: 'asked' },
  { kind: 'due' },
  { kind: 'stop' },
  { kind: 'outgrown', reason: 'took much' },
);
/** How what was launched goes on. */
const fate = fc.constantFrom<ServerEvent>(
  { kind: 'healthy' },
  { kind: 'found', isOurs: true },
  { kind: 'found', isOurs: false },
  { kind: 'refused', fault },
  { kind: 'overdue', reason: 'was slow' },
  { kind: 'ended', reason: 'died' },
  { kind: 'ended', reason: 'was stopped', isAsked: true },
);

/** A holder that does what the transitions say, with at most one process, and counts it. */
class Model {
  state: ServerState = { kind: 'stopped' };
  nowMs = 0;
  /** A launch whose end, or whose finding of somebody else's server, has not been told. */
  isAlive = false;
  isForeign = false;

  apply(event: ServerEvent): void {
    const { state, effect } = transition(this.state, event, { nowMs: this.nowMs, tooManyCrashes });
    this.state = state;
    if (effect !== 'launch') return;
    if (this.isAlive) throw new Error(`a second child by ${JSON.stringify(event)}`);
    this.isAlive = true;
    this.isForeign = false;
  }

  /** What happens to the one process; one that is gone tells nothing. */
  happens(event: ServerEvent): void {
    const isLast = event.kind === 'ended' || event.kind === 'refused';
    const isFound = event.kind === 'found' && !event.isOurs;
    if (!this.isAlive && !(this.isForeign && event.kind === 'ended')) return;
    if (event.kind === 'refused' && this.state.kind !== 'starting' && this.state.kind !== 'stopping') return;
    if (isFound && this.state.kind !== 'starting' && this.state.kind !== 'stopping') return;
    if (isLast || isFound) this.isAlive = false;
    this.isForeign = isFound;
    this.apply(event);
  }
}

const steps = fc.array(fc.record({ event: fc.oneof(outside, fate), passMs: fc.integer({ min: 0, max: 40_000 }) }), {
  maxLength: 60,
});

function play(model: Model, script: readonly { event: ServerEvent; passMs: number }[]): void {
  for (const { event, passMs } of script) {
    model.nowMs += passMs;
    const isFate = ['healthy', 'found', 'refused', 'overdue', 'ended'].includes(event.kind);
    if (isFate) model.happens(event);
    else model.apply(event);
  }
}

test('there are never two children at once, whatever happens in whatever order', () => {
  fc.assert(fc.property(steps, (script) => play(new Model(), script)));
});

test('a stop leads to stopped as soon as nothing is left, whatever was before', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const model = new Model();
      play(model, script);
      model.apply({ kind: 'stop' });
      if (model.isAlive) model.happens({ kind: 'ended', reason: 'was ended' });
      expect(model.state).toEqual({ kind: 'stopped' });
      expect(model.isAlive).toBe(false);
    }),
  );
});

test('nothing runs where the state says so, and something does where it says that', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const model = new Model();
      play(model, script);
      const { kind } = model.state;
      if (kind === 'stopped' || kind === 'restarting' || kind === 'failed') expect(model.isAlive).toBe(false);
      if (kind === 'starting' || kind === 'ready' || kind === 'stopping') expect(model.isAlive).toBe(true);
    }),
  );
});

/** The waits before the starts after crashes that follow each other. */
function waits(livesMs: readonly number[]): readonly (number | 'failed')[] {
  const model = new Model();
  model.apply({ kind: 'wanted' });
  return livesMs.map((lifeMs) => {
    model.happens({ kind: 'healthy' });
    model.nowMs += lifeMs;
    model.happens({ kind: 'ended', reason: 'died' });
    if (model.state.kind !== 'restarting') return 'failed';
    const waitMs = model.state.retryAtMs - model.nowMs;
    model.nowMs = model.state.retryAtMs;
    model.apply({ kind: 'due' });
    return waitMs;
  });
}

test('the first crash is repaired at once, the next after longer and longer, and the fifth in a row not at all', () => {
  expect(MOST_CRASHES).toBe(5);
  expect(waits([10, 10, 10, 10, 10])).toEqual([0, 1_000, 5_000, 30_000, 'failed']);
});

test('a minute of good service clears the count of crashes', () => {
  expect(waits([10, 10, 10, 60_000, 10])).toEqual([0, 1_000, 5_000, 0, 1_000]);
});

test('a call does not wake what failed too often, a person does', () => {
  const model = new Model();
  model.state = { kind: 'failed', fault, retryAtMs: Infinity };
  model.nowMs = 1e9;
  model.apply({ kind: 'wanted' });
  expect(model.state.kind).toBe('failed');
  model.apply({ kind: 'asked' });
  expect(model.state.kind).toBe('starting');
});

test('a start that was refused is tried again by a call after ten seconds', () => {
  const model = new Model();
  model.apply({ kind: 'wanted' });
  model.happens({ kind: 'refused', fault });
  model.nowMs += 9_999;
  model.apply({ kind: 'wanted' });
  expect(model.state.kind).toBe('failed');
  model.nowMs += 1;
  model.apply({ kind: 'wanted' });
  expect(model.state.kind).toBe('starting');
});
