import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { FLAT_HEADER_BYTES, flatHeader, type FlatHeader } from '../flat-file.ts';

/**
 * Copies the file of a flat index without some of its vectors. From about 3,000 positions on this is faster than
 * `removeIds`, which compares every vector with every position (100,000 x 384: 0.5 s for 1,000, 3.7 s for 10,000).
 */
export function copyWithout(from: string, to: string, header: FlatHeader, positions: Uint32Array): void {
  const isGone = new Uint8Array(header.count);
  for (const position of positions) isGone[position] = 1;
  const source = openSync(from, 'r');
  try {
    const target = openSync(to, 'w');
    try {
      const kept = isGone.reduce((count, gone) => count + 1 - gone, 0);
      writeAll(target, flatHeader({ ...header, count: kept }));
      copyRuns({ source, target, vectorBytes: 4 * header.dimensions }, isGone);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

interface Copying {
  readonly source: number;
  readonly target: number;
  readonly vectorBytes: number;
}

/** Reads some vectors at a time and packs those that stay. */
function copyRuns({ source, target, vectorBytes }: Copying, isGone: Uint8Array): void {
  const step = Math.max(1, Math.floor((1 << 20) / vectorBytes));
  const block = Buffer.alloc(step * vectorBytes);
  for (let first = 0; first < isGone.length; first += step) {
    const count = Math.min(step, isGone.length - first);
    const length = count * vectorBytes;
    const read = readSync(source, block, 0, length, FLAT_HEADER_BYTES + first * vectorBytes);
    if (read !== length) throw new Error('the file of the index is too short');
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      if (isGone[first + at] === 1) continue;
      if (kept !== at) block.copyWithin(kept * vectorBytes, at * vectorBytes, (at + 1) * vectorBytes);
      kept += 1;
    }
    writeAll(target, block.subarray(0, kept * vectorBytes));
  }
}
