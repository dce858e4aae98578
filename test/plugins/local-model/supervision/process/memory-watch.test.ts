import { expect, test } from '@jest/globals';
import { MemoryWatch } from '../../../../../plugins/local-model/supervision/process/memory-watch.ts';

/** A watch over a process of the given memory, with a clock that the test moves. */
function watch(memoryMiB: number, isResponsible = true) {
  let nowMs = 0;
  const calls = { count: 0 };
  const told: string[] = [];
  const row = { pid: 5, parent: 1, group: 5, residentKiB: memoryMiB * 1_024, startedAt: '' };
  const made = new MemoryWatch({
    table: { find: () => Promise.resolve(row), all: () => Promise.resolve([row]) },
    clock: { now: () => nowMs, monotonic: () => nowMs },
    calls,
    pid: 5,
    maxMemoryMiB: 100,
    isResponsible: () => Promise.resolve(isResponsible),
    onOutgrown: (reason) => told.push(reason),
    intervalMs: 1e6,
  });
  const pass = (ms: number): void => void (nowMs += ms);
  return { made, calls, told, pass };
}

test('memory within the limit is left alone', async () => {
  const { made, told } = watch(100);
  await made.look();
  made.dispose();
  expect(told).toEqual([]);
});

test('too much is told once, when no call is in flight', async () => {
  const { made, told, calls } = watch(150);
  calls.count = 1;
  await made.look();
  expect(told).toEqual([]);
  calls.count = 0;
  await made.look();
  await made.look().catch(() => undefined);
  expect(told).toEqual(['took 150 MiB, more than the 100 MiB of maxMemoryMiB']);
});

test('calls without an end are waited for a minute and no longer', async () => {
  const { made, told, calls, pass } = watch(150);
  calls.count = 1;
  await made.look();
  pass(59_999);
  await made.look();
  expect(told).toEqual([]);
  pass(1);
  await made.look();
  expect(told).toHaveLength(1);
});

test('of several processes that use a server the others leave it alone', async () => {
  const { made, told } = watch(150, false);
  await made.look();
  made.dispose();
  expect(told).toEqual([]);
});
