import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChecksumError } from 'wooster';
import { translateFileError } from './file-faults.ts';

/** The writing side of an open file, as much of it as a part needs. */
export interface PartHandle {
  write(chunk: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Where the file will be, and what it must be. */
export interface PartTarget {
  readonly path: string;
  readonly bytes: number;
  /** Undefined where nobody published one. */
  readonly sha256?: string;
  /** What git calls a file of this content, where that is known instead. */
  readonly gitSha1?: string;
}

/** What opening a part may need besides its target. */
interface PartOptions {
  readonly signal: AbortSignal;
  readonly onRead?: (bytes: number) => void;
  readonly openFile?: (path: string) => Promise<PartHandle>;
}

async function openForWriting(path: string): Promise<PartHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
}

/**
 * The beginning of a file that is still being fetched, `<path>.part`. It survives an abort and a kill, and is hashed
 * while it grows; what is in it already is read once when it is opened.
 *
 * | state    | append | restart  | complete                                       | close |
 * |----------|--------|----------|------------------------------------------------|-------|
 * | open     | grows  | empties  | renamed to the path, or removed and E_CHECKSUM | kept  |
 * | complete | -      | -        | -                                              | -     |
 */
export class PartFile {
  readonly target: PartTarget;
  readonly #handle: PartHandle;
  #hash: Hash = createHash('sha256');
  #gitHash: Hash | undefined;
  #length = 0;
  #etag: string | undefined;

  constructor(target: PartTarget, handle: PartHandle) {
    this.target = target;
    this.#handle = handle;
    this.#gitHash = gitHashFor(target);
  }

  /** Opens or creates the part; one that is longer than the file may be is emptied. */
  static async open(target: PartTarget, options: PartOptions): Promise<PartFile> {
    const path = partPath(target);
    try {
      const handle = await (options.openFile ?? openForWriting)(path);
      const part = new PartFile(target, handle);
      await part.#readExisting(options).catch(async (error: unknown) => {
        await handle.close();
        throw error;
      });
      return part;
    } catch (error) {
      throw translateFileError(error, path);
    }
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** Entity tag under which the server gave the bytes so far, when it gave one. */
  get etag(): string | undefined {
    return this.#etag;
  }

  /** Adds bytes at the end; E_DISK_FULL keeps what is there, more bytes than the file may have empty it: E_CHECKSUM. */
  async append(chunk: Uint8Array): Promise<void> {
    if (this.#length + chunk.byteLength > this.target.bytes) {
      await this.restart();
      throw this.wrongSize(`more than ${this.target.bytes} bytes`);
    }
    try {
      let written = 0;
      while (written < chunk.byteLength) {
        const position = this.#length + written;
        const { bytesWritten } = await this.#handle.write(chunk, written, chunk.byteLength - written, position);
        written += bytesWritten;
      }
    } catch (error) {
      throw translateFileError(error, partPath(this.target), this.target.bytes - this.#length);
    }
    this.#take(chunk);
  }

  /** Forgets every byte, and remembers the tag of the answer that follows. */
  async restart(etag?: string): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#gitHash = gitHashFor(this.target);
    this.#length = 0;
    await this.remember(etag);
  }

  /** Keeps the entity tag beside the part for a later resume. */
  async remember(etag: string | undefined): Promise<void> {
    this.#etag = etag;
    if (etag === undefined) await rm(tagPath(this.target), { force: true });
    else await writeFile(tagPath(this.target), etag);
  }

  /** Puts the file in its place, whole and on the disk, and tells its sha256; a wrong checksum removes the part instead. */
  async complete(): Promise<string> {
    const digest = this.#hash.digest('hex');
    const { path } = this.target;
    const fault = this.#faultOf(digest);
    if (fault !== undefined) {
      await this.close();
      await rm(partPath(this.target), { force: true });
      await rm(tagPath(this.target), { force: true });
      throw fault;
    }
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(partPath(this.target), path);
      await rm(tagPath(this.target), { force: true });
      await syncDirectory(dirname(path));
    } catch (error) {
      throw translateFileError(error, path);
    }
    return digest;
  }

  /** Lets go of the file and keeps it. */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** The error of a source that serves something of another size. */
  wrongSize(actual: string): ChecksumError {
    return new ChecksumError(`another file: ${actual} instead of ${this.target.bytes} bytes`, {
      expected: `${this.target.bytes} bytes`,
      actual,
    });
  }

  #faultOf(digest: string): ChecksumError | undefined {
    const { path, bytes, sha256, gitSha1 } = this.target;
    const gitDigest = this.#gitHash?.digest('hex');
    const isGitRight = gitSha1 === gitDigest;
    if (this.#length === bytes && isGitRight && (sha256 ?? digest) === digest) return undefined;
    const [name, expected, actual] = isGitRight
      ? ['sha256', sha256 ?? `a file of ${bytes} bytes`, digest]
      : ['git checksum', gitSha1 ?? '', gitDigest ?? ''];
    return new ChecksumError(`${path}: ${name} ${actual} instead of ${expected}; the file was removed`, {
      expected,
      actual,
    });
  }

  #take(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#gitHash?.update(chunk);
    this.#length += chunk.byteLength;
  }

  async #readExisting({ signal, onRead }: PartOptions): Promise<void> {
    const path = partPath(this.target);
    const size = await sizeOf(path);
    if (size > this.target.bytes) return this.restart();
    if (size === 0) return;
    this.#etag = await readFile(tagPath(this.target), 'utf8').catch(() => undefined);
    for await (const chunk of createReadStream(path, { end: size - 1, signal })) {
      this.#take(chunk as Buffer);
      onRead?.(this.#length);
    }
  }
}

/** Git hashes a file behind its length; nothing is hashed where nobody knows what it should be. */
export function gitHashFor({ bytes, gitSha1 }: Pick<PartTarget, 'bytes' | 'gitSha1'>): Hash | undefined {
  return gitSha1 === undefined ? undefined : createHash('sha1').update(`blob ${bytes}\0`);
}

/** Bytes of an earlier, unfinished attempt. */
export async function partBytes(target: PartTarget): Promise<number> {
  const size = await sizeOf(partPath(target));
  return size > target.bytes ? 0 : size;
}

function partPath(target: PartTarget): string {
  return `${target.path}.part`;
}

function tagPath(target: PartTarget): string {
  return `${target.path}.part.etag`;
}

/** Makes a rename last through a power cut; Windows cannot open folders and needs none of it. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
