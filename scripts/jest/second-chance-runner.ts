import { createRequire } from 'node:module';
import type jestRunner from 'jest-runner';
import type { Test, TestEvents, TestRunnerOptions, TestWatcher, UnsubscribeFn } from 'jest-runner';

// Its types are those of CommonJS, where an import would get a namespace.
const { default: TestRunner } = createRequire(import.meta.url)('jest-runner') as typeof jestRunner;

/** How jest-worker 30 tells that a signal ended a worker that still had a file to run. */
const ENDED_BY_SIGNAL = /^A jest worker process .* was terminated by another process: signal=(SIG[A-Z]+)/u;

/** The signals of a process that broke its own memory or code; what another sends, such as SIGKILL, is not among them. */
const OWN_FAULTS: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP'];

/**
 * The runner of jest, for files whose worker dies under them: V8 ends a process now and then (nodejs/node#62393,
 * nodejs/node#64500), mostly on a busy machine and whatever test it is at. Such a file has not failed, it has not run:
 * it is run a second time in a new worker, and that result counts, also where the worker dies again. Each is told on
 * the error stream, so that a file that is in the list again and again is seen.
 */
export default class SecondChanceRunner extends TestRunner {
  readonly #again = new Set<Test>();
  #isSecond = false;

  override async runTests(tests: Test[], watcher: TestWatcher, options: TestRunnerOptions): Promise<void> {
    await super.runTests(tests, watcher, options);
    if (this.#again.size === 0 || watcher.isInterrupted()) return;
    this.#isSecond = true;
    await super.runTests([...this.#again], watcher, options);
  }

  override on<Name extends keyof TestEvents>(
    event: Name,
    listener: (data: TestEvents[Name]) => void | Promise<void>,
  ): UnsubscribeFn {
    return super.on(event, async (data) => {
      const isHeldBack = event === 'test-file-failure' && this.#holdsBack(data as TestEvents['test-file-failure']);
      if (!isHeldBack) await listener(data);
    });
  }

  #holdsBack([test, { message }]: TestEvents['test-file-failure']): boolean {
    const signal = ENDED_BY_SIGNAL.exec(message)?.[1] ?? '';
    if (this.#isSecond || !OWN_FAULTS.includes(signal)) return false;
    this.#again.add(test);
    process.stderr.write(`${test.path}: its worker died of ${signal}; the file is run again\n`);
    return true;
  }
}
