import { readdir, readFile, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  DISK,
  FileAccessError,
  StorageFullError,
  isDiskFull,
  makeLastingFolder,
  systemCode,
  UsageError,
  writeWhole,
  type FileLayer,
  type ProjectRecord,
  type ProjectRegistry,
} from 'wooster';
import { requireProjectName } from './project-name.ts';
import { readRecordText, toRecordText } from './record-text.ts';

const RECORD_FILE = 'project.json';

/** The projects of a workspace, one `project.json` each in the folder of the project. */
export class ProjectRecords implements ProjectRegistry {
  readonly #directory: string;
  readonly #files: FileLayer;

  constructor(projectsDirectory: string, files: FileLayer = DISK) {
    this.#directory = projectsDirectory;
    this.#files = files;
  }

  async list(): Promise<readonly ProjectRecord[]> {
    const entries = await readdir(this.#directory, { withFileTypes: true }).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw toFileError(error, this.#directory);
    });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const records = await Promise.all(names.map((name) => this.find(name)));
    return records.filter((record) => record !== undefined).sort((left, right) => left.name.localeCompare(right.name));
  }

  async find(name: string): Promise<ProjectRecord | undefined> {
    const path = join(this.folderOf(name), RECORD_FILE);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
      throw toFileError(error, path);
    }
    return { ...parseRecord(text, path), name };
  }

  /** The record; UsageError that names the projects there are. */
  async require(name: string): Promise<ProjectRecord> {
    const record = await this.find(requireProjectName(name));
    if (record !== undefined) return record;
    const known = (await this.list()).map((each) => each.name);
    const there = known.length === 0 ? 'there is none yet' : `there are ${known.join(', ')}`;
    throw new UsageError(`there is no project "${name}": ${there}; make one with: wooster ingest <folder>`);
  }

  /** Writes the record whole or not at all. */
  async save(record: ProjectRecord): Promise<void> {
    const path = join(this.folderOf(record.name), RECORD_FILE);
    try {
      await makeLastingFolder(dirname(path), this.#files);
      await writeWhole(path, [Buffer.from(toRecordText(record))], this.#files);
    } catch (error) {
      throw toFileError(error, path);
    }
  }

  /** Takes a record that cannot be read out of the way, so that it can be written anew; where it is kept then. */
  async setAside(name: string): Promise<string> {
    const path = join(this.folderOf(name), RECORD_FILE);
    const aside = `${path}.damaged-${new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-')}`;
    try {
      await this.#files.rename(path, aside);
      await this.#files.sync(dirname(path));
      return aside;
    } catch (error) {
      throw toFileError(error, path);
    }
  }

  /** Removes the record, and its folder when nothing else is in it. */
  async remove(name: string): Promise<void> {
    const folder = this.folderOf(name);
    try {
      await this.#files.remove(join(folder, RECORD_FILE));
      await this.#files.sync(folder);
      await rmdir(folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) throw toFileError(error, folder);
    }
  }

  /** Folder of the project in the workspace; not that of its documents. */
  folderOf(name: string): string {
    return join(this.#directory, name);
  }
}

function parseRecord(text: string, path: string): ProjectRecord {
  const record = readRecordText(text);
  if (typeof record !== 'string') return record;
  const repair = 'run `wooster projects repair <name>` and ingest the folder again';
  const message =
    record === 'changed'
      ? `the record of a project is not what was written: ${path}; delete its line "digest" if you changed it yourself, or ${repair}`
      : `the record of a project cannot be read: ${path}; mend it, or ${repair}`;
  throw new FileAccessError(message, { path });
}

function toFileError(error: unknown, path: string): Error {
  const code = systemCode(error) ?? 'unknown fault';
  if (isDiskFull(error)) {
    return new StorageFullError(`no room to write ${path}: free some space and try again`, { cause: error });
  }
  return new FileAccessError(`cannot use ${path} (${code}): check its permissions`, { path, cause: error });
}
