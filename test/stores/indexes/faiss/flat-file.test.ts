import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { copyWithout } from '../../../../src/stores/indexes/faiss/child/compact-file.ts';
import { checkIndexFile, completeIndexFile } from '../../../../src/stores/indexes/faiss/child/index-file.ts';
import { flatHeader, readFlatHeader } from '../../../../src/stores/indexes/faiss/flat-file.ts';
import { FlatFileWriter } from '../../../../src/stores/indexes/faiss/flat-file-writer.ts';

/** As `faiss.write_index` of libfaiss 1.7.3 wrote them (faiss-node 0.5.1, November 2026): L2 with one vector, IP with none. */
const BY_FAISS = {
  l2: '4978463203000000010000000000000000001000000000000000100000000000010100000003000000000000000000803f0000004000004040',
  innerProduct: '497846490300000000000000000000000000100000000000000010000000000001000000000000000000000000',
};

describe('the file of a flat index', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wooster-flat-'));
    path = join(folder, 'index');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function write(vectors: readonly number[], metric: 'l2' | 'inner-product', dimensions = 3): Promise<void> {
    const writer = await FlatFileWriter.create(path, { metric, dimensions });
    for (let at = 0; at < vectors.length; at += dimensions) {
      await writer.append(Float32Array.from(vectors.slice(at, at + dimensions)));
    }
    await writer.finish();
  }

  test('is what faiss writes, byte for byte', async () => {
    await write([1, 2, 3], 'l2');
    expect(readFileSync(path, 'hex')).toBe(BY_FAISS.l2);
    await write([], 'inner-product');
    expect(readFileSync(path, 'hex')).toBe(BY_FAISS.innerProduct);
  });

  test('tells kind, dimensions and count in its header', () => {
    const header = { metric: 'l2', dimensions: 384, count: 100_000 } as const;
    expect(readFlatHeader(flatHeader(header))).toEqual(header);
  });

  test.each([
    ['too short', (header: Buffer) => header.subarray(0, 44), 'too short'],
    ['another index', (header: Buffer) => Buffer.concat([Buffer.from('IHNf'), header.subarray(4)]), 'IHNf, not a flat'],
    ['no index', (header: Buffer) => Buffer.concat([Buffer.from('PK\x03\x04'), header.subarray(4)]), 'no faiss index'],
    ['a size that lies', (header: Buffer) => header.fill(0xff, 37, 45), 'contradicts itself'],
    ['a negative count', (header: Buffer) => header.fill(0xff, 8, 16), 'contradicts itself'],
  ])('is refused with %s', (_name, damage, reason) => {
    const header = flatHeader({ metric: 'l2', dimensions: 4, count: 2 });
    expect(readFlatHeader(damage(header))).toContain(reason);
  });

  test('loses the chosen vectors and keeps the order of the others', async () => {
    await write([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4], 'l2');
    const to = join(folder, 'rest');
    copyWithout(path, to, { metric: 'l2', dimensions: 3, count: 4 }, Uint32Array.of(0, 2));
    await write([2, 2, 2, 4, 4, 4], 'l2');
    expect(readFileSync(to, 'hex')).toBe(readFileSync(path, 'hex'));
  });

  test('is completed with rows and checksum, and believed only when it is whole', async () => {
    const stamp = { spaceId: 'space', change: 2 ** 40 };
    const header = { metric: 'inner-product', dimensions: 3, count: 2 } as const;
    await write([1, 0, 0, 0, 1, 0], 'inner-product');
    const target = join(folder, 'target');
    completeIndexFile(path, target, { header, rows: Uint32Array.of(7, 4_000_000_000), stamp });
    expect(checkIndexFile(target, 'space', 3)).toEqual({ rows: Uint32Array.of(7, 4_000_000_000), change: 2 ** 40 });
    expect(checkIndexFile(target, 'other', 3)).toBeUndefined();
    const whole = readFileSync(target);
    for (let place = 0; place < whole.length; place += 1) {
      const damaged = Buffer.from(whole);
      damaged[place] = damaged[place]! ^ 1;
      writeFileSync(target, damaged);
      expect([place, checkIndexFile(target, 'space', 3)]).toEqual([place, undefined]);
    }
  });

  test('is not completed when faiss wrote less than it should have', async () => {
    await write([1, 0, 0], 'inner-product');
    const header = { metric: 'inner-product', dimensions: 3, count: 2 } as const;
    const request = { header, rows: Uint32Array.of(1, 2), stamp: { spaceId: 'space', change: 1 } };
    expect(() => completeIndexFile(path, join(folder, 'target'), request)).toThrow('57 of 69 bytes');
  });
});
