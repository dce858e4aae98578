import { isWoosterError, UsageError, type EmbeddingPurpose, type KnowledgeStore } from 'wooster';
import { z } from 'zod';
import type { ProjectPorts } from '../project-ports.ts';

/** One store by its purpose and name. */
export interface StoreChoice {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
}

/** The flags that choose stores, shared by the commands that take several. */
interface ChoiceFlags {
  readonly project?: string | undefined;
  readonly userProfile: boolean;
  readonly all: boolean;
}

/** How a store is called before a person. */
export function labelOf({ purpose, name }: StoreChoice): string {
  return purpose === 'projects' ? name : 'user profile';
}

/** The flags that choose the store on the command line. */
export function flagsOf({ purpose, name }: StoreChoice): string {
  return purpose === 'projects' ? `--project ${name}` : '--user-profile';
}

/** UsageError unless exactly one of the flags is there. */
export function requireOneChoice({ project, userProfile, all }: ChoiceFlags, command: string): void {
  const chosen = [project !== undefined, userProfile, all].filter(Boolean).length;
  if (chosen === 1) return;
  const problem = chosen === 0 ? 'which store?' : 'choose one of --project, --user-profile and --all:';
  throw new UsageError(
    `${problem} wooster ${command} --project <name>, wooster ${command} --user-profile, or wooster ${command} --all`,
  );
}

/** The stores that are meant, projects first; without a flag all of them. UsageError for one that is not there. */
export async function chosenStores(
  ports: ProjectPorts,
  { project, userProfile }: ChoiceFlags,
): Promise<readonly StoreChoice[]> {
  const knowledge = ports.knowledge();
  const listed = async (purpose: EmbeddingPurpose): Promise<readonly StoreChoice[]> =>
    (await knowledge.list(purpose)).map((name) => ({ purpose, name }));
  if (project !== undefined) {
    if (!(await knowledge.list('projects')).includes(project)) await ports.records.require(project);
    return [{ purpose: 'projects', name: project }];
  }
  const profiles = await listed('userProfile');
  if (!userProfile) return [...(await listed('projects')), ...profiles];
  if (profiles.length === 0) throw new UsageError('there is no user profile yet: wooster remember "..." begins one');
  return profiles;
}

/** Opens a store for some work; that of a project which this process uses already stays open. */
export async function withStore<Result>(
  ports: ProjectPorts,
  { purpose, name }: StoreChoice,
  signal: AbortSignal,
  work: (store: KnowledgeStore) => Promise<Result>,
): Promise<Result> {
  if (purpose === 'projects' && ports.stores.isOpen(name)) return work(await ports.stores.of(name, signal));
  const store = await ports.knowledge().open(purpose, name, signal);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Why a store of several was not worked on. */
export const failureSchema = z.object({ code: z.string(), message: z.string(), exitCode: z.number() });

/** Why a store of several was not worked on. */
type StoreFailure = z.output<typeof failureSchema>;

/** Works on one store after another; a failure is kept and the others go on, unless it is the only one or all is given up. */
export async function inQueue<Result>(
  choices: readonly StoreChoice[],
  signal: AbortSignal,
  work: (choice: StoreChoice) => Promise<Result>,
): Promise<readonly { readonly choice: StoreChoice; readonly result: Result | StoreFailure }[]> {
  const done: { choice: StoreChoice; result: Result | StoreFailure }[] = [];
  for (const choice of choices) {
    try {
      done.push({ choice, result: await work(choice) });
    } catch (error) {
      if (!isWoosterError(error) || signal.aborted || choices.length === 1) throw error;
      done.push({ choice, result: { code: error.code, message: error.message, exitCode: error.row.exitCode } });
    }
  }
  return done;
}

/** Tells a failure from what was done. */
export function isFailure(result: object): result is StoreFailure {
  return 'exitCode' in result;
}
