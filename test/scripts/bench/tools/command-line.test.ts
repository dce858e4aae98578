import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

jest.setTimeout(120_000);

const MAIN = resolve(import.meta.dirname, '../../../../scripts/bench/main.ts');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-bench-tools-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const options = { encoding: 'utf8', timeout: 110_000, cwd: folder } as const;
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words], options);
}

test('a report is written from what is kept without measuring anything', () => {
  const out = join(folder, 'report.md');
  const run = bench('tools', '--only', 'report', '--results', join(folder, 'none'), '--out', out);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(out, 'utf8')).toBe(run.stdout);
  expect(run.stdout).toContain('- not measured: SmolLM2 135M Instruct');
});

test('a part that does not exist is one line that says what there is', () => {
  const run = bench('tools', '--only', 'gpt');
  expect(run).toMatchObject({ status: 64, stdout: '' });
  expect(run.stderr).toMatch(/^--only gpt names nothing: say a model \(.*\n$/);
});

test('a bench that measures everything at once takes no part', () => {
  expect(bench('cache', '--only', 'hits')).toEqual(
    expect.objectContaining({
      status: 64,
      stderr: 'pnpm bench cache measures everything at once: leave out --only and --results\n',
    }),
  );
});
