import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { RateLimitedError } from '../../../src/index.ts';
import { renderStanding, toStanding } from '../../../plugins/projects/actions/migration/stand-of-stores.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { CLOCKS, SteppedClock } from '../support/stepped-clock.ts';
import { limit } from '../support/store-rig.ts';
import { HookedDouble, MigrationRig, migrationsOf } from './migration-rig.ts';

const LONG = Array.from({ length: 24 }, (_, at) => `Sentence ${at} says something.`).join(' ');
const SOURCES = [
  sourceOf('long.md', ['a short one', LONG, 'short at the end']),
  ...Array.from({ length: 6 }, (_, file) => sourceOf(`short-${file}.md`, [`passage of file ${file}`, 'common'])),
];

let rig: MigrationRig;

afterEach(async () => {
  jest.restoreAllMocks();
  await rig.dispose();
});

/** The state of the migration, after a look at what is printed of it. */
async function standOf(store: KnowledgeStore): Promise<string> {
  const status = await migrationsOf(store).status(limit());
  if (status === undefined) return 'none';
  const printed = renderStanding([toStanding({ purpose: 'projects', name: 'rig' }, status)], {
    width: 200,
    hasColor: false,
  });
  expect(printed).toMatch(new RegExp(`narrow +${status.state} +${status.done}/${status.texts} `));
  expect(printed).not.toMatch(/\s-\d|NaN|Invalid|undefined/);
  // What cannot be a date would be taken for damage.
  expect(await store.verify(limit())).toMatchObject({ isSound: true, faults: [] });
  return status.state;
}

describe('a migration in the middle of which the clock is set', () => {
  test.each(CLOCKS)('%s at each step is begun, filled, switched, taken back and pruned once', async (_way, steps) => {
    const clock = new SteppedClock(steps);
    const narrow = new HookedDouble('narrow', 32, { inputs: 1, tokensPerInput: 24 });
    rig = new MigrationRig([new EmbeddingsDouble(), narrow], { workerFile: SteppedClock.workerFile });
    const first = await rig.open();
    await first.add(SOURCES, limit());
    const before = rig.searched();
    const giveUp = new AbortController();
    const begunAt = Date.now();
    narrow.before = (batch) => {
      clock.jump();
      if (batch === 1) throw new RateLimitedError('slowly', { retryAfterMs: 5, provider: 'fake', model: 'narrow' });
      if (batch === 3) giveUp.abort();
    };
    await expect(migrationsOf(first).run({ model: 'narrow' }, { signal: giveUp.signal })).rejects.toThrow();
    expect(await standOf(first)).toBe('filling');
    expect(await migrationsOf(first).status(limit())).toMatchObject({ startedAt: begunAt, changedAt: begunAt });
    await first.close();
    clock.jump();
    // Whoever comes next goes on, and embeds what is left.
    const store = await rig.open();
    const known = narrow.embedded.length;
    expect(known).toBeGreaterThan(2);
    const phases: string[] = [];
    const report = await migrationsOf(store).run(
      { model: 'narrow' },
      {
        signal: limit(),
        textsPerSecond: 1_000,
        onProgress: ({ phase, done, total }) => {
          if (phase === 'verify') clock.jump();
          phases.push(phase === 'verify' ? `${phase} ${done}/${total}` : phase);
        },
      },
    );
    expect(report.verification).toMatchObject({ isSound: true, vectors: known + report.embedded });
    expect(narrow.embedded).toHaveLength(known + report.embedded);
    expect(new Set(narrow.embedded).size).toBe(narrow.embedded.length);
    expect(narrow.canaryReadings).toBe(2);
    expect(phases.slice(-2)).toEqual(['verify 0/1', 'verify 1/1']);
    expect(await standOf(store)).toBe('switched');
    clock.jump();
    expect(await migrationsOf(store).rollback(limit())).toMatchObject({ missing: 0 });
    expect(await standOf(store)).toBe('rolled-back');
    expect(rig.searched()).toEqual(before);
    clock.jump();
    expect(await migrationsOf(store).run({ model: 'narrow' }, { signal: limit() })).toMatchObject({ embedded: 0 });
    expect(await standOf(store)).toBe('switched');
    clock.jump();
    expect(await migrationsOf(store).prune(limit())).toMatchObject({ pruned: [{ name: 'double' }] });
    expect(await standOf(store)).toBe('none');
    expect(await store.stats(limit())).toMatchObject({ spaces: [{ role: 'primary', missing: 0 }] });
    expect(clock.jumps).toBeGreaterThan(8);
  });
});
