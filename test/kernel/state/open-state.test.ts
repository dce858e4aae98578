import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describeFault } from '../../../src/kernel/state/database-fault.ts';
import { spaceDouble } from '../../doubles/embeddings-double.ts';
import { sampleAttempt, sampleDecision, temporaryState } from './state-samples.ts';

let place: ReturnType<typeof temporaryState>;

beforeEach(() => {
  place = temporaryState();
});

afterEach(() => place.remove());

describe('state.db', () => {
  test('reading makes no file; the first write makes it', () => {
    const state = place.open();
    expect(state.decisions.list()).toEqual([]);
    expect(state.decisions.get('x')).toBeUndefined();
    expect(state.health.list()).toEqual([]);
    expect(existsSync(place.directory)).toBe(false);
    state.decisions.recordDecision(sampleDecision('d1'));
    expect(existsSync(join(place.directory, 'state.db'))).toBe(true);
  });

  test('a decision and its attempts come back whole, in another process too', async () => {
    const state = place.open();
    state.decisions.recordDecision(sampleDecision('d1'));
    state.decisions.recordAttempt(sampleAttempt('d1'));
    const answered = sampleAttempt('d1', { outcome: 'answered', totalMs: 12.5 });
    state.decisions.recordAttempt(answered);
    const expected = { decision: sampleDecision('d1'), attempts: [answered] };
    expect(state.decisions.get('d1')).toEqual(expected);
    await state.dispose();
    expect(place.open().decisions.get('d1')).toEqual(expected);
  });

  test('decisions are listed newest first, by conversation and before a time', () => {
    const state = place.open();
    const request = { ...sampleDecision('x').request, conversationId: 'c' };
    state.decisions.recordDecision(sampleDecision('d1', { decidedAt: 1, request }));
    state.decisions.recordDecision(sampleDecision('d2', { decidedAt: 2 }));
    state.decisions.recordDecision(sampleDecision('d3', { decidedAt: 3, request }));
    const ids = (query: object) => state.decisions.list(query).map(({ decision }) => decision.id);
    expect(ids({})).toEqual(['d3', 'd2', 'd1']);
    expect(ids({ limit: 1 })).toEqual(['d3']);
    expect(ids({ conversationId: 'c' })).toEqual(['d3', 'd1']);
    expect(ids({ before: 3 })).toEqual(['d2', 'd1']);
  });

  test('spaces come back latest used first, and the record of an id is never replaced', async () => {
    const state = place.open();
    const space = spaceDouble('one');
    state.spaces.record({ space, purpose: 'projects', usedAt: 1 });
    state.spaces.record({ space: spaceDouble('two'), purpose: 'projects', usedAt: 2 });
    state.spaces.record({ space: { ...space, dimensions: 9 }, purpose: 'projects', usedAt: 3 });
    await state.dispose();
    expect(place.open().spaces.list()).toEqual([
      { space, purpose: 'projects', usedAt: 3 },
      { space: spaceDouble('two'), purpose: 'projects', usedAt: 2 },
    ]);
  });

  test('spaces are kept in memory where nothing can be written', () => {
    mkdirSync(place.directory, { recursive: true });
    writeFileSync(join(place.directory, 'state.db'), 'no database');
    const state = place.open();
    state.spaces.record({ space: spaceDouble(), purpose: 'projects', usedAt: 1 });
    state.spaces.record({ space: { ...spaceDouble(), dimensions: 9 }, purpose: 'projects', usedAt: 2 });
    expect(state.spaces.list()).toEqual([{ space: spaceDouble(), purpose: 'projects', usedAt: 2 }]);
  });

  test('switches last by scope and can be taken back', async () => {
    const state = place.open();
    state.switches.set('model', { kind: 'workspace' }, 'a:m');
    state.switches.set('model', { kind: 'conversation', id: 'c' }, 'b:m');
    state.switches.set('strategy', { kind: 'workspace' }, 'cloud-first');
    state.switches.set('model', { kind: 'workspace' }, 'a:n');
    await state.dispose();
    const again = place.open();
    expect(again.switches.list('model')).toEqual([
      { scope: { kind: 'conversation', id: 'c' }, value: 'b:m' },
      { scope: { kind: 'workspace' }, value: 'a:n' },
    ]);
    again.switches.set('model', { kind: 'workspace' }, undefined);
    expect(again.switches.list('model')).toHaveLength(1);
    expect(again.switches.list('strategy')).toEqual([{ scope: { kind: 'workspace' }, value: 'cloud-first' }]);
  });

  test('of two looks at a target the newer one lasts', () => {
    const state = place.open();
    const report = { state: 'ready', latencyMs: 1, detail: 'answers' } as const;
    state.health.save({ targetId: 't', report, at: 20 });
    state.health.save({ targetId: 't', report: { ...report, state: 'down' }, at: 10 });
    expect(state.health.list()).toEqual([{ targetId: 't', report, at: 20 }]);
  });

  test('about the last ten thousand decisions are kept, and no attempt without its decision', () => {
    const state = place.open();
    for (let number = 0; number < 10_400; number += 1) {
      const id = `d${number}`;
      state.decisions.recordDecision(sampleDecision(id, { decidedAt: number }));
      if (number < 500) state.decisions.recordAttempt(sampleAttempt(id));
    }
    const database = new DatabaseSync(join(place.directory, 'state.db'));
    const count = (sql: string) => (database.prepare(sql).get() as { n: number }).n;
    expect(count('SELECT count(*) n FROM decisions')).toBe(10_000);
    expect(count('SELECT count(*) n FROM attempts')).toBe(100);
    database.close();
    expect(state.decisions.get('d399')).toBeUndefined();
    expect(state.decisions.get('d400')).toBeDefined();
  });
});

function expectMemoryServes(warning: RegExp): void {
  const state = place.open();
  state.decisions.recordDecision(sampleDecision('d1'));
  state.decisions.recordAttempt(sampleAttempt('d1'));
  state.switches.set('model', { kind: 'workspace' }, 'a:m');
  state.health.save({ targetId: 't', report: { state: 'ready', latencyMs: 1, detail: '' }, at: 1 });
  expect(state.decisions.get('d1')?.attempts).toHaveLength(1);
  expect(state.decisions.list()).toHaveLength(1);
  expect(state.switches.list('model')).toHaveLength(1);
  expect(place.warnings).toHaveLength(1);
  expect(place.warnings[0]).toMatch(warning);
  expect(place.warnings[0]).not.toContain('\n');
  expect(state.problem()).toBe(place.warnings[0]);
}

describe('a state.db that cannot be used', () => {
  test('a damaged file costs one warning that says to move it away', () => {
    mkdirSync(place.directory);
    writeFileSync(
      join(place.directory, 'state.db'),
      'this is no database, and long enough to be read as one'.repeat(100),
    );
    expectMemoryServes(/state\.db is not a database: move it away/);
  });

  test('a newer file is left alone, and the warning says to update', () => {
    mkdirSync(place.directory);
    const path = join(place.directory, 'state.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expectMemoryServes(/newer version \(state 99, known \d+\): update wooster/);
    const after = new DatabaseSync(path);
    expect(after.prepare('SELECT count(*) n FROM sqlite_master').get()).toEqual({ n: 0 });
    after.close();
  });

  test('a folder that cannot be made costs one warning', () => {
    writeFileSync(place.directory, 'a file where the folder should be');
    expectMemoryServes(/cannot be used .*check the folder/);
  });

  test('a database held by another process is tried again after a rest, and what came meanwhile is still found', () => {
    const state = place.open();
    state.decisions.recordDecision(sampleDecision('d1'));
    const holder = new DatabaseSync(join(place.directory, 'state.db'));
    holder.exec('BEGIN EXCLUSIVE');
    state.decisions.recordDecision(sampleDecision('d2', { decidedAt: 2_000 }));
    expect(place.warnings[0]).toMatch(/held by another process/);
    const startedAt = performance.now();
    state.decisions.recordDecision(sampleDecision('d3', { decidedAt: 3_000 }));
    expect(performance.now() - startedAt).toBeLessThan(100);
    holder.exec('ROLLBACK');
    holder.close();
    place.advance(31_000);
    state.decisions.recordDecision(sampleDecision('d4', { decidedAt: 4_000 }));
    expect(state.problem()).toBeUndefined();
    expect(state.decisions.list().map(({ decision }) => decision.id)).toEqual(['d4', 'd3', 'd2', 'd1']);
  });

  test('a full disk is told as such and tried again later', () => {
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    expect(describeFault(full, '/w/state.db')).toEqual({
      message: '/w/state.db cannot grow: the disk is full: make room; decisions are kept in memory only',
      isLasting: false,
    });
    const noSpace = Object.assign(new Error('mkdir'), { code: 'ENOSPC' });
    expect(describeFault(noSpace, '/w/state.db').message).toContain('the disk is full');
  });
});
