import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BreakerRecord } from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { STATE_VERSION } from '../../../src/kernel/state/migrations.ts';
import { temporaryState } from './state-samples.ts';

let place: ReturnType<typeof temporaryState>;

beforeEach(() => {
  place = temporaryState();
});

afterEach(() => place.remove());

function record(targetId: string, change: Partial<BreakerRecord> = {}): BreakerRecord {
  return {
    targetId,
    state: { kind: 'open', fault: 'failure', openedAt: 1_000, probeAt: 301_000, trips: 1 },
    cause: { code: 'E_PROVIDER_SERVER', message: 'status 500', at: 1_000 },
    fingerprint: 'abc',
    at: 1_000,
    ...change,
  };
}

function openFile(): DatabaseSync {
  return new DatabaseSync(join(place.directory, 'state.db'));
}

const STATES: readonly BreakerRecord['state'][] = [
  { kind: 'closed', failures: 2, trips: 1 },
  { kind: 'open', fault: 'connection', openedAt: 1, probeAt: 2, trips: 3 },
  { kind: 'half-open', fault: 'time-out', since: 4, trips: 5 },
  { kind: 'misconfigured', since: 6, code: 'E_PROVIDER_AUTH', trips: 7 },
];

describe('breakers in state.db', () => {
  test('come back whole in another process, whatever their state', async () => {
    const state = place.open();
    const records = STATES.map((each, index) => record(`t${index}`, { state: each }));
    for (const each of records) state.breakers.save(each);
    await state.dispose();
    expect(place.open().breakers.list()).toEqual(records);
  });

  test('asking makes no file, and costs nothing while nobody changes anything', () => {
    const state = place.open();
    expect(state.breakers.list()).toEqual([]);
    state.breakers.save(record('a'));
    const list = state.breakers.list();
    expect(state.breakers.list()).toBe(list);
    place.open().breakers.save(record('b'));
    expect(state.breakers.list()).not.toBe(list);
    expect(state.breakers.list().map(({ targetId }) => targetId)).toEqual(['a', 'b']);
  });

  test('of two writers the last wins, also when its clock was set back', () => {
    const [one, other] = [place.open(), place.open()];
    one.breakers.save(record('a', { at: 5_000_000 }));
    const later = record('a', { at: 2_000, state: { kind: 'closed', failures: 1, trips: 0 } });
    other.breakers.save(later);
    expect(one.breakers.list()).toEqual([later]);
    one.breakers.remove('a');
    expect(other.breakers.list()).toEqual([]);
  });

  test('records of targets that nobody has any more are forgotten, and at most five hundred kept', () => {
    const first = place.open();
    for (let number = 0; number < 520; number += 1) first.breakers.save(record(`t${number}`, { at: number }));
    const day = 24 * 60 * 60_000;
    place.open().breakers.save(record('new', { at: 29 * day }));
    const kept = place.open().breakers.list();
    expect(kept).toHaveLength(500);
    expect(kept.map(({ targetId }) => targetId)).toContain('t519');
    place.open().breakers.save(record('newer', { at: 31 * day }));
    expect(
      place
        .open()
        .breakers.list()
        .map(({ targetId }) => targetId),
    ).toEqual(['new', 'newer']);
  });

  test('a row that is not understood counts as none, and the others stay', () => {
    const state = place.open();
    state.breakers.save(record('good'));
    const file = openFile();
    const insert = file.prepare('INSERT INTO breakers (target_id, at, record) VALUES (?, 1, ?)');
    insert.run('cut', '{"targetId":');
    insert.run('strange', JSON.stringify(record('strange', { state: { kind: 'ajar' } as never })));
    file.close();
    expect(state.breakers.list().map(({ targetId }) => targetId)).toEqual(['good']);
  });
});

describe('breakers without a database that takes them', () => {
  test('hold for this process: what is saved, and what is removed', () => {
    const state = place.open();
    state.breakers.save(record('a'));
    state.breakers.save(record('b'));
    const holder = openFile();
    holder.exec('BEGIN EXCLUSIVE');
    state.breakers.remove('a');
    state.breakers.save(record('c'));
    const ids = () => state.breakers.list().map(({ targetId }) => targetId);
    expect(ids()).toEqual(['c', 'b']);
    holder.exec('ROLLBACK');
    holder.close();
    expect(ids()).toEqual(['c', 'b']);
    place.advance(31_000);
    state.breakers.save(record('a'));
    expect(ids().toSorted()).toEqual(['a', 'b', 'c']);
    expect(place.warnings).toHaveLength(1);
  });

  test('are bounded in memory', () => {
    const { breakers } = createMemoryState();
    for (let number = 0; number < 600; number += 1) breakers.save(record(`t${number}`));
    expect(breakers.list()).toHaveLength(500);
    breakers.remove('t599');
    expect(breakers.list().at(-1)?.targetId).toBe('t598');
  });
});

/** What earlier versions of this program left, as their published steps made it. */
const EARLIER: readonly (readonly [version: number, tables: readonly string[]])[] = [
  [1, ['decisions', 'attempts', 'choices', 'health']],
  [2, ['decisions', 'attempts', 'choices', 'health', 'spaces']],
  [3, ['decisions', 'attempts', 'choices', 'health', 'spaces', 'breakers']],
];

describe('a state.db of an earlier version', () => {
  test.each(EARLIER)('version %d gets the tables that came later and keeps what it has', async (version, tables) => {
    mkdirSync(place.directory);
    const made = place.open();
    made.switches.set('model', { kind: 'workspace' }, 'a:m');
    await made.dispose();
    const old = openFile();
    const known = (old.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('sqlite_') && !tables.includes(name));
    for (const table of known) old.exec(`DROP TABLE ${table}`);
    old.exec(`PRAGMA user_version = ${version}`);
    old.close();
    const state = place.open();
    state.breakers.save(record('a'));
    expect(state.breakers.list()).toEqual([record('a')]);
    state.measurements.save({ targetId: 'a', memoryMiB: 1 });
    expect(state.measurements.list()).toEqual([{ targetId: 'a', memoryMiB: 1 }]);
    expect(state.switches.list('model')).toEqual([{ scope: { kind: 'workspace' }, value: 'a:m' }]);
    const after = openFile();
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: STATE_VERSION });
    after.close();
    expect(place.warnings).toEqual([]);
  });
});

describe('health in state.db', () => {
  test('a look after the clock was set back replaces one of the future', () => {
    const { health } = place.open();
    const report = { state: 'ready', latencyMs: 1, detail: 'answers' } as const;
    health.save({ targetId: 't', report: { ...report, state: 'down' }, at: 10_000_000 });
    health.save({ targetId: 't', report, at: 1_000 });
    expect(health.list()).toEqual([{ targetId: 't', report, at: 1_000 }]);
    health.remove('t');
    expect(health.list()).toEqual([]);
  });
});
