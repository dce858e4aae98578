import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startThread } from '../../src/kernel/start-thread.ts';

const own = [...process.execArgv];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-thread-'));
});
afterEach(() => {
  process.execArgv.splice(0, Infinity, ...own);
  rmSync(folder, { recursive: true });
});

/** The options of Node that a thread of a process with these options has. */
async function optionsOfThread(options: readonly string[]): Promise<readonly string[]> {
  const file = join(folder, 'tell.mjs');
  writeFileSync(file, "import { parentPort } from 'node:worker_threads'; parentPort.postMessage(process.execArgv);");
  process.execArgv.splice(0, Infinity, ...options);
  const thread = startThread(pathToFileURL(file), 'tell', ['--no-deprecation']);
  return new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
}

describe('a thread', () => {
  test('has the options of its process and more', async () => {
    expect(await optionsOfThread(['--trace-exit'])).toEqual(['--trace-exit', '--no-deprecation']);
  });

  test('starts where the process has options that no thread may be given, and keeps the others', async () => {
    const options = ['--no-sparkplug', '--trace-exit', '--max-old-space-size=900'];
    expect(await optionsOfThread(options)).toEqual(['--trace-exit', '--no-deprecation']);
  });

  test('fails where its own options are no options', () => {
    expect(() => startThread(pathToFileURL(join(folder, 'none.mjs')), 'none', ['--no-such-option'])).toThrow(
      /no-such-option/,
    );
  });
});
