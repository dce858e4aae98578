import { isWoosterError, table, type ProjectRecord, type RenderContext, type SpaceStats } from 'wooster';
import { z } from 'zod';
import type { ProjectPorts } from '../project-ports.ts';
import { shortName } from '../migration/words/short-words.ts';
import { formatBytes } from '../render-ingest.ts';
import { notesOf, stateOf } from './state-of-project.ts';

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
  /** What must be known of its model, a line each; of a project that is shown. */
  notes: z.array(z.string()),
});

/** One project as it is listed and shown. */
type ListedProject = z.output<typeof projectSchema>;

function toSpace({ space, role, vectors, missing, index, isInferred }: SpaceStats): ListedProject['spaces'][number] {
  const { name: model, spaceId, dimensions } = space;
  return { model, spaceId, dimensions, role, vectors, missing, index, isInferred };
}

const NOTHING = { files: 0, passages: 0, bytes: 0, spaces: [], notes: [] };

/** Which project is described, and whether its model is asked as well. */
interface DescribedProject {
  readonly name: string;
  readonly record: ProjectRecord | undefined;
  readonly isShown?: boolean;
}

/** A project with the figures of its store; one that cannot be opened is listed with the reason. */
export async function describeProject(
  ports: ProjectPorts,
  { name, record, isShown = false }: DescribedProject,
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
    const opened = await ports.stores.make(name, signal);
    const stats = await opened.stats(signal);
    const migration = await opened.migrations?.status(signal);
    return {
      ...shared,
      files: stats.sources,
      passages: stats.chunks,
      bytes: stats.bytes,
      spaces: stats.spaces.map(toSpace),
      state: stateOf(stats, { name, record, migration }),
      notes: isShown ? [...(await notesOf(ports, opened, { stats, migration }, signal))] : [],
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
  return first === undefined ? 'none' : shortName(first.model);
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
  const { name, folder, include, exclude, store, files, passages, bytes, spaces, state, notes } = project;
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
    ...notes.map((note): [string, string] => ['note', note]),
  ];
  return rows.map(([title, value]) => `${title.padEnd(9)} ${value}`).join('\n');
}
