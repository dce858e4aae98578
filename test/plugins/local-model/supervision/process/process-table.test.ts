import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import {
  createProcessTable,
  isRunning,
  ProcTable,
  PsTable,
  type ProcessRow,
  treeMemoryKiB,
} from '../../../../../plugins/local-model/supervision/process/process-table.ts';
import { endGroup, signalGroup } from '../../../../../plugins/local-model/supervision/process/end-group.ts';

function made(pid: number, parent: number, residentKiB: number): ProcessRow {
  return { pid, parent, group: 1, residentKiB, startedAt: '' };
}

const tables = [
  ['ps', new PsTable()] as const,
  ...(process.platform === 'linux' ? [['/proc', new ProcTable()] as const] : []),
];

test.each(tables)('%s tells a process, its parent and its memory, and no process that is gone', async (_, table) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { detached: true });
  await once(child, 'spawn');
  const pid = child.pid!;
  const row = (await table.find(pid))!;
  expect(row).toMatchObject({ pid, parent: process.pid, group: pid });
  expect(row.residentKiB).toBeGreaterThan(100);
  expect((await table.all()).map((each) => each.pid)).toContain(pid);
  expect(await isRunning(table, row)).toBe(true);
  expect(await isRunning(table, { pid, startedAt: 'another time' })).toBe(false);
  const gone = once(child, 'exit');
  await endGroup(table, row, 1_000);
  await gone;
  expect(await table.find(pid)).toBeUndefined();
});

test('another process with the same id is left alone', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { detached: true });
  await once(child, 'spawn');
  const table = createProcessTable();
  await endGroup(table, { pid: child.pid!, startedAt: 'another time' }, 0);
  expect(await table.find(child.pid!)).toBeDefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('our own group, and every process at once, are never signalled', () => {
  expect(() => {
    for (const leader of [0, 1, -5, process.pid, Number.NaN]) signalGroup(leader, 'SIGKILL');
  }).not.toThrow();
});

test('the memory of a tree is that of all below its root', () => {
  const rows = [made(10, 1, 1), made(11, 10, 2), made(12, 11, 4), made(20, 1, 8)];
  expect(treeMemoryKiB(rows, 10)).toBe(7);
  expect(treeMemoryKiB(rows, 99)).toBe(0);
});
