/**
 * Line coverage of `src` and `plugins` that counts what child processes run.
 *
 *   node scripts/coverage.ts                         runs the unit tests, then reports
 *   node scripts/coverage.ts <unit|real> [options]   runs those tests with options of jest and only records
 *   node scripts/coverage.ts report                  reports what was recorded; exits 1 below the threshold
 *
 * Each run of tests fills `coverage/<unit|real>`: what jest saw, and in `v8` what Node wrote for every child that
 * ended by itself. A report merges all that is there; what was recorded before a file was last changed says nothing
 * about that file.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { jestCommand } from './jest/jest-command.ts';
import { codeLines } from './line-coverage/code-lines.ts';
import { jestCoverageSchema, linesRunBy, linesRunInJest, rawCoverageSchema } from './line-coverage/covered-lines.ts';

const THRESHOLD_PERCENT = 90;
const WORST_SHOWN = 10;
const REPOSITORY = join(import.meta.dirname, '..');
const COVERAGE = join(REPOSITORY, 'coverage');

/** Runs jest with coverage; returns its exit code. */
function runTests(project: 'unit' | 'real', options: readonly string[]): number {
  const directory = join(COVERAGE, project);
  rmSync(directory, { recursive: true, force: true });
  const preload = pathToFileURL(join(import.meta.dirname, 'line-coverage', 'record-children.ts')).href;
  const node = ['--import', preload, ...jestCommand(project)];
  const recording = ['--coverage', `--coverageDirectory=${directory}`, '--coverageReporters=json'];
  // A limit of memory makes jest use workers always: the preload has to know which processes run tests.
  const manner = project === 'real' ? ['--runInBand'] : ['--errorOnDeprecated', '--workerIdleMemoryLimit=2GB'];
  const { status } = spawnSync(process.execPath, [...node, ...recording, ...manner, ...options], {
    cwd: REPOSITORY,
    stdio: 'inherit',
    env: { ...process.env, CHILD_COVERAGE_DIRECTORY: join(directory, 'v8') },
  });
  return status ?? 1;
}

/** The sources, by absolute path. */
type Sources = ReadonlyMap<string, { readonly text: string; readonly changedMs: number }>;

function readSources(): Sources {
  const paths = globSync('{src,plugins}/**/*.ts', { cwd: REPOSITORY }).map((path) => join(REPOSITORY, path));
  return new Map(
    paths.map((path) => [path, { text: readFileSync(path, 'utf8'), changedMs: statSync(path).mtimeMs }] as const),
  );
}

/** The recordings that a pattern names, with the sources they can speak of. */
function* recordings(pattern: string, sources: Sources): Generator<{ value: unknown; current: Sources }> {
  for (const name of globSync(pattern, { cwd: COVERAGE })) {
    const file = join(COVERAGE, name);
    const { mtimeMs } = statSync(file);
    const current = new Map([...sources].filter(([, { changedMs }]) => changedMs <= mtimeMs));
    yield { value: JSON.parse(readFileSync(file, 'utf8')), current };
  }
}

/** Everything recorded, as the lines run of each file. */
function readRecorded(sources: Sources): Map<string, Set<number>> {
  const run = new Map<string, Set<number>>();
  const add = (path: string, lines: ReadonlySet<number>): void => {
    run.set(path, new Set([...(run.get(path) ?? []), ...lines]));
  };
  for (const { value, current } of recordings('*/coverage-final.json', sources)) {
    for (const [path, file] of Object.entries(jestCoverageSchema.parse(value))) {
      if (current.has(path)) add(path, linesRunInJest(file));
    }
  }
  for (const { value, current } of recordings('*/v8/*.json', sources)) {
    for (const { url, functions } of rawCoverageSchema.parse(value).result) {
      const source = url.startsWith('file:') ? current.get(fileURLToPath(url)) : undefined;
      if (source !== undefined) add(fileURLToPath(url), linesRunBy(functions, source.text));
    }
  }
  return run;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : (part * 100) / whole;
}

/** Prints the total and the worst files; returns the exit code. */
function report(): number {
  const sources = readSources();
  const run = readRecorded(sources);
  if (run.size === 0) {
    process.stderr.write('no coverage is recorded: run `pnpm coverage` first\n');
    return 1;
  }
  const judged = [...sources].flatMap(([path, { text }]) => {
    const lines = codeLines(text);
    const missed = lines.filter((line) => run.get(path)?.has(line) !== true);
    return lines.length === 0 ? [] : [{ path: relative(REPOSITORY, path), total: lines.length, missed }];
  });
  const total = judged.reduce((sum, file) => sum + file.total, 0);
  const missed = judged.reduce((sum, file) => sum + file.missed.length, 0);
  const reached = percent(total - missed, total);
  const worst = judged
    .filter((file) => file.missed.length > 0)
    .sort((one, other) => other.missed.length - one.missed.length);
  const rows = worst.slice(0, WORST_SHOWN).map((file) => {
    const share = percent(file.total - file.missed.length, file.total).toFixed(0);
    return `  ${share.padStart(3)} %  ${String(file.missed.length).padStart(4)} of ${file.total} lines not run  ${file.path}\n`;
  });
  const recorded = ['unit', 'real'].filter((project) => existsSync(join(COVERAGE, project))).join(' and ');
  process.stdout.write(
    `${rows.join('')}${reached.toFixed(2)} % of ${total} lines of code run by the ${recorded} tests`,
  );
  process.stdout.write(` (wanted: ${THRESHOLD_PERCENT} %)\n`);
  return reached < THRESHOLD_PERCENT ? 1 : 0;
}

const [mode, ...options] = process.argv.slice(2);
if (mode === 'unit' || mode === 'real') process.exitCode = runTests(mode, options);
else if (mode === 'report') process.exitCode = report();
else if (mode === undefined) {
  const exitCode = runTests('unit', []);
  process.exitCode = Math.max(exitCode, report());
} else {
  process.stderr.write(`no mode "${mode}": give none, or one of unit, real and report\n`);
  process.exitCode = 64;
}
