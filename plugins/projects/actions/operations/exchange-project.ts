import { resolve } from 'node:path';
import {
  ConfigError,
  exportLangChain,
  importLangChain,
  UsageError,
  type LangChainExport,
  type LangChainImport,
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

/** Takes a folder that LangChain's FaissStore wrote into a new project; the folder is only read. */
export async function importProject(
  ports: ProjectPorts,
  { name, from, model }: ImportRequest,
  signal: AbortSignal,
): Promise<LangChainImport> {
  checkModel(ports, model);
  if ((await ports.records.find(name)) !== undefined || (await ports.knowledge().list('projects')).includes(name)) {
    throw new UsageError(`there is a project "${name}" already: import under another name`);
  }
  const folder = await realFolder(resolve(from));
  const createdAt = ports.clock.now();
  const store = await ports.stores.make(name, signal);
  const record = { name, folder, include: [], exclude: [], createdAt };
  try {
    await ports.records.save(record);
    const report = await importLangChain(folder, store, { signal });
    await ports.records.save({ ...record, ingestedAt: createdAt });
    return report;
  } catch (error) {
    await removeProject(ports, name, new AbortController().signal);
    throw error;
  }
}
