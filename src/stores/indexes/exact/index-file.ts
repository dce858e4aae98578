import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { writeWhole } from '../../../kernel/files/write-whole.ts';
import type { FileLayer } from '../../../kernel/files/file-layer.ts';

/** First bytes of an index file. */
const MAGIC = 'WSTRVEC1';

/** Magic, the length of the description, its checksum. */
const HEAD_BYTES = 16;

/** Most that is read or summed up at once. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** What an index file says of itself. */
interface Description {
  readonly spaceId: string;
  readonly dimensions: number;
  readonly rows: number;
  readonly change: number;
  /** CRC-32 of all that follows the description. */
  readonly checksum: number;
}

/** The content of an index file. */
interface IndexContent {
  readonly spaceId: string;
  readonly dimensions: number;
  readonly change: number;
  readonly rows: Uint32Array;
  readonly vectors: Float32Array;
}

function bytesOf(array: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function checksumOf(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) sum = crc32(part.subarray(at, at + PIECE_BYTES), sum);
  }
  return sum;
}

/** False at the end of the file. */
function readAll(file: number, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const count = readSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), null);
    if (count === 0) return false;
    at += count;
  }
  return true;
}

/** Writes the file whole or not at all: beside, synced, renamed. Throws what the file system throws. */
export async function writeIndexFile(path: string, content: IndexContent, files?: FileLayer): Promise<void> {
  const { spaceId, dimensions, change, rows, vectors } = content;
  const body = [bytesOf(rows), bytesOf(vectors)];
  const record: Description = { spaceId, dimensions, rows: rows.length, change, checksum: checksumOf(...body) };
  const description = Buffer.from(JSON.stringify(record));
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  head.writeUInt32LE(description.length, 8);
  head.writeUInt32LE(checksumOf(description), 12);
  await writeWhole(path, [head, description, ...body], files);
}

function readDescription(file: number): Description | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  if (!readAll(file, head) || head.toString('latin1', 0, 8) !== MAGIC) return undefined;
  const length = head.readUInt32LE(8);
  if (length > 4_096) return undefined;
  const description = Buffer.alloc(length);
  if (!readAll(file, description) || checksumOf(description) !== head.readUInt32LE(12)) return undefined;
  return JSON.parse(description.toString()) as Description;
}

/** What is asked of an index file, and where its vectors go. */
interface ReadIndexRequest {
  readonly spaceId: string;
  readonly dimensions: number;
  /** Memory for so many vectors. */
  allocate(rows: number): Float32Array;
}

/** The content of the file; undefined when it is not there, of another space, cut short or damaged. */
export function readIndexFile(path: string, request: ReadIndexRequest): IndexContent | undefined {
  let file: number;
  try {
    // Opening a pipe would wait for whoever writes into it.
    if (!statSync(path).isFile()) return undefined;
    file = openSync(path, 'r');
  } catch {
    // Whatever keeps it from being read, the index is made anew from the database.
    return undefined;
  }
  try {
    const found = readDescription(file);
    const { spaceId, dimensions } = request;
    if (found === undefined || found.spaceId !== spaceId || found.dimensions !== dimensions) return undefined;
    const rows = new Uint32Array(found.rows);
    const vectors = request.allocate(found.rows).subarray(0, found.rows * dimensions);
    const body = [bytesOf(rows), bytesOf(vectors)];
    if (!body.every((bytes) => readAll(file, bytes)) || checksumOf(...body) !== found.checksum) return undefined;
    return { spaceId, dimensions, change: found.change, rows, vectors };
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
