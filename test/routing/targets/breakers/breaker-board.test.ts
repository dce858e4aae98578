import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { CallOutcome, HealthReport } from '../../../../src/index.ts';
import { BoardRig } from './board-rig.ts';

const A = 's@127.0.0.1:1/a';
const B = 's@127.0.0.1:1/b';
const OTHER = 'o@127.0.0.1:2/a';
const SERVER = 's@127.0.0.1:1';
const HOUR = 3_600_000;

const READY: HealthReport = { state: 'ready', latencyMs: 1, detail: 'answers' };
const DOWN: HealthReport = { state: 'down', latencyMs: 1, detail: 'refused', code: 'E_UNREACHABLE' };

function failed(code: string, change: Partial<CallOutcome> = {}): CallOutcome {
  return { kind: 'failed', code, message: 'as it went', totalMs: 1, ...change };
}

describe('whose fault it is', () => {
  test.each([
    ['E_UNREACHABLE', {}, SERVER],
    ['E_PROVIDER_AUTH', {}, SERVER],
    ['E_PROVIDER_CREDIT', {}, SERVER],
    ['E_DEPENDENCY', {}, SERVER],
    ['E_TIMEOUT', {}, A],
    ['E_TIMEOUT', { isConnectionLost: true }, SERVER],
    ['E_PROVIDER_SERVER', {}, A],
    ['E_MALFORMED', {}, A],
    ['E_INTERRUPTED', { isConnectionLost: true }, A],
    ['E_MODEL_NOT_FOUND', {}, A],
  ])('%s %j is of %s', (code, change, id) => {
    const rig = new BoardRig();
    rig.board.mark(A, failed(code, change));
    expect(rig.board.list().map(({ targetId }) => targetId)).toEqual([id]);
  });

  test.each([
    'E_LOADING',
    'E_CONTEXT',
    'E_REJECTED',
    'E_FILTERED',
    'E_CAPABILITY',
    'E_CANCELLED',
    'E_BUDGET',
    'E_PRIVACY',
  ])('%s is nobody’s', (code) => {
    const rig = new BoardRig();
    for (let count = 0; count < 10; count += 1) rig.board.mark(A, failed(code));
    rig.board.mark(A, { kind: 'cancelled', code: 'E_CANCELLED', totalMs: 1 });
    rig.board.mark(A, { kind: 'failed', totalMs: 1 });
    expect(rig.board.list()).toEqual([]);
  });

  test('a cut stream counts one failure, and its server is looked at at once', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_INTERRUPTED', { isConnectionLost: true }));
    expect(rig.board.list()).toMatchObject([{ targetId: A, state: { kind: 'closed', failures: 1 } }]);
    expect(rig.looks).toEqual([SERVER]);
  });

  test('a server that died in the middle of a stream is out for all its models once the look finds it gone', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_INTERRUPTED', { isConnectionLost: true }));
    rig.finishLook(SERVER, DOWN);
    expect([A, B, OTHER].map((id) => rig.board.isResting(id))).toEqual([true, true, false]);
    rig.advance(0);
    rig.finishLook(SERVER, READY);
    expect([rig.board.isResting(B), rig.timers]).toEqual([false, 0]);
    rig.startLook('o@127.0.0.1:2');
    rig.finishLook('o@127.0.0.1:2', DOWN);
    expect(rig.board.isResting(OTHER)).toBe(false);
  });

  test('an answer of one model clears its server and itself, not the other models', () => {
    const rig = new BoardRig();
    rig.board.mark(B, failed('E_TIMEOUT'));
    rig.board.mark(A, failed('E_UNREACHABLE'));
    expect([A, B, OTHER].map((id) => rig.board.isResting(id))).toEqual([true, true, false]);
    rig.board.mark(A, { kind: 'answered', totalMs: 1 });
    expect([A, B].map((id) => rig.board.isResting(id))).toEqual([false, true]);
  });
});

describe('limits', () => {
  test('last as long as the server asked, a second when it named no time, an hour at most', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_RATE_LIMITED', { retryAfterMs: 5_000 }));
    rig.board.mark(B, failed('E_BUSY'));
    rig.board.mark(OTHER, { kind: 'limited', totalMs: 1, retryAfterMs: 1e12 });
    const left = () => [A, B, OTHER].map((id) => rig.board.of(id).limitedForMs);
    expect(left()).toEqual([5_000, 1_000, HOUR]);
    rig.advance(1_000);
    expect(left()).toEqual([4_000, undefined, HOUR - 1_000]);
    rig.board.mark(A, { kind: 'answered', totalMs: 1 });
    expect(left()).toEqual([undefined, undefined, HOUR - 1_000]);
    expect(rig.board.isResting(OTHER)).toBe(false);
  });

  test('are bounded in number', () => {
    const rig = new BoardRig();
    for (let number = 0; number < 2_000; number += 1) rig.board.mark(`x@h:1/${number}`, failed('E_BUSY'));
    expect(rig.board.list()).toHaveLength(500);
  });
});

describe('looks', () => {
  test('one that was under way when the breaker opened decides nothing, and another follows', () => {
    const rig = new BoardRig();
    rig.board.mark(OTHER, failed('E_PROVIDER_SERVER'));
    rig.startLook(SERVER);
    rig.board.mark(A, failed('E_UNREACHABLE'));
    rig.finishLook(SERVER, READY);
    expect(rig.board.of(A).breaker).toMatchObject({ kind: 'open', probeInMs: 0 });
    rig.advance(0);
    expect(rig.looks).toEqual([SERVER, SERVER, SERVER]);
    rig.finishLook(SERVER, READY);
    expect(rig.board.isResting(A)).toBe(false);
  });

  test('go on in the background until one passes, at growing distances up to the interval', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_UNREACHABLE'));
    const at: number[] = [];
    for (let second = 0; second < 120; second += 1) {
      if (rig.isLooking(SERVER)) at.push(second);
      rig.finishLook(SERVER, second >= 100 ? READY : DOWN);
      rig.advance(1_000);
    }
    expect(at).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 119 + 2].filter((each) => each < 120));
    expect(rig.timers).toBe(1);
    rig.advance(1_000);
    rig.finishLook(SERVER, READY);
    expect([rig.board.isResting(A), rig.timers]).toEqual([false, 0]);
  });

  test('only one that is needed now ends a rest early, after failures and after silence', () => {
    const rig = new BoardRig();
    for (let count = 0; count < 5; count += 1) rig.board.mark(A, failed('E_PROVIDER_SERVER'));
    rig.board.mark(B, failed('E_TIMEOUT'));
    rig.finishLook(SERVER, READY);
    expect([A, B].map((id) => rig.board.isResting(id))).toEqual([true, true]);
    expect(rig.board.canHasten(SERVER)).toBe(true);
    rig.board.hasten(SERVER);
    rig.startLook(SERVER);
    rig.finishLook(SERVER, READY);
    expect([A, B].map((id) => rig.board.isResting(id))).toEqual([false, false]);
    expect(rig.board.canHasten(SERVER)).toBe(false);
  });

  test('where none is allowed, none is planned; the next decision that may look does', () => {
    const rig = new BoardRig({ mayLook: false });
    rig.board.mark(A, failed('E_UNREACHABLE'));
    expect([rig.looks, rig.timers]).toEqual([[], 0]);
    expect(rig.board.wantsLook(SERVER)).toBe('now');
  });

  test('a missing package is there again with a look that passes; a refused key needs proof', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_DEPENDENCY'));
    rig.board.mark(OTHER, failed('E_PROVIDER_AUTH'));
    for (const serverId of [SERVER, 'o@127.0.0.1:2']) {
      expect(rig.board.wantsLook(serverId)).toBe('some-time');
      rig.startLook(serverId);
      rig.finishLook(serverId, READY);
    }
    expect([A, OTHER].map((id) => rig.board.isResting(id))).toEqual([false, true]);
  });

  test('breakers of servers that are no longer configured are kept, and not shown', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_TIMEOUT'));
    rig.isConfigured = false;
    expect(rig.board.list()).toEqual([]);
    expect(rig.board.reset()).toBe(1);
  });

  test('leave no timer after the disposal, and begin none', () => {
    const rig = new BoardRig();
    rig.board.mark(A, failed('E_TIMEOUT'));
    rig.finishLook(SERVER, DOWN);
    expect(rig.timers).toBe(1);
    rig.board.dispose();
    rig.board.mark(OTHER, failed('E_UNREACHABLE'));
    expect([rig.timers, rig.looks.length]).toEqual([0, 1]);
  });
});

const outcome: fc.Arbitrary<CallOutcome> = fc.oneof(
  fc.constant<CallOutcome>({ kind: 'answered', totalMs: 1 }),
  fc.constant<CallOutcome>({ kind: 'cancelled', code: 'E_CANCELLED', totalMs: 1 }),
  fc
    .tuple(
      fc.constantFrom('E_UNREACHABLE', 'E_TIMEOUT', 'E_PROVIDER_SERVER', 'E_PROVIDER_AUTH', 'E_INTERRUPTED', 'E_BUSY'),
      fc.boolean(),
    )
    .map(([code, isConnectionLost]) => failed(code, { isConnectionLost })),
);

type Step = (rig: BoardRig) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom(A, B, OTHER), outcome).map(
    ([id, end]): Step =>
      (rig) =>
        rig.board.mark(id, end),
  ),
  fc.integer({ min: 0, max: 2 * HOUR }).map(
    (byMs): Step =>
      (rig) =>
        rig.advance(byMs),
  ),
  fc.integer({ min: -24 * HOUR, max: 24 * HOUR }).map(
    (byMs): Step =>
      (rig) =>
        rig.stepWall(byMs),
  ),
  fc.constantFrom(READY, DOWN).map(
    (report): Step =>
      (rig) =>
        rig.finishLooks(report),
  ),
  fc.constant<Step>((rig) => rig.decide()),
  fc.constant<Step>((rig) => rig.restart()),
  fc.constantFrom(undefined, A, SERVER).map(
    (id): Step =>
      (rig) =>
        void rig.board.reset(id),
  ),
);

test('whatever happened, once all is well everything is back within the longest rest, without any call', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const rig = new BoardRig();
      for (const each of steps) each(rig);
      expect(rig.timers).toBeLessThanOrEqual(2);
      for (let round = 0; round < 4; round += 1) {
        rig.finishLooks({ ...READY, isKeyProven: true });
        rig.advance(HOUR);
        rig.decide();
      }
      rig.finishLooks({ ...READY, isKeyProven: true });
      expect([A, B, OTHER].filter((id) => rig.board.isResting(id))).toEqual([]);
      rig.board.dispose();
      expect(rig.timers).toBe(0);
    }),
    { numRuns: 400 },
  );
});
