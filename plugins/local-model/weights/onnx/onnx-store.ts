import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CancelledError, ChecksumError, FileAccessError, MissingDependencyError, PrivacyError } from 'wooster';
import { formatBytes, freeBytesOf, requireRoom, translateFileError } from '../file-faults.ts';
import { withFileLock } from '../file-lock.ts';
import { HubSource } from '../hub/hub-source.ts';
import { gitHashFor } from '../part-file.ts';
import { ProgressReport, type WeightsListener } from '../progress-report.ts';
import { fileStamp, readVerified, recordVerified, sha256OfFile } from '../verified-record.ts';
import { downloadWeights } from '../weights-download.ts';
import { DEFAULT_LIMITS, type WeightsStoreOptions } from '../weights-store.ts';
import { findOnnxRepository, readOnnxConfig, type OnnxFolder } from './onnx-folder.ts';
import { RepositoryPlan, type PlannedFile } from './repository-plan.ts';

/** What a store of repositories is made of; the last four have defaults and are there for tests. */
type OnnxStoreOptions = Omit<WeightsStoreOptions, 'entries' | 'registry'>;

/** How a repository is asked for. */
interface EnsureRepositoryOptions extends WeightsListener {
  readonly signal: AbortSignal;
}

/** One repository on its way here. */
interface Fetching extends EnsureRepositoryOptions {
  readonly repository: string;
  readonly folder: string;
  readonly hubBaseUrl: string;
}

/**
 * Repositories of ONNX files on this machine, each in `<folder>/<owner>/<name>`, fetched from the hub where they are
 * missing. Nobody publishes checksums of them beforehand: a file is checked against what the hub tells of it, and from
 * then on against what it was when it came.
 */
export class OnnxStore {
  readonly #options: OnnxStoreOptions;
  readonly #directory: string;
  readonly #folders: readonly string[];

  constructor(options: OnnxStoreOptions) {
    this.#options = options;
    this.#directory = resolve(options.directory);
    this.#folders = [...options.localDirectories.map((folder) => resolve(folder)), this.#directory];
  }

  /** The repository where it is whole; looks at names and sizes only. */
  locate(repository: string): OnnxFolder | undefined {
    return findOnnxRepository(repository, this.#folders);
  }

  /**
   * The repository, found or fetched. Throws E_MODEL_NOT_FOUND (the hub has no such repository, or no ONNX files in it),
   * E_DEPENDENCY, E_PRIVACY, E_CHECKSUM, E_DISK_FULL, E_FILE or E_CANCELLED; what was fetched is
   * kept for the next attempt.
   */
  async ensure(repository: string, options: EnsureRepositoryOptions): Promise<OnnxFolder> {
    const found = this.locate(repository);
    if (found !== undefined) return this.#unchanged(found, options);
    const { allowDownload, refusal, hubBaseUrl } = this.#options;
    const folder = join(this.#directory, ...repository.split('/'));
    if (!allowDownload || !hubBaseUrl) throw notAllowed(repository, folder, refusal);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error, folder);
    });
    const waiting = new ProgressReport(options, 0);
    const onWait = (): void => waiting.update('waiting', 0, 'another process that fetches it');
    const lock = { signal: options.signal, onWait, pollMs: this.#options.lockPollMs };
    const lockPath = join(this.#directory, `.${repository.replace('/', '--')}.lock`);
    return withFileLock(lockPath, lock, async () => {
      const come = this.locate(repository);
      return come ?? this.#fetch({ ...options, repository, folder, hubBaseUrl });
    });
  }

  async #fetch(fetching: Fetching): Promise<OnnxFolder> {
    const { repository, folder, hubBaseUrl, signal } = fetching;
    const limits = { ...DEFAULT_LIMITS, ...this.#options.limits };
    const plan = new RepositoryPlan({ baseUrl: hubBaseUrl, repository, limits, signal, folder });
    const first = await plan.config();
    if (!(await isHere(join(folder, first.path), first, this.#directory))) await this.#download(fetching, first);
    const config = readOnnxConfig(folder);
    if (config === undefined) throw unreadable(join(folder, 'config.json'));
    const files = await plan.others(config);
    const missing: PlannedFile[] = [];
    for (const file of files) if (!(await isHere(join(folder, file.path), file, this.#directory))) missing.push(file);
    const missingBytes = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    const weights = files.filter(({ path }) => path.startsWith('onnx/'));
    fetching.onNotice?.(noticeOf(repository, missingBytes, weights));
    requireRoom(folder, missingBytes, await (this.#options.freeBytes ?? freeBytesOf)(folder));
    for (const file of missing) await this.#download(fetching, file);
    const found = this.locate(repository);
    if (found === undefined) throw unreadable(folder);
    return found;
  }

  async #download(fetching: Fetching, planned: PlannedFile): Promise<void> {
    const { repository, folder, hubBaseUrl, signal } = fetching;
    if (signal.aborted) throw new CancelledError();
    const path = join(folder, planned.path);
    await mkdir(dirname(path), { recursive: true });
    const { path: file, revision, bytes, sha256, gitSha1 } = planned;
    const { limits, freeBytes = freeBytesOf, openPart } = this.#options;
    const source = new HubSource({
      baseUrl: hubBaseUrl,
      file: { kind: 'hub', repository, revision, file },
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
    const digest = await downloadWeights({
      file: { id: repository, title: repository, name: join(repository, file), bytes, sha256, gitSha1 },
      path,
      sources: [source],
      report: new ProgressReport(fetching, bytes),
      signal,
      freeBytes,
      openPart,
    });
    await recordVerified(path, digest, this.#directory);
  }

  /** A file that was changed after it came is read again; E_CHECKSUM when it is another. Files of the user have no record. */
  async #unchanged(found: OnnxFolder, options: EnsureRepositoryOptions): Promise<OnnxFolder> {
    for (const file of found.choice.files) {
      const path = join(found.folder, file);
      const record = readVerified(path, this.#directory);
      if (record === undefined || record.isUnchanged) continue;
      const report = new ProgressReport(options, fileStamp(path)?.bytes ?? 0);
      const onRead = (bytes: number): void => report.update('checking', bytes, path);
      const actual = await sha256OfFile(path, { signal: options.signal, onRead }).catch((error: unknown) => {
        throw translateFileError(error, path);
      });
      if (actual !== record.sha256) {
        const text = `${path} is not the file that was fetched (sha256 ${actual} instead of ${record.sha256}); remove it and run "wooster setup"`;
        throw new ChecksumError(text, { expected: record.sha256, actual });
      }
      await recordVerified(path, actual, this.#directory);
    }
    return found;
  }
}

/** A file that an earlier attempt brought whole, unless the hub has another by now. */
async function isHere(path: string, { bytes, sha256, gitSha1 }: PlannedFile, directory: string): Promise<boolean> {
  if (fileStamp(path)?.bytes !== bytes) return false;
  const record = readVerified(path, directory);
  if (record?.isUnchanged !== true) return false;
  if (gitSha1 === undefined) return (sha256 ?? record.sha256) === record.sha256;
  return (
    gitHashFor({ bytes, gitSha1 })
      ?.update(await readFile(path))
      .digest('hex') === gitSha1
  );
}

function noticeOf(repository: string, bytes: number, weights: readonly PlannedFile[]): string {
  const isTold = weights.every(({ sha256 }) => sha256 !== undefined);
  const check = isTold ? 'checked against the sha256 that the hub tells' : 'of which the hub tells the size alone';
  return `${repository} is fetched from the model hub (${formatBytes(bytes)}), ${check}; it is no model of Wooster's catalogue, so its licence and content are not known here.`;
}

function unreadable(path: string): FileAccessError {
  return new FileAccessError(`${path} cannot be read as part of a model; remove it and run "wooster setup"`, { path });
}

function notAllowed(repository: string, folder: string, refusal: string | undefined): Error {
  const install = `put its files into ${folder}, or into ${repository} in a folder of embedded.localDirectories`;
  if (refusal !== undefined) {
    const text = `${repository} is not on this machine, and ${refusal} forbids to fetch it; nothing was sent; ${install}`;
    return new PrivacyError(text, { details: { setting: refusal } });
  }
  return new MissingDependencyError(
    `${repository} is not on this machine and may not be fetched; run "wooster setup" without local-only, or ${install}`,
    { dependency: repository, install },
  );
}
