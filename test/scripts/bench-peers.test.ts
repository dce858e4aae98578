import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { judgeCase } from '../../scripts/bench/peers/verdict.ts';
import { wholeAnswers } from '../faults/answers.ts';
import { FAULT_CELLS } from '../faults/cells.ts';
import type { FaultCell } from '../faults/cells.ts';

jest.setTimeout(120_000);

const MAIN = resolve(import.meta.dirname, '../../scripts/bench/main.ts');
const { primary, fallback } = wholeAnswers('stream');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-bench-peers-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cellOf(id: string): FaultCell {
  const found = FAULT_CELLS.find((cell) => cell.id === id);
  if (found === undefined) throw new Error(`no cell ${id}`);
  return found;
}

function judgeStream(id: string, sight: Partial<Parameters<typeof judgeCase>[2]>) {
  return judgeCase(cellOf(id), 'stream', { text: '', toolText: '', hasHung: false, milliseconds: 5, ...sight });
}

test('the bench of the peers runs three cells in seconds, and says of a peer that is not installed that it was not run', () => {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'peers', '--quick'], {
    encoding: 'utf8',
    timeout: 110_000,
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
  expect(run).toMatchObject({ status: 0 });
  expect(run.stdout).toMatch(/cell +\| Wooster, best +\| LangChain, best +\|\n/);
  expect(run.stdout).toMatch(/nothing is wrong +\| primary, \d+ +\| primary, \d+ +\|/);
  expect(run.stdout).toMatch(/cut after 3 tokens +\| error E_INTERRUPTED after a part, \d+ +\| \S+/);
  for (const peer of ['Portkey', 'LiteLLM']) {
    expect(run.stdout).toMatch(
      new RegExp(`${peer}, best +\\| not run: not installed; \`pnpm bench peers\` installs it`),
    );
  }
  expect(run.stdout).toContain('tried in this run: none');
});

describe('a case is judged by what the caller saw', () => {
  test('whole answers, of either server', () => {
    expect(judgeStream('cut', { text: fallback })).toMatchObject({ text: 'fallback', marks: [] });
    expect(judgeStream('wrong-model', { text: primary, finishReason: 'stop' })).toMatchObject({
      text: 'primary',
      marks: [],
    });
  });

  test('a part that ends well is truncated, and an error after it is told', () => {
    const text = primary.slice(0, 12);
    expect(judgeStream('cut', { text }).marks).toEqual(['TRUNCATES']);
    expect(judgeStream('empty', {})).toMatchObject({ text: 'TRUNCATES (to nothing)', marks: ['TRUNCATES'] });
    const failure = { name: 'E_INTERRUPTED', message: '' };
    expect(judgeStream('cut', { text, failure })).toMatchObject({
      text: 'error E_INTERRUPTED after a part',
      marks: [],
    });
    expect(judgeStream('refused', { failure })).toMatchObject({ text: 'error E_INTERRUPTED', marks: [] });
  });

  test('a finish reason that no server sent is invented', () => {
    const seen = { text: primary, finishReason: 'stop' };
    expect(judgeStream('end-of-all', seen)).toMatchObject({ text: 'primary, INVENTS `stop`', marks: ['INVENTS'] });
    expect(judgeStream('finish-without-done', seen).marks).toEqual([]);
    expect(judgeStream('end', { ...seen, text: primary.slice(0, 12) }).marks).toEqual(['TRUNCATES', 'INVENTS']);
    expect(judgeStream('end', { ...seen, text: fallback }).marks).toEqual([]);
  });

  test('words of two servers are repeated, and the limit is a hang', () => {
    expect(judgeStream('cut', { text: primary.slice(0, 12) + fallback }).marks).toEqual(['REPEATS']);
    expect(judgeStream('stall', { text: primary.slice(0, 12), hasHung: true })).toMatchObject({ marks: ['HANGS'] });
  });

  test('a caller that left wants nothing but the end', () => {
    expect(judgeStream('abort-output', { text: primary.slice(0, 12) })).toMatchObject({ text: 'ends', marks: [] });
    expect(judgeStream('abort-output', { text: primary })).toMatchObject({ text: 'goes on to the end', marks: [] });
    expect(judgeStream('abort-waiting', { hasHung: true }).marks).toEqual(['HANGS']);
  });
});
