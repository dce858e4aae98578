import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../system-code.ts';

/** A file that is being written. */
export interface WrittenFile {
  /** All of the bytes: behind those that were written before, or from `position` on. */
  write(bytes: Uint8Array, position?: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The steps of writing files and folders; tests put a disk that loses power in the place of the real one. */
export interface FileLayer {
  /** Makes a file that is not there yet, for its owner alone. */
  create(path: string): Promise<WrittenFile>;
  /** Makes a folder and those above it; the first one that was not there, undefined where all were. */
  makeFolder(path: string, mode?: number): Promise<string | undefined>;
  /** Gives a file a second name, EEXIST where something has that name. */
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, where it is there. */
  remove(path: string): Promise<void>;
  /** Removes a folder with all that is in it, where it is there. */
  removeFolder(path: string): Promise<void>;
  /** Makes the bytes of a file, or the names in a folder, outlast a loss of power. */
  sync(path: string): Promise<void>;
}

/** Most that is written at once. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** The disk of this machine. Throws what the file system throws. */
export const DISK: FileLayer = {
  async create(path) {
    const file = await open(path, 'wx', 0o600);
    return {
      async write(bytes, position) {
        // A disk that is nearly full may take a part; the next write says so.
        for (let at = 0; at < bytes.length;) {
          const length = Math.min(PIECE_BYTES, bytes.length - at);
          const from = position === undefined ? null : position + at;
          at += (await file.write(bytes, at, length, from)).bytesWritten;
        }
      },
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  makeFolder: (path, mode) => mkdir(path, { recursive: true, mode }),
  link,
  rename,
  remove: (path) => rm(path, { force: true }),
  removeFolder: (path) => rm(path, { recursive: true, force: true }),
  async sync(path) {
    const handle = await open(path, 'r').catch((error: unknown) => {
      // Windows opens no folders; its names are lasting by themselves.
      if (systemCode(error) === 'EISDIR' || systemCode(error) === 'EPERM') return undefined;
      throw error;
    });
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  },
};

/**
 * Makes a folder, and those above it, whose names outlast a loss of power; the first one that was not there, undefined
 * where all were. Throws what the file system throws.
 */
export async function makeLastingFolder(
  path: string,
  files: FileLayer = DISK,
  mode?: number,
): Promise<string | undefined> {
  const first = await files.makeFolder(path, mode);
  if (first === undefined) return undefined;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await files.sync(dirname(folder));
  return first;
}
