/** Runs the unit tests: `pnpm test [options and paths of jest]`. */
import { spawnSync } from 'node:child_process';

const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', 'unit'];
const words = [...jest, '--errorOnDeprecated', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
process.exit(status ?? 1);
