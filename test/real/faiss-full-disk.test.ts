import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const MODULE = new URL('../../src/stores/indexes/faiss/faiss-index.ts', import.meta.url).href;

/** 3,000 vectors of 100 dimensions take 1.2 MB, 9,000 more than is left of 3 MB. */
const SCRIPT = `
import { openVectorIndex } from ${JSON.stringify(MODULE)};
const never = new AbortController().signal;
const request = { spaceId: 'space', dimensions: 100, path: process.argv[2] + '/space' };
const batch = (first, count) => ({
  rows: Uint32Array.from({ length: count }, (_, at) => first + at),
  vectors: new Float32Array(count * 100).fill(0.1),
});
const codeOf = (work) => work.then(() => 'done', (error) => error.code);
const index = await openVectorIndex(request);
const told = [await codeOf(index.build([batch(0, 3000)], never)), await codeOf(index.save(1, never))];
for (let at = 0; at < 30; at += 1) await index.add(batch(10_000 + at * 200, 200), never);
told.push(await codeOf(index.save(2, never)), await codeOf(index.build([batch(0, 30_000)], never)));
told.push((await index.search(batch(0, 1).vectors, 3, never)).length, index.count);
const again = await openVectorIndex(request);
told.push(await again.load(never), again.count);
await index.close();
await again.close();
console.log(JSON.stringify(told));
`;

test('a full disk is told, costs nothing that was in the index, and leaves the former file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-full-'));
  try {
    const script = join(folder, 'fill.mjs');
    writeFileSync(script, SCRIPT);
    const disk = join(folder, 'disk');
    const command = 'mkdir "$1" && mount -t tmpfs -o size=3m tmpfs "$1" && "$2" "$3" "$1"';
    // A mount namespace of its own, which needs no root.
    const output = execFileSync('unshare', ['-rm', 'sh', '-c', command, 'sh', disk, process.execPath, script], {
      timeout: 60_000,
    });
    expect(JSON.parse(output.toString())).toEqual(['done', 'done', 'E_DISK_FULL', 'E_DISK_FULL', 3, 9_000, 1, 3_000]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);
