import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  FileAccessError,
  StorageFullError,
  isDiskFull,
  systemCode,
  UsageError,
  type ProjectRecord,
  type ProjectRegistry,
} from 'wooster';
import { z } from 'zod';
import { requireProjectName } from './project-name.ts';

const RECORD_FILE = 'project.json';

const recordSchema = z.object({
  name: z.string(),
  folder: z.string(),
  include: z.array(z.string()).default([]),
  exclude: z.array(z.string()).default([]),
  createdAt: z.number(),
  ingestedAt: z.number().optional(),
});

/** The projects of a workspace, one `project.json` each in the folder of the project. */
export class ProjectRecords implements ProjectRegistry {
  readonly #directory: string;

  constructor(projectsDirectory: string) {
    this.#directory = projectsDirectory;
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
    const part = `${path}.${process.pid}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(part, `${JSON.stringify(record, null, 2)}\n`);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw toFileError(error, path);
    }
  }

  /** Removes the record, and its folder when nothing else is in it. */
  async remove(name: string): Promise<void> {
    const folder = this.folderOf(name);
    try {
      await rm(join(folder, RECORD_FILE), { force: true });
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
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    const message = `the record of a project cannot be read: ${path}; mend it, or delete it and ingest the folder again`;
    throw new FileAccessError(message, { path, cause: error });
  }
}

function toFileError(error: unknown, path: string): Error {
  const code = systemCode(error) ?? 'unknown fault';
  if (isDiskFull(error)) {
    return new StorageFullError(`no room to write ${path}: free some space and try again`, { cause: error });
  }
  return new FileAccessError(`cannot use ${path} (${code}): check its permissions`, { path, cause: error });
}
