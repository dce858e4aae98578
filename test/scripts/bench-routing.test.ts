import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

jest.setTimeout(120_000);

const MAIN = resolve(import.meta.dirname, '../../scripts/bench/main.ts');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows of the tables below a heading, as cells. */
function rowsBelow(report: string, heading: string): string[][] {
  const section = report.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| ?:?-/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('the bench of the router runs at tiny sizes and measures every contestant in every part', () => {
  const out = join(folder, 'report.md');
  const words = ['--disable-warning=ExperimentalWarning', MAIN, 'routing', '--quick', '--out', out];
  const run = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 110_000, cwd: folder });
  expect(run).toMatchObject({ status: 0 });
  const report = readFileSync(out, 'utf8');
  expect(report).toBe(run.stdout);
  const goals = rowsBelow(report, 'Goals').slice(1);
  expect(goals).toHaveLength(9);
  for (const [, , , verdict] of goals) expect(verdict).toMatch(/^(\*\*not )?met/);
  const calls = rowsBelow(report, 'A call').slice(1);
  expect(calls.map(([name]) => name)).toEqual([
    '`fetch`, the floor',
    'axios, connections kept',
    'ChatOpenAI, no retries',
    '`withFallbacks`, no retries',
    'Wooster',
  ]);
  for (const [, ...figures] of calls) for (const figure of figures) expect(figure).toMatch(/^[+-]?[\d.]+$/);
  const faults = rowsBelow(report, 'The first call that meets a fault').slice(1);
  expect(faults).toHaveLength(5 * 2 * 2 + 5);
  const refused = faults.filter(([fault, , name]) => fault === 'refused' && name === 'Wooster');
  for (const row of refused) expect(row.at(-1)).toBe('answered by the fallback');
  const outages = rowsBelow(report, 'An outage').slice(1);
  expect(outages.map(([, name]) => name)).toEqual(['`withFallbacks`, no retries', 'Wooster']);
  expect(rowsBelow(report, 'The return').slice(1)).toHaveLength(1);
  expect(rowsBelow(report, 'Policy without I/O').slice(1)).toHaveLength(1);
});
