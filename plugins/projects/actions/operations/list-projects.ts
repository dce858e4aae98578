import {
  isWoosterError,
  table,
  type KnowledgeStats,
  type ProjectRecord,
  type RenderContext,
  type SpaceStats,
} from 'wooster';
import { z } from 'zod';
import { isSameModel } from '../../knowledge/is-same-model.ts';
import type { ProjectPorts } from '../project-ports.ts';
import { formatBytes } from '../render-ingest.ts';

const spaceSchema = z.object({
  model: z.string(),
  spaceId: z.string(),
  dimensions: z.number(),
  role: z.string(),
  vectors: z.number(),
  missing: z.number(),
  index: z.string(),
  isInferred: z.boolean(),
});

/** One project as it is listed and shown. */
export const projectSchema = z.object({
  name: z.string(),
  /** Unset for a store that nobody ingested under that name here. */
  folder: z.string().optional(),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  store: z.string(),
  files: z.number(),
  passages: z.number(),
  bytes: z.number(),
  spaces: z.array(spaceSchema),
  ingestedAt: z.number().optional(),
  /** `ready`, or in one line what is to be done. */
  state: z.string(),
});

/** One project as it is listed and shown. */
type ListedProject = z.output<typeof projectSchema>;

function toSpace({ space, role, vectors, missing, index, isInferred }: SpaceStats): ListedProject['spaces'][number] {
  const { name: model, spaceId, dimensions } = space;
  return { model, spaceId, dimensions, role, vectors, missing, index, isInferred };
}

/** What the state of a project is told from, besides its store. */
interface StateFacts {
  readonly name: string;
  readonly record: ProjectRecord | undefined;
  /** Whether a space is of the model that new texts are embedded with; always where the purpose is off. */
  readonly isCurrent: (model: string) => boolean;
}

function stateOf({ spaces, isReadOnly }: KnowledgeStats, { name, record, isCurrent }: StateFacts): string {
  if (isReadOnly) return 'written by another program, only read';
  const primary = spaces.find(({ role }) => role === 'primary');
  const isOther = primary !== undefined && !isCurrent(primary.space.name);
  if (isOther || (primary === undefined && spaces.some(({ role }) => role === 'former')))
    return `another model is configured now: wooster migrate --project ${name}`;
  if (primary !== undefined && primary.missing > 0)
    return `${primary.missing} texts without vectors: wooster migrate --project ${name}`;
  if (record !== undefined && record.ingestedAt === undefined) return 'not finished: run the ingest again';
  return primary === undefined ? 'text only' : 'ready';
}

function isConfigured({ settings, extensions }: ProjectPorts, model: string): boolean {
  const { isEnabled, model: wanted } = settings.embeddings.projects;
  return !isEnabled || isSameModel(extensions, model, wanted);
}

const NOTHING = { files: 0, passages: 0, bytes: 0, spaces: [] };

/** A project with the figures of its store; one that cannot be opened is listed with the reason. */
export async function describeProject(
  ports: ProjectPorts,
  { name, record }: { readonly name: string; readonly record: ProjectRecord | undefined },
  signal: AbortSignal,
): Promise<ListedProject> {
  const { folder, include = [], exclude = [], ingestedAt } = record ?? {};
  const shared = {
    name,
    folder,
    include: [...include],
    exclude: [...exclude],
    ingestedAt,
    store: ports.knowledge().locate('projects', name),
  };
  try {
    if (!(await ports.knowledge().list('projects')).includes(name)) {
      return { ...shared, ...NOTHING, state: 'not ingested yet: run the ingest again' };
    }
    const stats = await (await ports.stores.make(name, signal)).stats(signal);
    return {
      ...shared,
      files: stats.sources,
      passages: stats.chunks,
      bytes: stats.bytes,
      spaces: stats.spaces.map(toSpace),
      state: stateOf(stats, { name, record, isCurrent: (model) => isConfigured(ports, model) }),
    };
  } catch (error) {
    if (!isWoosterError(error) || signal.aborted) throw error;
    return { ...shared, ...NOTHING, state: `${error.code} ${error.message}` };
  }
}

/** Every project that has a record or a store. */
export async function listProjects(ports: ProjectPorts, signal: AbortSignal): Promise<readonly ListedProject[]> {
  const records = await ports.records.list();
  const stored = await ports.knowledge().list('projects');
  const names = [...new Set([...records.map(({ name }) => name), ...stored])].sort();
  return Promise.all(
    names.map((name) => describeProject(ports, { name, record: records.find((each) => each.name === name) }, signal)),
  );
}

function modelOf({ spaces }: ListedProject): string {
  const [first] = [...spaces].sort(
    (left, right) => Number(right.role === 'primary') - Number(left.role === 'primary') || right.vectors - left.vectors,
  );
  return first === undefined ? 'none' : first.model;
}

function timeOf({ ingestedAt }: ListedProject): string {
  return ingestedAt === undefined ? '' : new Date(ingestedAt).toLocaleString();
}

/** A table of projects. */
export function renderProjects(projects: readonly ListedProject[], context: RenderContext): string {
  if (projects.length === 0) return 'there is no project yet; make one with: wooster ingest <folder>';
  return table(
    projects,
    [
      { title: 'project', value: ({ name }) => name, isWhole: true },
      { title: 'folder', value: ({ folder }) => folder ?? '' },
      { title: 'files', value: ({ files }) => String(files), align: 'right' },
      { title: 'passages', value: ({ passages }) => String(passages), align: 'right' },
      { title: 'model', value: modelOf },
      { title: 'ingested', value: timeOf },
      { title: 'state', value: ({ state }) => state },
    ],
    context,
  );
}

/** All of one project, a line each. */
export function renderProject(project: ListedProject): string {
  const { name, folder, include, exclude, store, files, passages, bytes, spaces, state } = project;
  const rows: [string, string][] = [
    ['project', name],
    ['folder', folder ?? 'unknown: nobody ingested it here'],
    ...(include.length > 0 ? [['include', include.join('  ')] as [string, string]] : []),
    ...(exclude.length > 0 ? [['exclude', exclude.join('  ')] as [string, string]] : []),
    ['store', `${store} (${formatBytes(bytes)})`],
    ['holds', `${files} files, ${passages} passages`],
    ...spaces.map((space): [string, string] => [
      'model',
      `${space.model}, ${space.dimensions} dimensions: ${space.vectors} vectors, ${space.missing} missing (${space.role}${space.isInferred ? ', inferred' : ''}, index ${space.index})`,
    ]),
    ['ingested', timeOf(project) || 'never to the end'],
    ['state', state],
  ];
  return rows.map(([title, value]) => `${title.padEnd(9)} ${value}`).join('\n');
}
