import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const LEAN_IMPORTS = new URL('../../src/kernel/lean-imports.ts', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-lean-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What threads of a process tell, one after the other: whether each loaded what strips types, and where it keeps code. */
function threadsTell(count: number, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(
    join(folder, 'thread.ts'),
    `import { parentPort } from 'node:worker_threads';
     const stripper: string | undefined = process.moduleLoadList.find((name: string) => name.includes('amaro'));
     parentPort!.postMessage([stripper !== undefined, process.env['NODE_COMPILE_CACHE']]);`,
  );
  writeFileSync(
    join(folder, 'main.mjs'),
    `import { Worker } from 'node:worker_threads';
     import { keepCompiled } from ${JSON.stringify(LEAN_IMPORTS)};
     keepCompiled();
     const told = [];
     for (let at = 0; at < ${count}; at += 1) {
       const thread = new Worker(new URL('thread.ts', import.meta.url));
       told.push(await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject)));
       await thread.terminate();
     }
     console.log(JSON.stringify(told));`,
  );
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const { stdout } = spawnSync(process.execPath, ['main.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...inherited, TMPDIR: folder, ...environment },
  });
  return JSON.parse(stdout) as unknown;
}

test('what a thread compiled serves the next one, which then loads no WebAssembly to strip types', () => {
  const kept = join(folder, 'node-compile-cache');
  expect(threadsTell(3)).toEqual([
    [true, kept],
    [false, kept],
    [false, kept],
  ]);
});

test('a folder that the user chose stays, and nothing is kept where that is turned off', () => {
  const own = join(folder, 'own');
  expect(threadsTell(1, { NODE_COMPILE_CACHE: own })).toEqual([[true, own]]);
  expect(threadsTell(2, { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual([
    [true, null],
    [true, null],
  ]);
});
