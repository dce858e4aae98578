import { ChecksumError, type PullContext } from 'wooster';
import { withFileLock } from '../../weights/file-lock.ts';
import type { DownloadLimits } from '../../weights/hub/hub-answer.ts';
import { HubSource } from '../../weights/hub/hub-source.ts';
import { partBytes, PartFile, type PartTarget } from '../../weights/part-file.ts';
import { HubCache } from './hub-cache.ts';
import { planRepository, type PlannedFile, type RepositoryPlan } from './repository-plan.ts';

/** Waits of a hub that is asked by hand: longer than those of a first question, which has other sources. */
const LIMITS: DownloadLimits = { connectMs: 10_000, idleMs: 30_000 };

/** One repository to fetch. */
interface RepositoryPull {
  readonly hubBaseUrl: string;
  readonly repository: string;
  /** The cache folder of the hub's clients. */
  readonly cacheFolder: string;
  readonly pull: PullContext;
  readonly limits?: DownloadLimits;
  /** Throws E_DISK_FULL when there is no room for so many bytes. */
  requireRoom(neededBytes: number): Promise<void>;
}

/** Bytes that are there, of all. */
class RepositoryProgress {
  #done = 0;
  readonly #total: number;
  readonly #job: RepositoryPull;

  constructor(job: RepositoryPull, plan: RepositoryPlan) {
    this.#job = job;
    this.#total = plan.files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** So much of the file under way is there. */
  tell(bytesOfFile: number): void {
    const { pull, repository } = this.#job;
    pull.onProgress({ label: `pulling ${repository}`, done: this.#done + bytesOfFile, total: this.#total });
  }

  finish({ bytes }: PlannedFile): void {
    this.#done += bytes;
    this.tell(0);
  }
}

/**
 * Fetches the weights and the tokenizer of a repository into the layout of the hub's own clients. What is there already
 * is kept, a part is continued by Range, each content gets its name only when its checksum is right, and the snapshot
 * becomes the current one when all of it is there.
 */
export async function pullRepository(job: RepositoryPull): Promise<void> {
  const { hubBaseUrl, repository, cacheFolder, pull, limits = LIMITS } = job;
  const plan = await planRepository({ hubBaseUrl, repository, limits, signal: pull.signal });
  const cache = new HubCache(cacheFolder, repository);
  await job.requireRoom(await missingBytes(cache, plan));
  await cache.prepare();
  const progress = new RepositoryProgress(job, plan);
  for (const file of plan.files) {
    const fetchFile = async (): Promise<void> => {
      // Another process may have fetched it in the meantime.
      if (!cache.hasBlob(file)) await fetchContent({ job, plan, file, target: targetOf(cache, file), progress });
    };
    if (!cache.hasBlob(file)) await withFileLock(cache.lockPath(file), { signal: pull.signal }, fetchFile);
    progress.finish(file);
  }
  await cache.publish(plan);
}

function targetOf(cache: HubCache, file: PlannedFile): PartTarget {
  return { path: cache.blobPath(file), bytes: file.bytes, sha256: file.sha256, gitSha1: file.gitSha1 };
}

async function missingBytes(cache: HubCache, plan: RepositoryPlan): Promise<number> {
  let missing = 0;
  for (const file of plan.files) {
    if (!cache.hasBlob(file)) missing += file.bytes - (await partBytes(targetOf(cache, file)));
  }
  return missing;
}

/** One file under way. */
interface ContentFetch {
  readonly job: RepositoryPull;
  readonly plan: RepositoryPlan;
  readonly file: PlannedFile;
  readonly target: PartTarget;
  readonly progress: RepositoryProgress;
}

/** A part of an earlier attempt may be at fault for a wrong checksum; it is gone then, and the file is fetched once more. */
async function fetchContent(fetch: ContentFetch): Promise<void> {
  const resumedBytes = await partBytes(fetch.target);
  try {
    await attempt(fetch);
  } catch (error) {
    if (!(error instanceof ChecksumError) || resumedBytes === 0) throw error;
    await attempt(fetch);
  }
}

async function attempt({ job, plan, file, target, progress }: ContentFetch): Promise<void> {
  const { hubBaseUrl, repository, limits = LIMITS, pull } = job;
  const source = new HubSource({
    baseUrl: hubBaseUrl,
    file: { kind: 'hub', repository, revision: plan.commit, file: file.name },
    limits,
  });
  const part = await PartFile.open(target, { signal: pull.signal });
  try {
    progress.tell(part.length);
    const report = (): void => progress.tell(part.length);
    await source.fetchInto(part, { signal: pull.signal, report, notice: () => undefined });
  } catch (error) {
    await part.close();
    throw error;
  }
  await part.complete();
}
