import { mkdir, open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  FileAccessError,
  isDiskFull,
  StorageFullError,
  systemCode,
  UsageError,
  writeWhole,
  type FileLayer,
} from 'wooster';
import type { BatchItem } from '../items/batch-item.ts';
import { batchLineSchema, isAnswer, type BatchLine } from './batch-line.ts';

/** How a journal is begun. */
interface JournalOptions {
  readonly items: readonly BatchItem[];
  /** What is there goes. */
  readonly restart: boolean;
  /** Items without an answer are asked again. */
  readonly retryFailed: boolean;
  /** The disk of this machine, unless a test puts another in its place. */
  readonly files?: FileLayer;
}

const NEWLINE = 10;

function toFault(error: unknown, path: string): Error {
  if (isDiskFull(error)) {
    return new StorageFullError(`${path}: the disk is full, make room and run the same command again`, {
      cause: error,
    });
  }
  const message = `${path} cannot be written (${systemCode(error) ?? 'unknown fault'}): check the folder and its permissions`;
  return new FileAccessError(message, { path, cause: error });
}

function readLines(text: string, path: string, items: readonly BatchItem[]): BatchLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const where = `${path} line ${at + 1}`;
      const advice = 'name another --out, or write it anew with --restart';
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        throw new UsageError(`${where} is no answer of a batch: ${advice}`);
      }
      const parsed = batchLineSchema.safeParse(value);
      if (!parsed.success) throw new UsageError(`${where} is no answer of a batch: ${advice}`);
      const { index, item } = parsed.data;
      if (items[index]?.hash === item) return parsed.data;
      throw new UsageError(`${where} answers another input, or was asked with other options: ${advice}`);
    });
}

/** What is in the file up to its last whole line; a process that was killed may have left a part of another one. */
async function readWhole(path: string): Promise<{ readonly text: string; readonly isTorn: boolean } | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new FileAccessError(
      `${path} cannot be read (${systemCode(error) ?? 'unknown fault'}): check its permissions`,
      {
        path,
        cause: error,
      },
    );
  }
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  return { text: bytes.subarray(0, end).toString('utf8'), isTorn: end < bytes.length };
}

/**
 * The file of answers, which is also the record of what is done: each line is appended in one write, and what was there
 * when it was opened need not be asked again.
 */
export class Journal {
  /** Lines that were there, by the index of their item. */
  readonly done: ReadonlyMap<number, BatchLine>;
  readonly #path: string;
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, lines: readonly BatchLine[]) {
    this.#path = path;
    this.#file = file;
    this.done = new Map(lines.map((line) => [line.index, line]));
  }

  /** UsageError for a file that holds something else, or answers of another input. */
  static async open(path: string, { items, restart, retryFailed, files }: JournalOptions): Promise<Journal> {
    const found = restart ? undefined : await readWhole(path);
    const lines = found === undefined ? [] : readLines(found.text, path, items);
    const kept = retryFailed ? lines.filter(isAnswer) : lines;
    try {
      await mkdir(dirname(path), { recursive: true });
      // The file never is half of what it was: what was answered has been paid for.
      if (restart || kept.length < lines.length || found?.isTorn === true) {
        const text = kept.map((line) => `${JSON.stringify(line)}\n`).join('');
        await writeWhole(path, [Buffer.from(text)], files);
      }
      return new Journal(path, await open(path, 'a'), kept);
    } catch (error) {
      throw toFault(error, path);
    }
  }

  /** One line after another; StorageFullError or FileAccessError where the line is not on the disk whole. */
  append(line: BatchLine): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#writing = this.#writing.then(() => this.#write(bytes));
    return this.#writing;
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      // A disk that fills takes a part and refuses the rest, which is then the torn line of the next run.
      for (let at = 0; at < bytes.length;) at += (await this.#file.write(bytes, at)).bytesWritten;
    } catch (error) {
      throw toFault(error, this.#path);
    }
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#file.close();
  }
}
