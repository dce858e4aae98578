import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from 'wooster';
import { translateFileError } from '../../weights/file-faults.ts';
import { withFileLock } from '../../weights/file-lock.ts';
import { parseServerRecord, type ServerRecord } from './server-record.ts';

const LOCK_POLL_MS = 25;
/** What is done under the lock takes a moment, the end of a stale server some seconds. */
const LOCK_LIMIT_MS = 30_000;

/** The records of a workspace: `<id>.json` each, written whole, and a lock for each that ends with its process. */
export class ServerRecords {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Undefined where there is none, or a damaged one. */
  async read(id: string): Promise<ServerRecord | undefined> {
    try {
      return parseServerRecord(await readFile(this.#file(id), 'utf8'));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw translateFileError(error, this.#file(id));
    }
  }

  /** The same at once, for the moment before the process leaves; no fault is told there. */
  readNow(id: string): ServerRecord | undefined {
    try {
      return parseServerRecord(readFileSync(this.#file(id), 'utf8'));
    } catch {
      return undefined;
    }
  }

  async write(record: ServerRecord): Promise<void> {
    const file = this.#file(record.id);
    const part = `${file}.${randomBytes(4).toString('hex')}.part`;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(part, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600, flush: true });
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw translateFileError(error, file);
    }
  }

  async list(): Promise<readonly ServerRecord[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => decodeURIComponent(name.slice(0, -5)));
    return (await Promise.all(ids.map((id) => this.read(id)))).filter((record) => record !== undefined);
  }

  /** Runs an action while no other process of the workspace decides about this server. */
  async withLock<T>(id: string, signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw translateFileError(error, this.#directory);
    });
    const lock = join(this.#directory, `${encodeURIComponent(id)}.lock`);
    return withFileLock(lock, { signal, pollMs: LOCK_POLL_MS, limitMs: LOCK_LIMIT_MS }, action);
  }

  #file(id: string): string {
    return join(this.#directory, `${encodeURIComponent(id)}.json`);
  }
}
