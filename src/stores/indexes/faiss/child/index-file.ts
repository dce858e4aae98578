import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolderNow } from '../../../../kernel/files/sync-now.ts';
import { FLAT_HEADER_BYTES, flatFileBytes, flatHeader, readFlatHeader, type FlatHeader } from '../flat-file.ts';
import type { FileStamp } from '../faiss-messages.ts';

/** Last bytes of a file of ours. */
const MARK = 'WOOSTER1';
/** Change counter, count, dimensions, checksum, mark. */
const FOOTER_BYTES = 8 + 4 + 4 + 4 + MARK.length;
const BLOCK_BYTES = 1 << 20;

/** What stands behind the vectors: the row of each, and the footer. */
interface Trailer {
  readonly rows: Uint32Array;
  readonly change: number;
}

/** The file was not written whole; faiss does not tell. */
class ShortFile extends Error {
  readonly code = 'ENOSPC';
}

/** Checksum of a part of a file; another space starts from another number, so that its file does not pass for ours. */
function checksum(file: number, length: number, start: number): number {
  const block = Buffer.alloc(BLOCK_BYTES);
  let crc = start;
  for (let at = 0; at < length;) {
    const read = readSync(file, block, 0, Math.min(BLOCK_BYTES, length - at), at);
    if (read === 0) throw new ShortFile(`the file ends at byte ${at} of ${length}`);
    crc = crc32(block.subarray(0, read), crc);
    at += read;
  }
  return crc;
}

/** A write of a full disk may take a part; the next one says that there is no room. */
function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

function encodeTrailer(rows: Uint32Array, { count, dimensions }: FlatHeader, change: number): Buffer {
  const trailer = Buffer.alloc(4 * count + FOOTER_BYTES);
  rows.forEach((row, position) => trailer.writeUInt32LE(row, 4 * position));
  const footer = 4 * count;
  trailer.writeDoubleLE(change, footer);
  trailer.writeUInt32LE(count, footer + 8);
  trailer.writeUInt32LE(dimensions, footer + 12);
  trailer.write(MARK, footer + 20, 'latin1');
  return trailer;
}

/**
 * Completes the file that faiss wrote (its own format, then the rows and a footer with a checksum over everything),
 * syncs it and puts it in its place: a reader sees the former file or this one. Answers its length.
 */
export function completeIndexFile(
  written: string,
  target: string,
  { header, rows, stamp }: { readonly header: FlatHeader; readonly rows: Uint32Array; readonly stamp: FileStamp },
): number {
  const vectorBytes = flatFileBytes(header);
  const file = openSync(written, 'r+');
  let total = 0;
  try {
    const { size } = fstatSync(file);
    if (size !== vectorBytes) throw new ShortFile(`${size} of ${vectorBytes} bytes were written`);
    const trailer = encodeTrailer(rows, header, stamp.change);
    const checked = trailer.subarray(0, trailer.length - 4 - MARK.length);
    trailer.writeUInt32LE(crc32(checked, checksum(file, size, crc32(stamp.spaceId))), checked.length);
    writeAll(file, trailer, size);
    fsyncSync(file);
    total = size + trailer.length;
  } finally {
    closeSync(file);
  }
  renameSync(written, target);
  syncFolderNow(dirname(target));
  return total;
}

/**
 * Reads rows and change counter of a file after everything about it was checked: length, header, checksum. Undefined for
 * a file that is not what `completeIndexFile` writes for this space and these dimensions.
 */
export function checkIndexFile(path: string, spaceId: string, dimensions: number): Trailer | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size < FLAT_HEADER_BYTES + FOOTER_BYTES) return undefined;
    const footer = Buffer.alloc(FOOTER_BYTES);
    readSync(file, footer, 0, FOOTER_BYTES, size - FOOTER_BYTES);
    if (footer.toString('latin1', 20) !== MARK || footer.readUInt32LE(12) !== dimensions) return undefined;
    const header: FlatHeader = { metric: 'inner-product', dimensions, count: footer.readUInt32LE(8) };
    const vectorBytes = flatFileBytes(header);
    if (size !== vectorBytes + 4 * header.count + FOOTER_BYTES) return undefined;
    const start = Buffer.alloc(FLAT_HEADER_BYTES);
    readSync(file, start, 0, FLAT_HEADER_BYTES, 0);
    if (!start.equals(flatHeader(header))) return undefined;
    const crc = checksum(file, size - 4 - MARK.length, crc32(spaceId));
    if (crc !== footer.readUInt32LE(16)) return undefined;
    const bytes = Buffer.alloc(4 * header.count);
    readSync(file, bytes, 0, bytes.length, vectorBytes);
    const rows = Uint32Array.from({ length: header.count }, (_, position) => bytes.readUInt32LE(4 * position));
    return { rows, change: footer.readDoubleLE(0) };
  } finally {
    closeSync(file);
  }
}

/** Throws unless the file is a flat index of these dimensions, whole: faiss ends the process on one that is not. */
export function checkFlatFile(path: string, dimensions: number): void {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(FLAT_HEADER_BYTES);
    readSync(file, start, 0, FLAT_HEADER_BYTES, 0);
    const header = readFlatHeader(start);
    if (typeof header === 'string') throw new Error(`${path}: ${header}`);
    if (header.dimensions !== dimensions || fstatSync(file).size !== flatFileBytes(header)) {
      throw new Error(`${path} is not whole, or of other dimensions`);
    }
  } finally {
    closeSync(file);
  }
}

/** Throws unless the disk has room for an index and what stands behind it: faiss ends the process on a disk that gets full. */
export function requireRoom(path: string, header: FlatHeader): void {
  const needed = flatFileBytes(header) + 4 * header.count + FOOTER_BYTES;
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < needed) throw new ShortFile(`it needs ${needed} bytes, and ${bavail * bsize} are free`);
}

/** Deletes a file that may be there. */
export function deleteFile(path: string): void {
  rmSync(path, { force: true });
}
