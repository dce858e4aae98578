import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  CancelledError,
  ChecksumError,
  FileAccessError,
  isWoosterError,
  MissingDependencyError,
  StorageFullError,
} from 'wooster';
import { requireRoom, translateFileError } from './file-faults.ts';
import { partBytes, PartFile } from './part-file.ts';
import type { PartHandle, PartTarget } from './part-file.ts';
import type { ProgressReport } from './progress-report.ts';
import { fileStamp } from './verified-record.ts';
import type { WeightsFile } from './weights-file.ts';
import type { WeightsSource } from './weights-source.ts';

/** Kept of the disk beside the file itself. */
const RESERVE_BYTES = 16 * 1024 * 1024;

/** What is fetched: a file of the catalogue, or one of which nothing but its size, or what git calls it, is known. */
type DownloadFile = Omit<WeightsFile, 'sha256' | 'sources'> & Pick<PartTarget, 'sha256' | 'gitSha1'>;

/** One file to fetch, and how. */
interface DownloadJob {
  readonly file: DownloadFile;
  readonly path: string;
  /** Tried in order. */
  readonly sources: readonly WeightsSource[];
  readonly report: ProgressReport;
  readonly signal: AbortSignal;
  readonly freeBytes: (directory: string) => Promise<number>;
  readonly openPart?: (path: string) => Promise<PartHandle>;
}

interface Failure {
  readonly source: WeightsSource;
  readonly error: Error;
}

/**
 * Fetches the file from the first source that gives it with the right checksum, puts it in its place and tells its sha256. Throws
 * E_DISK_FULL and E_FILE at once, for another source cannot help; E_CHECKSUM when a source gave another file and none
 * the right one; else E_DEPENDENCY. The last two name each source with its reason.
 */
export async function downloadWeights(job: DownloadJob): Promise<string> {
  const failures: Failure[] = [];
  for (const source of job.sources) {
    try {
      return await fromSource(job, source);
    } catch (error) {
      if (job.signal.aborted) throw new CancelledError('cancelled; what was fetched is kept', { cause: error });
      const isHopeless =
        !isWoosterError(error) || error instanceof StorageFullError || error instanceof FileAccessError;
      if (isHopeless) throw error;
      failures.push({ source, error });
    }
  }
  throw summary(job, failures);
}

async function fromSource(job: DownloadJob, source: WeightsSource): Promise<string> {
  const { bytes, sha256, gitSha1 } = job.file;
  const target: PartTarget = { path: job.path, bytes, sha256, gitSha1 };
  const resumedBytes = await partBytes(target);
  const directory = dirname(job.path);
  const neededBytes = target.bytes - resumedBytes + source.scratchBytes + RESERVE_BYTES;
  requireRoom(directory, neededBytes, await job.freeBytes(directory));
  try {
    return await attempt(job, source, target);
  } catch (error) {
    // The fault may lie in the bytes of an earlier attempt, which are gone now: once more, from the start.
    const isWorthAnother = error instanceof ChecksumError && resumedBytes > 0 && (await partBytes(target)) === 0;
    if (!isWorthAnother) throw error;
    return attempt(job, source, target);
  }
}

async function attempt(job: DownloadJob, source: WeightsSource, target: PartTarget): Promise<string> {
  const { report, signal } = job;
  const part = await PartFile.open(target, {
    signal,
    openFile: job.openPart,
    onRead: (bytes) => report.update('checking', bytes, 'what was fetched before'),
  });
  report.update('downloading', part.length, source.title);
  try {
    await source.fetchInto(part, {
      signal,
      report: (phase, aheadBytes = 0) => report.update(phase, part.length + aheadBytes, source.title),
      notice: (text) => report.notice(text),
    });
  } catch (error) {
    await part.close();
    throw error;
  }
  report.update('verifying', part.length, source.title);
  await setAside(job.path);
  return part.complete();
}

/** A file under this name with other content may be someone's own: it is kept, under another name. */
async function setAside(path: string): Promise<void> {
  if (fileStamp(path) === undefined) return;
  await rename(path, `${path}.rejected`).catch((error: unknown) => {
    throw translateFileError(error, path);
  });
}

function summary(job: DownloadJob, failures: readonly Failure[]): Error {
  const { title, sha256, gitSha1, name, id } = job.file;
  const reasons = failures.map(({ source, error }) => `${source.title}: ${error.message}`).join('; ');
  const directory = job.path.slice(0, -name.length - 1);
  const remedy = `put ${name} into ${directory} or into a folder of embedded.localDirectories, or try again with a connection`;
  const message = `${title} could not be fetched (${reasons}); ${remedy}`;
  const cause = new AggregateError(failures.map(({ error }) => error));
  const wrong = failures.find(({ error }) => error instanceof ChecksumError)?.error as ChecksumError | undefined;
  if (wrong) {
    const expected = sha256 ?? gitSha1 ?? `${job.file.bytes} bytes`;
    return new ChecksumError(message, { cause, expected, actual: String(wrong.details['actual']) });
  }
  return new MissingDependencyError(message, { cause, dependency: id, install: remedy });
}
