import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { systemCode } from 'wooster';
import { translateFileError } from '../../weights/file-faults.ts';
import { fileStamp } from '../../weights/verified-record.ts';
import type { PlannedFile, RepositoryPlan } from './repository-plan.ts';

/**
 * One repository in the cache folder of the hub's own clients, which mlx_lm.server reads:
 * `models--owner--name/{blobs/<checksum>, refs/main, snapshots/<commit>/<file> -> blobs}`.
 */
export class HubCache {
  readonly folder: string;
  readonly #locks: string;

  constructor(cacheFolder: string, repository: string) {
    const name = `models--${repository.replaceAll('/', '--')}`;
    this.folder = join(cacheFolder, name);
    this.#locks = join(cacheFolder, '.locks', name);
  }

  /** Makes the folders. */
  async prepare(): Promise<void> {
    try {
      for (const folder of [join(this.folder, 'blobs'), join(this.folder, 'refs'), this.#locks]) {
        await mkdir(folder, { recursive: true });
      }
    } catch (error) {
      throw translateFileError(error, this.folder);
    }
  }

  blobPath({ blob }: PlannedFile): string {
    return join(this.folder, 'blobs', blob);
  }

  /** Who holds it fetches the content. */
  lockPath({ blob }: PlannedFile): string {
    return join(this.#locks, `${blob}.wooster-lock`);
  }

  /** The content is there in its size; it got its name only after its checksum was right. */
  hasBlob(file: PlannedFile): boolean {
    return fileStamp(this.blobPath(file))?.bytes === file.bytes;
  }

  /** Names every file of the plan in the snapshot of its commit, then makes that commit the current one. */
  async publish({ commit, files }: RepositoryPlan): Promise<void> {
    const snapshot = join(this.folder, 'snapshots', commit);
    try {
      for (const file of files) await this.#name(file, join(snapshot, ...file.name.split('/')));
      const reference = join(this.folder, 'refs', 'main');
      await writeFile(`${reference}.part`, commit);
      await rename(`${reference}.part`, reference);
    } catch (error) {
      throw translateFileError(error, snapshot);
    }
  }

  /** A relative link; a system that allows none gets a second name of the content, or a copy. */
  async #name(file: PlannedFile, path: string): Promise<void> {
    const blob = this.blobPath(file);
    await mkdir(dirname(path), { recursive: true });
    if (existsSync(path) && fileStamp(path)?.bytes === file.bytes) return;
    await rm(path, { force: true });
    try {
      await symlink(relative(dirname(path), blob), path);
    } catch (error) {
      if (systemCode(error) !== 'EPERM') throw error;
      await link(blob, path).catch(() => copyFile(blob, path));
    }
  }
}
