import { fork } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VectorIndex } from '../../src/index.ts';
import { FAISS_INDEX_DRIVER } from '../../src/index.ts';
import { openVectorIndex } from '../../src/stores/indexes/faiss/faiss-index.ts';
import { FaissProcess } from '../../src/stores/indexes/faiss/faiss-process.ts';
import { flatHeader } from '../../src/stores/indexes/faiss/flat-file.ts';
import { describeVectorIndex } from '../contracts/vector-index.ts';

describeVectorIndex('faiss', openVectorIndex, { isExact: true, runs: 30 });

const NEVER = new AbortController().signal;
const DIMENSIONS = 8;

/** Vectors of length 1 that differ, from a fixed seed. */
function vectorsOf(rows: number, dimensions = DIMENSIONS): Float32Array {
  let state = 7;
  const vectors = new Float32Array(rows * dimensions).map(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  for (let row = 0; row < rows; row += 1) {
    const part = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    const norm = Math.hypot(...part);
    part.forEach((value, at) => (part[at] = value / norm));
  }
  return vectors;
}

function rowsFrom(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, at) => first + at);
}

/** Children of this process that run the given file, by /proc. */
function childrenOf(parent: number, file: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const isChild = Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent;
        return isChild && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
      } catch {
        return false;
      }
    });
}

async function isGone(pid: number, limitMs = 5_000): Promise<boolean> {
  for (const deadline = performance.now() + limitMs; performance.now() < deadline; await delay(20)) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
  }
  return false;
}

describe('the process of a faiss index', () => {
  let folder: string;
  let index: VectorIndex;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wooster-faiss-'));
    index = await openVectorIndex({ spaceId: 'space', dimensions: DIMENSIONS, path: join(folder, 'space') });
  });

  afterEach(async () => {
    await index.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is available where scripts/build-faiss was run', async () => {
    expect(await FAISS_INDEX_DRIVER.availability(NEVER)).toEqual({ isAvailable: true });
  });

  test('tells once and for all calls that it died, and lives again when the index is built', async () => {
    const batch = { rows: rowsFrom(1, 20), vectors: vectorsOf(20) };
    await index.build([batch], NEVER);
    const [pid] = childrenOf(process.pid, 'faiss-child');
    process.kill(pid!, 'SIGKILL');
    const query = vectorsOf(1);
    await expect(index.search(query, 3, NEVER)).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    await expect(index.add(batch, NEVER)).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    expect(index.count).toBe(0);
    await index.build([batch], NEVER);
    expect((await index.search(query, 1, NEVER))[0]?.row).toBe(1);
  });

  test('lives again when the index is loaded from its file', async () => {
    await index.build([{ rows: rowsFrom(1, 20), vectors: vectorsOf(20) }], NEVER);
    await index.save(5, NEVER);
    process.kill(childrenOf(process.pid, 'faiss-child')[0]!, 'SIGKILL');
    await expect(index.search(vectorsOf(1), 3, NEVER)).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    expect(await index.load(NEVER)).toBe(5);
    expect(await index.search(vectorsOf(1), 30, NEVER)).toHaveLength(20);
  });

  test('ends when its index is closed', async () => {
    await index.build([{ rows: rowsFrom(1, 2), vectors: vectorsOf(2) }], NEVER);
    const [pid] = childrenOf(process.pid, 'faiss-child');
    await index.close();
    expect(await isGone(pid!)).toBe(true);
  });

  test('ends when its parent is killed', async () => {
    const script = join(folder, 'parent.ts');
    const module = new URL('../../src/stores/indexes/faiss/faiss-process.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { FaissProcess } from ${JSON.stringify(module)};
       const child = await FaissProcess.start('x');
       process.send({ isReady: child.isAlive });
       setInterval(() => undefined, 1000);`,
    );
    const parent = fork(script, [], { execArgv: [] });
    await new Promise((resolve) => parent.once('message', resolve));
    const [pid] = childrenOf(parent.pid!, 'faiss-child');
    expect(pid).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    expect(await isGone(pid!)).toBe(true);
  });

  test('refuses what would have ended it, and goes on', async () => {
    const child = await FaissProcess.start(join(folder, 'x'));
    try {
      const empty = await child.request({ type: 'search', query: vectorsOf(1), k: 3 });
      expect(empty.positions).toHaveLength(0);
      const vectors = vectorsOf(3);
      await child.request({ type: 'add', vectors, dimensions: DIMENSIONS });
      const refused = { code: 'E_STORE_CORRUPT' };
      await expect(child.request({ type: 'add', vectors, dimensions: 12 })).rejects.toMatchObject(refused);
      await expect(child.request({ type: 'search', query: vectors, k: 1 })).rejects.toMatchObject(refused);
      const path = join(folder, 'x');
      await expect(child.request({ type: 'remove', positions: Uint32Array.of(3), path })).rejects.toMatchObject(
        refused,
      );
      const stamp = { spaceId: 'space', change: 1 };
      const nowhere = join(folder, 'missing', 'x');
      await expect(child.request({ type: 'save', path: nowhere, rows: rowsFrom(0, 3), stamp })).rejects.toMatchObject({
        code: 'E_FILE',
      });
      expect((await child.request({ type: 'search', query: vectorsOf(1), k: 99 })).positions).toHaveLength(3);
    } finally {
      await child.stop();
    }
  });

  test('takes no file that lies about its size', async () => {
    const child = await FaissProcess.start(join(folder, 'x'));
    try {
      const path = join(folder, 'lying');
      const file = openSync(path, 'w');
      writeSync(file, flatHeader({ metric: 'inner-product', dimensions: DIMENSIONS, count: 2 ** 31 }));
      closeSync(file);
      const take = child.request({ type: 'take', path, dimensions: DIMENSIONS, isAppended: false });
      await expect(take).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
      expect(child.isAlive).toBe(true);
    } finally {
      await child.stop();
    }
  });

  test('keeps the rows right when many are removed at once', async () => {
    const [rows, gone] = [8_000, 3_500];
    const vectors = vectorsOf(rows);
    await index.build([{ rows: rowsFrom(100, rows), vectors }], NEVER);
    await index.remove(
      Uint32Array.from({ length: gone }, (_, at) => 100 + at * 2),
      NEVER,
    );
    expect(index.count).toBe(rows - gone);
    for (const place of [1, 3, 4_001, 7_000, 7_999]) {
      const [hit] = await index.search(vectors.slice(place * DIMENSIONS, (place + 1) * DIMENSIONS), 1, NEVER);
      expect(hit?.row).toBe(100 + place);
    }
    const [other] = await index.search(vectors.slice(0, DIMENSIONS), 1, NEVER);
    expect(other?.row).not.toBe(100);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('adds many at once through a file, replacing rows that are there', async () => {
    const vectors = vectorsOf(1_200);
    await index.build([{ rows: rowsFrom(0, 600), vectors: vectors.slice(0, 600 * DIMENSIONS) }], NEVER);
    await index.add({ rows: rowsFrom(300, 600), vectors: vectors.slice(600 * DIMENSIONS) }, NEVER);
    expect(index.count).toBe(900);
    const [hit] = await index.search(vectors.slice(600 * DIMENSIONS, 601 * DIMENSIONS), 1, NEVER);
    expect(hit?.row).toBe(300);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('refuses vectors that are no numbers and queries of another length', async () => {
    const vectors = vectorsOf(2).fill(Number.NaN, 3, 4);
    const mismatch = { code: 'E_STORE_MISMATCH' };
    await expect(index.build([{ rows: rowsFrom(1, 2), vectors }], NEVER)).rejects.toMatchObject(mismatch);
    await expect(index.search(vectorsOf(2), 1, NEVER)).rejects.toMatchObject(mismatch);
  });

  test('leaves the former file when a save is broken off, and clears away what a killed process left', async () => {
    await index.build([{ rows: rowsFrom(1, 3), vectors: vectorsOf(3) }], NEVER);
    await index.save(1, NEVER);
    writeFileSync(join(folder, 'space.faiss.4194305.save.part'), 'half');
    await index.save(2, NEVER);
    expect(readdirSync(folder)).toEqual(['space.faiss']);
  });
});
