import { resolve } from 'node:path';
import {
  ConfigError,
  exportLangChain,
  importLangChain,
  type KnowledgeStore,
  UsageError,
  type LangChainExport,
  type LangChainImport,
  type ProjectRecord,
} from 'wooster';
import { isSameModel } from '../../knowledge/is-same-model.ts';
import type { ProjectPorts } from '../project-ports.ts';
import { realFolder } from '../real-folder.ts';
import { removeProject } from './remove-project.ts';

/** Writes the space that a project is searched in as a folder of LangChain; UsageError for a project without vectors. */
export async function exportProject(
  ports: ProjectPorts,
  { name, folder }: { readonly name: string; readonly folder: string },
  signal: AbortSignal,
): Promise<LangChainExport> {
  const store = await ports.stores.make(name, signal);
  const { spaces } = await store.stats(signal);
  const space = spaces.find(({ role }) => role === 'primary') ?? spaces[0];
  if (space === undefined) {
    throw new UsageError(`project "${name}" has no vectors to export: wooster migrate --project ${name} makes them`);
  }
  return exportLangChain(store, space.space.spaceId, resolve(folder), signal);
}

/** What is imported, and as what. */
interface ImportRequest {
  readonly name: string;
  readonly from: string;
  /** Model that made the vectors, as the user knows it; without it the folder is asked and else compared. */
  readonly model: string | undefined;
}

function checkModel({ settings, extensions }: ProjectPorts, model: string | undefined): void {
  const { projects } = settings.embeddings;
  if (model === undefined || isSameModel(extensions, model, projects.model)) return;
  throw new ConfigError(
    `vectors of ${model} can be taken in while it is the model of projects: set embeddings.projects.model to it (now ${projects.model})`,
    { path: 'embeddings.projects.model' },
  );
}

/** Whether the folder is the one that lies in the place of the project's store and is only read there. */
async function isInPlace(
  ports: ProjectPorts,
  { name, folder }: { readonly name: string; readonly folder: string },
  signal: AbortSignal,
): Promise<boolean> {
  const knowledge = ports.knowledge();
  if (!(await knowledge.list('projects')).includes(name)) return false;
  const place = await realFolder(knowledge.locate('projects', name)).catch(() => undefined);
  return place === folder && (await ports.stores.make(name, signal)).isReadOnly;
}

/** Makes the store of a project beside the files of another program that are in its place; these are only read. */
async function importInPlace(
  ports: ProjectPorts,
  { name, folder }: { readonly name: string; readonly folder: string },
  signal: AbortSignal,
): Promise<LangChainImport> {
  await ports.stores.close(name);
  const request = { purpose: 'projects', name } as const;
  const fill = (store: KnowledgeStore): Promise<LangChainImport> => importLangChain(folder, store, { signal });
  const report = await ports.knowledge().supersede(request, fill, signal);
  const now = ports.clock.now();
  const known = await ports.records.find(name);
  await ports.records.save({ name, folder, include: [], exclude: [], createdAt: now, ...known, ingestedAt: now });
  return report;
}

/** The record of an import of the same folder that was killed, which this one then ends; UsageError for any other project. */
async function findUnfinished(ports: ProjectPorts, name: string, folder: string): Promise<ProjectRecord | undefined> {
  const known = await ports.records.find(name);
  if (known?.folder === folder && known.ingestedAt === undefined) return known;
  if (known === undefined && !(await ports.knowledge().list('projects')).includes(name)) return undefined;
  throw new UsageError(`there is a project "${name}" already: import under another name`);
}

/**
 * Takes a folder that LangChain's FaissStore wrote into a new project, or into the project in whose place it lies; the
 * folder is only read. One that was killed is gone on with.
 */
export async function importProject(
  ports: ProjectPorts,
  { name, from, model }: ImportRequest,
  signal: AbortSignal,
): Promise<LangChainImport> {
  checkModel(ports, model);
  const folder = await realFolder(resolve(from));
  if (await isInPlace(ports, { name, folder }, signal)) return importInPlace(ports, { name, folder }, signal);
  const begun = await findUnfinished(ports, name, folder);
  const record = begun ?? { name, folder, include: [], exclude: [], createdAt: ports.clock.now() };
  try {
    // First of all, so that what is there after a kill tells whose it is.
    await ports.records.save(record);
    const store = await ports.stores.make(name, signal);
    const report = await importLangChain(folder, store, { signal });
    await ports.records.save({ ...record, ingestedAt: ports.clock.now() });
    return report;
  } catch (error) {
    // What an earlier run has taken in stays for the next.
    if (begun === undefined) await removeProject(ports, name, new AbortController().signal);
    throw error;
  }
}
