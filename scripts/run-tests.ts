/**
 * Runs the unit tests: `pnpm test [options and paths of jest]`. With `--record-coverage` it also records the lines that
 * the tests and their child processes run, for `pnpm coverage report`.
 */
import { spawnSync } from 'node:child_process';

const RECORD = '--record-coverage';
const words = process.argv.slice(2);
const rest = words.filter((word) => word !== RECORD);
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', 'unit'];
const run = words.includes(RECORD)
  ? ['--disable-warning=ExperimentalWarning', 'scripts/coverage.ts', 'unit', ...rest]
  : [...jest, '--errorOnDeprecated', ...rest];
const { status } = spawnSync(process.execPath, run, { stdio: 'inherit' });
process.exit(status ?? 1);
