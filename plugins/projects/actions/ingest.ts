import { resolve } from 'node:path';
import {
  defineAction,
  ingestFolder,
  LOADERS,
  UsageError,
  type Action,
  type ActionContext,
  type IngestReport,
  type IngestStore,
  type ProjectRecord,
} from 'wooster';
import { z } from 'zod';
import { projectNameOf, requireProjectName } from '../registry/project-name.ts';
import { ingestProgress } from './ingest-progress.ts';
import { renderIngest } from './render-ingest.ts';
import { removeProject } from './operations/remove-project.ts';
import type { ProjectPorts } from './project-ports.ts';
import { realFolder } from './real-folder.ts';

const pathsSchema = z.array(z.object({ path: z.string(), code: z.string(), message: z.string() }));

/** What an ingest did, as `--json` prints it. */
export const ingestResultSchema = z.object({
  project: z.string(),
  folder: z.string(),
  isDryRun: z.boolean(),
  files: z.number(),
  added: z.number(),
  changed: z.number(),
  moved: z.number(),
  unchanged: z.number(),
  removed: z.number(),
  leftOut: z.array(z.object({ reason: z.string(), count: z.number(), examples: z.array(z.string()) })),
  broken: pathsSchema,
  changes: z.array(z.object({ path: z.string(), kind: z.string(), chunks: z.number() })),
  removals: z.array(z.string()),
  notices: z.array(z.string()),
  chunks: z.number(),
  embedded: z.number(),
  reused: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  /** False where the purpose is off, so that only full text was kept. */
  hasVectors: z.boolean(),
});

const argsSchema = z.object({
  folder: z.string().describe('the folder with the documents'),
  project: z.string().optional().describe('name of the project; made from the name of the folder without it'),
  include: z.array(z.string()).default([]).describe('only files that match this glob; kept for the next time'),
  exclude: z.array(z.string()).default([]).describe('no files that match this glob; kept for the next time'),
  dryRun: z.boolean().default(false).describe('read and count, but write nothing'),
});

type Arguments = z.output<typeof argsSchema>;

/** Stands for the store of a project that a dry run must not make. */
const NO_STORE: IngestStore = {
  beginWriting: async () => ({ dispose: () => {} }),
  embeddings: async () => undefined,
  sources: async () => [],
  add: async () => ({ sources: 0, chunks: 0, embedded: 0, reused: 0 }),
  remove: async () => ({ removed: 0 }),
};

/** The record of this run: globs that are not told are those of the last time. UsageError for a name that another folder has. */
async function recordFor(ports: ProjectPorts, args: Arguments): Promise<ProjectRecord> {
  const folder = await realFolder(resolve(args.folder));
  const name = args.project === undefined ? projectNameOf(folder) : requireProjectName(args.project);
  const known = await ports.records.find(name);
  if (known !== undefined && known.folder !== folder) {
    throw new UsageError(
      `project "${name}" is made of ${known.folder}: choose another name with --project, or first run wooster projects remove ${name}`,
    );
  }
  return {
    name,
    folder,
    include: args.include.length > 0 ? args.include : (known?.include ?? []),
    exclude: args.exclude.length > 0 ? args.exclude : (known?.exclude ?? []),
    createdAt: known?.createdAt ?? ports.clock.now(),
    ingestedAt: known?.ingestedAt,
  };
}

async function storeFor(
  ports: ProjectPorts,
  { record, isDryRun, signal }: { record: ProjectRecord; isDryRun: boolean; signal: AbortSignal },
): Promise<IngestStore> {
  const { records, stores } = ports;
  if (isDryRun) return (await records.find(record.name)) === undefined ? NO_STORE : stores.of(record.name, signal);
  const store = await stores.make(record.name, signal);
  if (store.isReadOnly) {
    throw new UsageError(
      `project "${record.name}" holds an index that another program wrote, which is only read: import it with wooster projects import ${record.name}, or choose another name with --project`,
    );
  }
  return store;
}

/** A project that was begun and got nothing is not kept: a wrong path must leave no trace. */
async function dropIfEmpty(ports: ProjectPorts, name: string, store: IngestStore): Promise<void> {
  const { signal } = new AbortController();
  if ((await store.sources(signal)).length === 0) await removeProject(ports, name, signal);
}

async function ingest(
  ports: ProjectPorts,
  args: Arguments,
  { signal, progress }: ActionContext,
): Promise<{ record: ProjectRecord; report: IngestReport; hasVectors: boolean }> {
  const record = await recordFor(ports, args);
  if (!args.dryRun) await ports.preparation().prepare('projects', { signal, progress });
  const isNew = !args.dryRun && (await ports.records.find(record.name)) === undefined;
  const store = await storeFor(ports, { record, isDryRun: args.dryRun, signal });
  if (!args.dryRun) await ports.records.save(record);
  const { clock, log, extensions } = ports;
  try {
    const report = await ingestFolder({
      folder: record.folder,
      store,
      loaders: extensions.list(LOADERS),
      include: record.include,
      exclude: record.exclude,
      dryRun: args.dryRun,
      maxFileBytes: ports.settings.knowledge.maxFileBytes,
      ingestedAt: record.ingestedAt,
      signal,
      onProgress: ingestProgress(progress, clock),
      log,
      clock,
    });
    if (!args.dryRun) await ports.records.save({ ...record, ingestedAt: report.startedAt });
    const hasVectors = args.dryRun || (await store.embeddings(signal)) !== undefined;
    return { record, report, hasVectors };
  } catch (error) {
    if (isNew) await dropIfEmpty(ports, record.name, store);
    throw error;
  } finally {
    progress.finish();
  }
}

/** `ingest`: takes a folder into a project; the same command again takes in what has changed since. */
export function ingestAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'ingest',
    summary: 'Take the documents of a folder into a project, or bring it up to date',
    args: argsSchema,
    positionals: ['folder'],
    result: ingestResultSchema,
    examples: ['ingest ~/notes', 'ingest ./docs --project handbook --exclude "drafts/**"', 'ingest ./docs --dry-run'],
    run: async (args, context) => {
      const { record, report, hasVectors } = await ingest(ports, args, context);
      return {
        ...ingestResultSchema.omit({ project: true, hasVectors: true }).parse(report),
        project: record.name,
        hasVectors,
      };
    },
    render: renderIngest,
  });
}
