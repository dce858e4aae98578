import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const LAUNCHER = resolve(import.meta.dirname, '../../../bin/wooster.mjs');
/** What makes a Node an old one for the launcher. */
const OLD = "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-launcher-'));
  await mkdir(join(folder, 'bin'));
  await copyFile(LAUNCHER, join(folder, 'bin', 'wooster.mjs'));
  // In place of the npm that would fetch a Node.
  await writeFile(join(folder, 'npm'), '#!/bin/sh\necho "npm was run"\n', { mode: 0o755 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function launch(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const program = ['--import', OLD, join(folder, 'bin', 'wooster.mjs'), ...words];
  const env = { PATH: `${folder}:/usr/bin:/bin`, ...environment };
  const run = promisify(execFile)(process.execPath, program, { env, timeout: 30_000 });
  return run.then(
    ({ stdout }) => [0, stdout.trim()],
    (error: { code: number; stderr: string }) => [error.code, error.stderr.trim()],
  );
}

test.each([
  [['--local-only', 'ask', 'x'], {}],
  [['--', 'ask', 'x', '--local-only'], {}],
  [['ask', 'x'], { WOOSTER_LOCAL_ONLY: 'TRUE' }],
] as const)('on a Node that is too old, %j with %j fetches no other one', async (words, environment) => {
  expect(await launch(words, environment)).toEqual([77, expect.stringMatching(/^E_PRIVACY .*nothing was sent.*$/)]);
});

test('without local-only it lets npm fetch one', async () => {
  expect(await launch(['ask', '--', '--local-only'])).toEqual([0, 'npm was run']);
});
