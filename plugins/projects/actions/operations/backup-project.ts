import { resolve } from 'node:path';
import { UsageError, type BackupReport, type EmbeddingPurpose, type KnowledgeStore, type RestoreReport } from 'wooster';
import { z } from 'zod';
import { formatBytes } from '../render-ingest.ts';
import type { ProjectPorts } from '../project-ports.ts';
import { requireProjectName } from '../../registry/project-name.ts';

/** Name of the profile of the person at this machine. */
const PROFILE = 'default';

/** A backup that was written. */
export const backedUpSchema = z.object({
  name: z.string(),
  file: z.string(),
  bytes: z.number(),
  sources: z.number(),
  chunks: z.number(),
  vectors: z.number(),
  sha256: z.string(),
});

/** A store that was put in place. */
export const restoredSchema = z.object({
  name: z.string(),
  sources: z.number(),
  chunks: z.number(),
  vectors: z.number(),
  /** Folder of the documents, where the backup tells it. */
  folder: z.string().optional(),
});

/** What a backup of a project says of it beside its store. */
const noteSchema = z.object({
  project: z.object({
    folder: z.string(),
    include: z.array(z.string()).default([]),
    exclude: z.array(z.string()).default([]),
    createdAt: z.number(),
    ingestedAt: z.number().optional(),
  }),
});

/** Whose store it is: a project's, or the profile's. */
interface Owner {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
}

/** Whose store is meant; UsageError where neither or both are named. */
export function ownerOfStore(operation: string, name: string | undefined, isProfile: boolean): Owner {
  if (isProfile && name === undefined) return { purpose: 'userProfile', name: PROFILE };
  if (isProfile || name === undefined) {
    throw new UsageError(`which one? wooster projects ${operation} <name>, or --user-profile without a name`);
  }
  return { purpose: 'projects', name: requireProjectName(name) };
}

function fileNameOf({ purpose, name }: Owner, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  return `${purpose === 'projects' ? name : 'user-profile'}-${day}.wooster-store`;
}

async function writeBackup(
  store: KnowledgeStore,
  file: string,
  note: z.input<typeof noteSchema> | undefined,
  signal: AbortSignal,
): Promise<BackupReport> {
  if (store.upkeep !== undefined) return store.upkeep.backup(file, signal, note);
  throw new UsageError(`${store.location} was written by another program and is only read: copy that folder instead`);
}

/** Copies the store of a project, with its record, or of the profile, into one file; the default is in the current folder. */
export async function backupProject(
  ports: ProjectPorts,
  { owner, to }: { readonly owner: Owner; readonly to: string | undefined },
  signal: AbortSignal,
): Promise<z.output<typeof backedUpSchema>> {
  const { name, purpose } = owner;
  const file = resolve(to ?? fileNameOf(owner, ports.clock.now()));
  if (purpose === 'projects') {
    const record = await ports.records.find(name);
    if (!(await ports.knowledge().list('projects')).includes(name)) {
      await ports.records.require(name);
      throw new UsageError(`project "${name}" has no store yet: run the ingest again`);
    }
    const note = record && { project: { ...record, include: [...record.include], exclude: [...record.exclude] } };
    return { name, ...(await writeBackup(await ports.stores.make(name, signal), file, note, signal)) };
  }
  const store = await ports.knowledge().open(purpose, name, signal);
  try {
    return { name, ...(await writeBackup(store, file, undefined, signal)) };
  } finally {
    await store.close();
  }
}

async function restoreRecord(ports: ProjectPorts, name: string, report: RestoreReport): Promise<string | undefined> {
  const known = await ports.records.find(name);
  if (known !== undefined) return known.folder;
  const { data } = noteSchema.safeParse(report.note);
  if (data === undefined) return undefined;
  await ports.records.save({ ...data.project, name });
  return data.project.folder;
}

/** Puts a checked backup in the place of a store that is not there, and brings the record of a project back. */
export async function restoreProject(
  ports: ProjectPorts,
  { owner, from }: { readonly owner: Owner; readonly from: string | undefined },
  signal: AbortSignal,
): Promise<z.output<typeof restoredSchema>> {
  const { name, purpose } = owner;
  if (from === undefined) throw new UsageError('from which file? wooster projects restore <name> --from <file>');
  const report = await ports.knowledge().restore(resolve(from), purpose, name, signal);
  const { sources, chunks, vectors } = report;
  const folder = purpose === 'projects' ? await restoreRecord(ports, name, report) : undefined;
  return { name, sources, chunks, vectors, folder };
}

function describeCounts({ sources, chunks, vectors }: z.output<typeof restoredSchema>): string {
  return `${sources} sources, ${chunks} passages, ${vectors} vectors`;
}

/** The lines after a backup. */
export function renderBackedUp(result: z.output<typeof backedUpSchema>): string {
  return [`${result.file}: ${describeCounts(result)}, ${formatBytes(result.bytes)}`, `sha256 ${result.sha256}`].join(
    '\n',
  );
}

/** The lines after a restore. */
export function renderRestored(result: z.output<typeof restoredSchema>): string {
  const { name, folder } = result;
  return [
    `${name} is back: ${describeCounts(result)}`,
    ...(folder === undefined ? [] : [`bring it up to date: wooster ingest ${folder} --project ${name}`]),
  ].join('\n');
}
