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

function bench(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const options = { encoding: 'utf8', timeout: 110_000, cwd: folder } as const;
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words], options);
}

test('the bench of the stores runs at tiny sizes and measures every contestant, or says why not', () => {
  const out = join(folder, 'report.md');
  const run = bench('stores', '--quick', '--out', out);
  expect(run).toMatchObject({ status: 0 });
  expect(readFileSync(out, 'utf8')).toBe(run.stdout);
  expect(run.stdout).toMatch(/random-unit-vectors, 3 files, \d+ texts \| +[\d.]+ \| +[\d.]+ \| +[\d.]+ \|/);
  for (const ours of ['knowledge store, index `exact`', 'index `exact` alone']) {
    expect(run.stdout).toMatch(new RegExp(`${ours} +\\| +300 \\| +[\\d.]+ \\| +[\\d.]+ \\| +\\d+ \\| +-?\\d+ \\|`));
  }
  for (const theirs of ['knowledge store, index `faiss`', 'index `faiss` alone', 'LangChain FaissStore']) {
    expect(run.stdout).toMatch(new RegExp(`${theirs} +\\| +300 \\| +([\\d.]+ \\| |not run: .)`));
  }
});

test('an unknown bench is a line that says what there is', () => {
  expect(bench('everything')).toMatchObject({
    status: 64,
    stdout: '',
    stderr: expect.stringContaining('pnpm bench stores'),
  });
});
