import { defineAction, UsageError, type Action, type ActionContext, type RenderContext } from 'wooster';
import { z } from 'zod';
import {
  describeProject,
  listProjects,
  projectSchema,
  renderProject,
  renderProjects,
} from './operations/list-projects.ts';
import { confirmRemoval, removeProject } from './operations/remove-project.ts';
import type { ProjectPorts } from './project-ports.ts';

/** Exit code for a store with faults, that of E_STORE_CORRUPT. */
const DAMAGED_EXIT_CODE = 74;

const argsSchema = z.object({
  operation: z.enum(['list', 'show', 'remove', 'verify']).default('list').describe('what to do'),
  name: z.string().optional().describe('name of the project'),
  yes: z.boolean().default(false).describe('remove without asking'),
});

const resultSchema = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('list'), projects: z.array(projectSchema) }),
  z.object({ operation: z.literal('show'), project: projectSchema }),
  z.object({
    operation: z.literal('remove'),
    name: z.string(),
    isRemoved: z.boolean(),
    /** Files of others in the folder of the store, which stay. */
    kept: z.array(z.string()),
  }),
  z.object({
    operation: z.literal('verify'),
    name: z.string(),
    isSound: z.boolean(),
    faults: z.array(z.string()),
    rebuilt: z.array(z.string()),
    checked: z.object({ sources: z.number(), chunks: z.number(), vectors: z.number() }),
  }),
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

async function verify(ports: ProjectPorts, name: string, signal: AbortSignal): Promise<Result> {
  const { isSound, faults, rebuilt, checked } = await (await ports.stores.make(name, signal)).verify(signal);
  return { operation: 'verify', name, isSound, faults: [...faults], rebuilt: [...rebuilt], checked };
}

async function run(
  ports: ProjectPorts,
  { operation, name, yes }: z.output<typeof argsSchema>,
  context: ActionContext,
): Promise<Result> {
  const { signal } = context;
  if (operation === 'list') return { operation, projects: [...(await listProjects(ports, signal))] };
  if (name === undefined) throw new UsageError(`which project? wooster projects ${operation} <name>`);
  const known = await requireKnown(ports, name);
  if (operation === 'show') return { operation, project: await describeProject(ports, known, signal) };
  if (operation === 'verify') return verify(ports, name, signal);
  const isRemoved = yes || (await confirmRemoval(name, known.record?.folder, context));
  const kept = isRemoved ? await removeProject(ports, name, signal) : [];
  return { operation, name, isRemoved, kept: [...kept] };
}

function render(result: Result, context: RenderContext): string {
  if (result.operation === 'list') return renderProjects(result.projects, context);
  if (result.operation === 'show') return renderProject(result.project);
  if (result.operation === 'remove') {
    if (!result.isRemoved) return 'nothing was removed';
    return [
      `project ${result.name} is removed; its documents were not touched`,
      ...result.kept.map((path) => `left: ${path}`),
    ].join('\n');
  }
  const { sources, chunks, vectors } = result.checked;
  const verdict = result.isSound ? 'sound' : 'damaged';
  return [
    `project ${result.name} is ${verdict}: ${sources} files, ${chunks} passages, ${vectors} vectors looked at`,
    ...result.faults.map((fault) => `  ${fault}`),
    ...result.rebuilt.map((line) => `  rebuilt: ${line}`),
    ...(result.isSound ? [] : [`make it anew: wooster projects remove ${result.name}, then ingest the folder again`]),
  ].join('\n');
}

/** `projects`: lists the projects, shows one, checks its store, or removes it. */
export function projectsAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'projects',
    summary: 'List the projects; show, verify or remove one',
    args: argsSchema,
    positionals: ['operation', 'name'],
    result: resultSchema,
    examples: ['projects', 'projects show handbook', 'projects verify handbook', 'projects remove handbook'],
    run: (args, context) => run(ports, args, context),
    render,
    exitCode: (result) => (result.operation === 'verify' && !result.isSound ? DAMAGED_EXIT_CODE : 0),
  });
}
