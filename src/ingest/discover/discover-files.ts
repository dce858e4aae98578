import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CancelledError } from '../../contracts/errors/host-errors.ts';
import { systemCode } from '../../kernel/system-code.ts';
import type { BrokenFile, LeftOutReason } from '../ingest-report.ts';
import { NEVER_READ } from './default-rules.ts';
import { IgnoreRules } from './ignore-rules.ts';
import type { LeftOutTally } from './left-out-tally.ts';
import type { PathFilter } from './path-filter.ts';

/** A regular file below the root; `path` is relative with `/`. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  /** Whole milliseconds since 1970. */
  readonly modifiedAt: number;
  /** When its content or its properties last changed, milliseconds since 1970; no program can set it back. */
  readonly touchedAt: number;
}

/** What a walk found. */
export interface Discovery {
  readonly files: readonly FoundFile[];
  readonly broken: readonly BrokenFile[];
}

/** What a walk needs. */
interface WalkOptions {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly filter: PathFilter;
  readonly leftOut: LeftOutTally;
  /** Why a regular file is left out before it is opened. */
  readonly refuse: (file: FoundFile) => { readonly reason: LeftOutReason; readonly note?: string } | undefined;
  readonly signal: AbortSignal;
}

/**
 * Finds the regular files below a root in the order of their paths. No link is followed: one to a place inside the root
 * would only repeat what is found there, one out of it leaves the root. What cannot be looked at is listed and passed over.
 */
export async function discoverFiles(options: WalkOptions): Promise<Discovery> {
  const walk = new Walk(options);
  await walk.enter('', IgnoreRules.defaults());
  return { files: walk.files, broken: walk.broken };
}

class Walk {
  readonly files: FoundFile[] = [];
  readonly broken: BrokenFile[] = [];
  readonly #options: WalkOptions;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async enter(directory: string, above: IgnoreRules): Promise<void> {
    const { root, signal } = this.#options;
    if (signal.aborted) throw new CancelledError();
    let entries: Dirent[];
    let rules: IgnoreRules;
    try {
      entries = await readdir(join(root, directory), { withFileTypes: true });
      rules = await above.enter(root, directory, entries);
    } catch (error) {
      // Without its rules a folder is not read either: they may keep something private.
      this.#fail(directory === '' ? '.' : `${directory}/`, 'this folder or its ignore file cannot be read', error);
      return;
    }
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) await this.#visit(entry, directory, rules);
  }

  async #visit(entry: Dirent, directory: string, rules: IgnoreRules): Promise<void> {
    const { filter, leftOut } = this.#options;
    if (NEVER_READ.has(entry.name)) return;
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const isDirectory = entry.isDirectory();
    const shown = isDirectory ? `${path}/` : path;
    const { reason, below } = rules.judge(path, isDirectory);
    if (reason !== undefined) leftOut.add(reason, shown);
    else if (isDirectory && filter.isPruned(path)) leftOut.add('excluded', shown);
    else if (isDirectory) await this.enter(path, below);
    else if (entry.isSymbolicLink()) leftOut.add(await this.#kindOfLink(path), path);
    else if (entry.isFile()) await this.#take(path);
    else leftOut.add('special file', path);
  }

  async #take(path: string): Promise<void> {
    const { root, filter, leftOut, refuse } = this.#options;
    const unwanted = filter.verdict(path);
    if (unwanted !== undefined) {
      leftOut.add(unwanted, path);
      return;
    }
    try {
      const { size, mtimeMs, ctimeMs } = await lstat(join(root, path));
      const file = { path, bytes: size, modifiedAt: Math.trunc(mtimeMs), touchedAt: Math.trunc(ctimeMs) };
      const refusal = refuse(file);
      if (refusal === undefined) this.files.push(file);
      else leftOut.add(refusal.reason, path + (refusal.note ?? ''));
    } catch (error) {
      // Gone since its folder was listed: as if it had never been there. A name that is no UTF-8 looks the same.
      if (systemCode(error) !== 'ENOENT' || path.includes('\uFFFD'))
        this.#fail(path, 'this file cannot be looked at', error);
    }
  }

  async #kindOfLink(path: string): Promise<LeftOutReason> {
    const { root } = this.#options;
    try {
      const target = await realpath(join(root, path));
      const isInside = target === root || target.startsWith(root.endsWith(sep) ? root : root + sep);
      return isInside ? 'link inside the folder' : 'link out of the folder';
    } catch {
      return 'broken link';
    }
  }

  #fail(path: string, message: string, error: unknown): void {
    this.broken.push({ path, code: 'E_FILE', message: `${message} (${systemCode(error) ?? 'unknown fault'})` });
  }
}
