/**
 * Runs the tests of a project of jest.
 *
 *   node scripts/run-tests.ts <unit|real|faults> [options and paths of jest]
 */
import { spawnSync } from 'node:child_process';
import { jestCommand, jestEnvironment } from './jest/jest-command.ts';

const [project = '', ...options] = process.argv.slice(2);
if (!['unit', 'real', 'faults'].includes(project)) {
  process.stderr.write('usage: node scripts/run-tests.ts <unit|real|faults> [options and paths of jest]\n');
  process.exit(64);
}
// Engines and faults are measured by time: one test at a time.
const manner = project === 'unit' ? '--errorOnDeprecated' : '--runInBand';
const { status } = spawnSync(process.execPath, [...jestCommand(project), manner, ...options], {
  stdio: 'inherit',
  env: jestEnvironment(),
});
process.exit(status ?? 1);
