import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { drawZipf } from '../../scripts/bench/cache/workload.ts';

jest.setTimeout(120_000);

const MAIN = resolve(import.meta.dirname, '../../scripts/bench/main.ts');

test('a workload that comes back asks the server once for each different prompt, and never for seven calls in ten', () => {
  const words = ['--disable-warning=ExperimentalWarning', MAIN, 'cache', '--quick'];
  const run = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 110_000 });
  expect(run).toMatchObject({ status: 0 });
  const [, different] = /(\d+) of them different/.exec(run.stdout) ?? [];
  const [, asked, rate] = /asked (\d+) times by its own count: hit rate ([\d.]+) %/.exec(run.stdout) ?? [];
  expect(asked).toBe(different);
  expect(Number(rate)).toBeGreaterThan(70);
  for (const row of ['from the cache', 'from the server', 'look-up, found', 'look-up, not there', 'keep']) {
    expect(run.stdout).toMatch(new RegExp(`^\\| ${row} +\\| +\\d+ \\| +[\\d.]+ \\| +[\\d.]+ \\| +[\\d.]+ \\|$`, 'm'));
  }
});

test('the workload draws the first of forty prompts far more often than the last, and the same each time', () => {
  const plan = { calls: 20_000, prompts: 40, seed: 3 };
  const drawn = drawZipf(plan);
  const times = (at: number): number => drawn.filter((each) => each === at).length;
  expect(drawn).toEqual(drawZipf(plan));
  expect(times(0) / times(9)).toBeGreaterThan(7);
  expect(times(0) / times(9)).toBeLessThan(14);
  expect(Math.max(...drawn)).toBe(39);
});
