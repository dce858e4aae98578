import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const RUNNER = resolve(import.meta.dirname, '../../scripts/jest/second-chance-runner.ts');
const require = createRequire(import.meta.url);
const JEST = join(require.resolve('jest/package.json'), '../bin/jest.js');
const SWC = [
  require.resolve('@swc/jest'),
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
];

/** A test whose process ends by `signal` the first `times` it runs. */
function dying(name: string, signal: string, times: number): string {
  return `
    const { appendFileSync, readFileSync } = require('node:fs');
    test('lives', () => {
      appendFileSync('${name}.runs', 'x');
      if (readFileSync('${name}.runs', 'utf8').length <= ${times}) process.kill(process.pid, '${signal}');
      while (readFileSync('${name}.runs', 'utf8').length <= ${times});
    });`;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-second-chance-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(files: Readonly<Record<string, string>>) {
  const config = {
    rootDir: folder,
    runner: RUNNER,
    transform: { '[.]ts$': SWC },
    cacheDirectory: join(folder, 'cache'),
  };
  writeFileSync(join(folder, 'jest.config.json'), JSON.stringify(config));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.js`), text);
  const report = join(folder, 'report.json');
  const words = [JEST, '--maxWorkers=2', '--json', `--outputFile=${report}`];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', timeout: 50_000 });
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const told = stderr.match(/[^/]*\.test\.js: its worker died of SIG[A-Z]+/gu) ?? [];
  const counts = [numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults.length];
  return { status, told, counts, runs: (name: string) => readFileSync(join(folder, `${name}.runs`), 'utf8').length };
}

test('a file whose worker broke down is run once more, told, and counted once', () => {
  const { status, told, counts, runs } = run({
    once: dying('once', 'SIGSEGV', 1),
    sound: "test('sound', () => expect(1).toBe(1));",
  });
  expect(told).toEqual(['once.test.js: its worker died of SIGSEGV']);
  expect(runs('once')).toBe(2);
  expect({ status, counts }).toEqual({ status: 0, counts: [2, 0, 0, 2] });
});

test('what dies again, is killed by another or fails is a failure, and is not run a third time', () => {
  const { status, told, counts, runs } = run({
    always: dying('always', 'SIGSEGV', 9),
    killed: dying('killed', 'SIGKILL', 1),
    fails: "test('fails', () => expect(1).toBe(2));",
  });
  expect(told).toEqual(['always.test.js: its worker died of SIGSEGV']);
  expect([runs('always'), runs('killed')]).toEqual([2, 1]);
  expect(status).toBe(1);
  expect(counts).toEqual([0, 1, 2, 3]);
});
