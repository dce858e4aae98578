import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What Node needs to run jest. Sparkplug, the baseline compiler of V8, may leave a stale pointer that a collection then
 * follows: now and then a worker of jest dies by SIGSEGV, whatever test it is at (nodejs/node#62393).
 */
const NODE_OPTIONS: readonly string[] = ['--no-sparkplug', '--experimental-vm-modules'];

/** Where Node keeps what it compiled for tests: for jest itself, and for the programs that tests start. */
export const TEST_COMPILE_CACHE = join(tmpdir(), 'wooster-test-compile-cache');

/**
 * The environment of jest. Threads of the stores that tests open are started from TypeScript by the thousand; with what was
 * compiled before at hand they load no WebAssembly to strip its types, which makes V8 end a process now and then where many
 * threads do so (nodejs/node#64500).
 */
export function jestEnvironment(): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: TEST_COMPILE_CACHE, ...process.env };
}

/** The words that run a project of jest with this Node, before its options. */
export function jestCommand(project: string): readonly string[] {
  return [...NODE_OPTIONS, join('node_modules', 'jest', 'bin', 'jest.js'), '--selectProjects', project];
}
