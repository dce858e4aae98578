import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BreakerRecord } from '../../../src/index.ts';
import { describeFault } from '../../../src/kernel/state/database-fault.ts';
import { FullDisk } from '../../doubles/full-disk.ts';
import { sampleAttempt, sampleDecision, temporaryState } from './state-samples.ts';

const REST_MS = 31_000;
const FULL = 'cannot grow: the disk is full: make room; decisions are kept in memory only';

function openBreaker(targetId: string): BreakerRecord {
  const state = { kind: 'open', fault: 'connection', openedAt: 1, probeAt: 2, trips: 1 } as const;
  return { targetId, state, fingerprint: 'f', at: 1 };
}

let place: ReturnType<typeof temporaryState>;
let disk: FullDisk;

beforeEach(() => {
  place = temporaryState();
  disk = new FullDisk();
});
afterEach(async () => {
  disk.makeRoom();
  await place.remove();
});

describe('what a full disk is told by', () => {
  const faults: readonly [string, object][] = [
    ['SQLITE_FULL', { errcode: 13 }],
    ['SQLITE_IOERR_SHMSIZE, when not even the index of the log fits', { errcode: 4_874 }],
    ['ENOSPC', { code: 'ENOSPC' }],
    ['EDQUOT, when the share of this user is used up', { code: 'EDQUOT' }],
  ];
  test.each(faults)('%s', (_name, fault) => {
    const error = Object.assign(new Error('disk'), fault);
    expect(describeFault(error, '/w/state.db')).toEqual({ message: `/w/state.db ${FULL}`, isLasting: false });
  });

  test('but not by a write that failed for another reason', () => {
    const error = Object.assign(new Error('disk I/O error'), { errcode: 778 });
    expect(describeFault(error, '/w/state.db').message).toContain('check the disk and its quota');
  });
});

describe('a state.db on a full disk', () => {
  test('costs one warning for any number of writes of any kind, and none of them waits', () => {
    const state = place.open();
    state.decisions.recordDecision(sampleDecision('before'));
    disk.fill();
    const begun = performance.now();
    for (let at = 0; at < 1_000; at += 1) {
      state.decisions.recordDecision(sampleDecision(`d${at}`));
      state.decisions.recordAttempt(sampleAttempt(`d${at}`));
      state.decisions.recordAttempt(sampleAttempt(`d${at}`, { outcome: 'answered' }));
      state.health.save({ targetId: 't', report: { state: 'ready', latencyMs: 1, detail: '' }, at });
      state.switches.set('model', { kind: 'workspace' }, `a:m${at}`);
    }
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(place.warnings).toEqual([expect.stringContaining(FULL)]);
    expect(disk.refusals).toBeLessThan(5);
    expect(state.decisions.get('d999')?.attempts).toEqual([expect.objectContaining({ outcome: 'answered' })]);
    expect(state.decisions.get('before')).toBeDefined();
    expect(state.switches.list('model')).toEqual([{ scope: { kind: 'workspace' }, value: 'a:m999' }]);
  });

  test('takes what comes when there is room again, and says nothing more', async () => {
    const state = place.open();
    state.decisions.recordDecision(sampleDecision('before', { decidedAt: 1 }));
    disk.fill();
    state.decisions.recordDecision(sampleDecision('meanwhile', { decidedAt: 2 }));
    disk.makeRoom();
    place.advance(REST_MS);
    state.decisions.recordDecision(sampleDecision('after', { decidedAt: 3 }));
    expect(state.problem()).toBeUndefined();
    expect(state.decisions.list().map(({ decision }) => decision.id)).toEqual(['after', 'meanwhile', 'before']);
    await state.dispose();
    const again = place.open();
    expect(again.decisions.list().map(({ decision }) => decision.id)).toEqual(['after', 'before']);
    expect(place.warnings).toHaveLength(1);
  });

  test('is warned of anew when it fills a second time, and not while it stays full', () => {
    const state = place.open();
    const write = (id: string): void => state.decisions.recordDecision(sampleDecision(id));
    for (const round of [1, 2]) {
      disk.makeRoom();
      place.advance(REST_MS);
      write(`room${round}`);
      disk.fill();
      for (let at = 0; at < 5; at += 1) {
        place.advance(REST_MS);
        write(`full${round}-${at}`);
      }
      expect(place.warnings).toHaveLength(round);
    }
  });

  test('stores the end of an attempt that began before the disk was full as soon as there is room', async () => {
    const state = place.open();
    state.decisions.recordDecision(sampleDecision('d'));
    state.decisions.recordAttempt(sampleAttempt('d'));
    disk.fill();
    state.decisions.recordAttempt(sampleAttempt('d', { outcome: 'answered', totalMs: 5 }));
    const ended = [expect.objectContaining({ outcome: 'answered' })];
    expect(state.decisions.get('d')?.attempts).toEqual(ended);
    expect(state.decisions.list()).toEqual([expect.objectContaining({ attempts: ended })]);
    disk.makeRoom();
    place.advance(REST_MS);
    state.decisions.recordDecision(sampleDecision('next'));
    await state.dispose();
    expect(place.open().decisions.get('d')?.attempts).toEqual(ended);
  });

  test('keeps no breaker open that has closed meanwhile, and lets it go for all when there is room', async () => {
    const state = place.open();
    state.breakers.save(openBreaker('t'));
    disk.fill();
    state.breakers.remove('t');
    expect(state.breakers.list()).toEqual([]);
    state.breakers.save(openBreaker('u'));
    expect(state.breakers.list()).toEqual([openBreaker('u')]);
    state.breakers.remove('u');
    expect(state.breakers.list()).toEqual([]);
    disk.makeRoom();
    place.advance(REST_MS);
    state.breakers.save(openBreaker('v'));
    await state.dispose();
    expect(place.open().breakers.list()).toEqual([openBreaker('v')]);
  });

  test('opens a breaker again that was let go while there was no room', () => {
    const state = place.open();
    state.breakers.save(openBreaker('t'));
    disk.fill();
    state.breakers.remove('t');
    state.breakers.save(openBreaker('t'));
    expect(state.breakers.list()).toEqual([openBreaker('t')]);
    disk.makeRoom();
    place.advance(REST_MS);
    state.breakers.save(openBreaker('t'));
    expect(state.breakers.list()).toEqual([openBreaker('t')]);
  });
});
