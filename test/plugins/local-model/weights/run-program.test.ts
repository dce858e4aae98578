import { describe, expect, jest, test } from '@jest/globals';
import { runProgram } from '../../../../plugins/local-model/weights/packages/run-program.ts';
import { rejectionOf } from './store-under-test.ts';

jest.setTimeout(30_000);

const never = new AbortController().signal;
const FOREVER = 'process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000); console.log("running")';

function runScript(script: string, options: Partial<Parameters<typeof runProgram>[2]> = {}) {
  return runProgram(process.execPath, ['-e', script], { signal: never, limitMs: 20_000, ...options });
}

describe('a program', () => {
  test('gives its exit code and what it wrote on both streams', async () => {
    const result = await runScript('console.log("one"); console.error("two"); process.exitCode = 5');
    expect(result.exitCode).toBe(5);
    expect(result.output).toMatch(/one/);
    expect(result.output).toMatch(/two/);
  });

  test('that is not installed is a missing dependency', async () => {
    const error = await rejectionOf(runProgram('wooster-no-such-program', [], { signal: never, limitMs: 1_000 }));
    expect([error.code, error.message]).toEqual(['E_DEPENDENCY', 'wooster-no-such-program is not installed']);
  });

  test('is ended when its limit passes', async () => {
    const error = await rejectionOf(runScript(FOREVER, { limitMs: 300 }));
    expect([error.code, error.message]).toEqual(['E_TIMEOUT', expect.stringMatching(/did not end in 300 ms/)]);
  });

  test('is ended when it gives no sign in time', async () => {
    const firstSign = { pattern: /Downloading/, limitMs: 300, name: 'the index' };
    const error = await rejectionOf(runScript(FOREVER, { firstSign }));
    expect([error.code, error.message]).toEqual(['E_TIMEOUT', 'the index did not answer in 300 ms']);
  });

  test('that gave its sign may go on', async () => {
    const script = 'console.log("Downloading"); setTimeout(() => {}, 2500)';
    const firstSign = { pattern: /Downloading/, limitMs: 2_000, name: 'the index' };
    expect((await runScript(script, { firstSign })).exitCode).toBe(0);
  });

  test('is ended when the caller gives up, before the promise rejects', async () => {
    const error = await rejectionOf(runScript(FOREVER, { signal: AbortSignal.timeout(200) }));
    expect(error.code).toBe('E_CANCELLED');
    expect((await rejectionOf(runScript(FOREVER, { signal: AbortSignal.abort() }))).code).toBe('E_CANCELLED');
  });
});
