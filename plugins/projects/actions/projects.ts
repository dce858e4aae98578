import { defineAction, UsageError, type Action, type ActionContext, type RenderContext } from 'wooster';
import { z } from 'zod';
import { acceptedModel } from './migration/migrate-results.ts';
import {
  backedUpSchema,
  backupProject,
  ownerOfStore,
  renderBackedUp,
  renderRestored,
  restoredSchema,
  restoreProject,
} from './operations/backup-project.ts';
import {
  describeProject,
  listProjects,
  projectSchema,
  renderProject,
  renderProjects,
} from './operations/list-projects.ts';
import {
  renderRepaired,
  renderVerified,
  repairedSchema,
  repairProject,
  verifiedSchema,
  verifyProject,
} from './operations/repair-project.ts';
import type { ProjectPorts } from './project-ports.ts';
import { requireProjectName } from '../registry/project-name.ts';

/** Exit code for a store with faults, that of E_STORE_CORRUPT. */
const DAMAGED_EXIT_CODE = 74;

const argsSchema = z.object({
  operation: z
    .enum(['list', 'show', 'accept', 'remove', 'verify', 'repair', 'export', 'import', 'backup', 'restore'])
    .default('list')
    .describe('what to do'),
  name: z.string().optional().describe('name of the project'),
  to: z.string().optional().describe('folder to export to, or file of a backup, which must not be there yet'),
  from: z.string().optional().describe('folder to import, as FaissStore of LangChain wrote it, or backup to restore'),
  model: z.string().optional().describe('model that made the imported vectors; asked of the folder without it'),
  deep: z.boolean().default(false).describe('verify: read every page and reckon every hash anew'),
  userProfile: z.boolean().default(false).describe('backup and restore: the profile instead of a project'),
  yes: z.boolean().default(false).describe('remove without asking'),
});

const resultSchema = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('list'), projects: z.array(projectSchema) }),
  z.object({ operation: z.literal('show'), project: projectSchema }),
  acceptedModel.extend({ operation: z.literal('accept') }),
  z.object({
    operation: z.literal('remove'),
    name: z.string(),
    isRemoved: z.boolean(),
    /** Files of others in the folder of the store, which stay. */
    kept: z.array(z.string()),
  }),
  verifiedSchema.extend({ operation: z.literal('verify') }),
  repairedSchema.extend({ operation: z.literal('repair') }),
  z.object({
    operation: z.literal('export'),
    name: z.string(),
    folder: z.string(),
    documents: z.number(),
    model: z.string(),
  }),
  z.object({
    operation: z.literal('import'),
    name: z.string(),
    documents: z.number(),
    vectors: z.number(),
    toEmbed: z.number(),
    model: z.string().optional(),
    certainty: z.string().optional(),
    faults: z.array(z.string()),
  }),
  backedUpSchema.extend({ operation: z.literal('backup') }),
  restoredSchema.extend({ operation: z.literal('restore') }),
]);

type Result = z.output<typeof resultSchema>;

/** The project that is named, by its record or at least its store. */
async function requireKnown(ports: ProjectPorts, name: string): Promise<Parameters<typeof describeProject>[1]> {
  const record = await ports.records.find(name);
  if (record === undefined && !(await ports.knowledge().list('projects')).includes(name)) {
    return { name, record: await ports.records.require(name) };
  }
  return { name, record };
}

type Arguments = z.output<typeof argsSchema>;

async function takeOut(ports: ProjectPorts, name: string, args: Arguments, signal: AbortSignal): Promise<Result> {
  if (args.to === undefined) throw new UsageError(`where to? wooster projects export ${name} <folder>`);
  const { exportProject } = await import('./operations/exchange-project.ts');
  const { folder, documents, space } = await exportProject(ports, { name, folder: args.to }, signal);
  return { operation: 'export', name, folder, documents, model: space.name };
}

async function takeIn(ports: ProjectPorts, name: string, args: Arguments, signal: AbortSignal): Promise<Result> {
  const { from, model } = args;
  if (from === undefined) throw new UsageError(`from where? wooster projects import ${name} --from <folder>`);
  const request = { name: requireProjectName(name), from, model };
  const { importProject } = await import('./operations/exchange-project.ts');
  const { documents, vectors, toEmbed, space, certainty, faults } = await importProject(ports, request, signal);
  return { operation: 'import', name, documents, vectors, toEmbed, model: space?.name, certainty, faults: [...faults] };
}

async function copy(
  ports: ProjectPorts,
  operation: 'backup' | 'restore',
  { name, to, from, userProfile }: Arguments,
  signal: AbortSignal,
): Promise<Result> {
  const owner = ownerOfStore(operation, name, userProfile);
  if (operation === 'backup') return { operation, ...(await backupProject(ports, { owner, to }, signal)) };
  return { operation, ...(await restoreProject(ports, { owner, from }, signal)) };
}

async function run(ports: ProjectPorts, args: Arguments, context: ActionContext): Promise<Result> {
  const { operation, name, yes } = args;
  const { signal } = context;
  if (operation === 'list') return { operation, projects: [...(await listProjects(ports, signal))] };
  if (operation === 'backup' || operation === 'restore') return copy(ports, operation, args, signal);
  if (name === undefined) throw new UsageError(`which project? wooster projects ${operation} <name>`);
  if (operation === 'import') return takeIn(ports, name, args, signal);
  if (operation === 'verify') {
    return { operation, ...(await verifyProject(ports, { name, isDeep: args.deep }, context)) };
  }
  if (operation === 'repair') return { operation, ...(await repairProject(ports, name, context)) };
  const known = await requireKnown(ports, name);
  if (operation === 'export') return takeOut(ports, name, args, signal);
  if (operation === 'show')
    return { operation, project: await describeProject(ports, { ...known, isShown: true }, signal) };
  if (operation === 'accept') {
    const { acceptModel } = await import('./migration/after-move.ts');
    return { operation, ...(await acceptModel(await ports.stores.make(name, signal), signal)) };
  }
  const { confirmRemoval, removeProject } = await import('./operations/remove-project.ts');
  const isRemoved = yes || (await confirmRemoval(name, known.record?.folder, context));
  const kept = isRemoved ? await removeProject(ports, name, signal) : [];
  return { operation, name, isRemoved, kept: [...kept] };
}

async function render(result: Result, context: RenderContext): Promise<string> {
  if (result.operation === 'list') return renderProjects(result.projects, context);
  if (result.operation === 'show') return renderProject(result.project);
  if (result.operation === 'verify') return renderVerified(result);
  if (result.operation === 'repair') return renderRepaired(result);
  if (result.operation === 'accept') return (await import('./migration/after-move.ts')).renderAccepted(result);
  if (result.operation === 'backup') return renderBackedUp(result);
  if (result.operation === 'restore') return renderRestored(result);
  if (result.operation === 'remove') {
    if (!result.isRemoved) return 'nothing was removed';
    return [
      `project ${result.name} is removed; its documents were not touched`,
      ...result.kept.map((path) => `left: ${path}`),
    ].join('\n');
  }
  if (result.operation === 'export') {
    return `${result.documents} passages with vectors of ${result.model} are in ${result.folder}, for FaissStore.load`;
  }
  return renderImport(result);
}

function renderImport(result: Result & { operation: 'import' }): string {
  const { name, documents, vectors, toEmbed, model, certainty, faults } = result;
  const origin = model === undefined ? '' : `, of ${model}${certainty === 'inferred' ? ' as it seems' : ''}`;
  return [
    `project ${name}: ${documents} documents taken in, ${vectors} with their vectors${origin}`,
    ...faults.map((fault) => `  ${fault}`),
    ...(toEmbed > 0 ? [`${toEmbed} are without vectors: wooster migrate --project ${name}`] : []),
    `Ask about it: wooster ask --project ${name} "..."`,
  ].join('\n');
}

/** `projects`: lists the projects, shows one, checks its store, or removes it. */
export function projectsAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'projects',
    summary: 'List the projects; show, verify, repair, remove, export, import, back up or restore one',
    args: argsSchema,
    positionals: ['operation', 'name', 'to'],
    result: resultSchema,
    examples: [
      'projects',
      'projects show handbook',
      'projects verify handbook --deep',
      'projects repair handbook',
      'projects remove handbook',
      'projects export handbook ./faiss',
      'projects import old --from ./vectorStore',
      'projects backup handbook',
      'projects restore handbook --from handbook-2026-01-31.wooster-store',
    ],
    run: (args, context) => run(ports, args, context),
    render,
    exitCode: (result) => (result.operation === 'verify' && !result.isSound ? DAMAGED_EXIT_CODE : 0),
  });
}
