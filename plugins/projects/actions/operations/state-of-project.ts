import {
  isWoosterError,
  type KnowledgeStats,
  type KnowledgeStore,
  type MigrationStatus,
  type ModelComparison,
  type ProjectRecord,
  type SpaceStats,
} from 'wooster';
import { isSameModel } from '../../knowledge/is-same-model.ts';
import { grouped, shortName } from '../migration/words/short-words.ts';
import type { ProjectPorts } from '../project-ports.ts';

/** What a model takes at most to answer before a project is shown without its comparison. */
const COMPARE_LIMIT_MS = 10_000;

/** What the state of a project is told from, besides its counts. */
interface StateFacts {
  readonly name: string;
  readonly record: ProjectRecord | undefined;
  readonly migration: MigrationStatus | undefined;
}

function primaryOf({ spaces }: Pick<KnowledgeStats, 'spaces'>): SpaceStats | undefined {
  return spaces.find(({ role }) => role === 'primary');
}

function standInsOf({ spaces }: Pick<KnowledgeStats, 'spaces'>): readonly SpaceStats[] {
  return spaces.filter(({ role, vectors }) => role === 'fallback' && vectors > 0);
}

function shareOf({ done, texts }: MigrationStatus): string {
  return texts === 0 ? '0 %' : `${Math.floor((done / texts) * 100)} %`;
}

function moveState({ state, to, ...counts }: MigrationStatus): string | undefined {
  const share = shareOf({ state, to, ...counts });
  const model = shortName(to.name);
  if (state === 'filling') return `moving to ${model}, ${share}: wooster migrate status`;
  if (state === 'paused') return `move to ${model} paused at ${share}: wooster migrate status`;
  return undefined;
}

/** `ready`, or in one line what is to be done. */
export function stateOf(stats: KnowledgeStats, { name, record, migration }: StateFacts): string {
  if (stats.isReadOnly) return 'written by another program, only read';
  const moving = migration && moveState(migration);
  if (moving !== undefined) return moving;
  const primary = primaryOf(stats);
  const standIns = standInsOf(stats);
  if (standIns.length > 0) {
    const count = standIns.reduce((sum, { vectors }) => sum + vectors, 0);
    const who = standIns.map(({ space }) => shortName(space.name)).join(', ');
    return `${grouped(count)} texts in the space of ${who}: wooster reconcile --project ${name}`;
  }
  if (primary === undefined && stats.spaces.some(({ role }) => role === 'former'))
    return `embedded with no model that is searched: wooster migrate --project ${name}`;
  if (primary !== undefined && primary.missing > 0)
    return `${grouped(primary.missing)} texts without vectors: wooster reconcile --project ${name}`;
  if (record !== undefined && record.ingestedAt === undefined) return 'not finished: run the ingest again';
  if (primary === undefined) return 'text only';
  return migration?.state === 'switched' ? 'ready, old vectors kept' : 'ready';
}

function keptModel({ settings, extensions }: ProjectPorts, stats: KnowledgeStats, name: string): readonly string[] {
  const own = primaryOf(stats)?.space.name;
  const { isEnabled, model } = settings.embeddings.projects;
  if (own === undefined || !isEnabled || isSameModel(extensions, own, model)) return [];
  return [`keeps ${own}; the settings name ${model}: wooster migrate --project ${name} moves it`];
}

function keptVectors(migration: MigrationStatus | undefined, name: string): readonly string[] {
  if (migration?.state !== 'switched' && migration?.state !== 'rolled-back') return [];
  const { from, to, oldVectors, state } = migration;
  const command = `wooster migrate --project ${name}`;
  const prune = `${command} --prune deletes them`;
  if (state === 'rolled-back')
    return [
      `${grouped(oldVectors)} vectors of ${to.name} are kept since it was rolled back: ${prune}, ${command} --to ${to.name} goes there again`,
    ];
  return [
    `${grouped(oldVectors)} vectors of ${from?.name ?? 'before'} are kept: ${prune}, ${command} --rollback goes back to them`,
  ];
}

function changedModel(comparison: ModelComparison | undefined, name: string): readonly string[] {
  if (comparison === undefined || comparison.verdict === 'same') return [];
  const { space, served, cosine, verdict } = comparison;
  const migrate = `wooster migrate --project ${name} embeds it anew`;
  const what = `${served.name} that answers now is ${verdict === 'near' ? 'another build of' : 'not'} the ${space.name} of these vectors (agreement ${cosine.toFixed(4)})`;
  return [
    verdict === 'near' ? `${what}: wooster projects accept ${name} accepts it, ${migrate}` : `${what}: ${migrate}`,
  ];
}

/** Undefined where the model does not answer soon: a project is shown all the same. */
async function compare(store: KnowledgeStore, signal: AbortSignal): Promise<ModelComparison | undefined> {
  try {
    return await store.upkeep?.compareModel(AbortSignal.any([signal, AbortSignal.timeout(COMPARE_LIMIT_MS)]));
  } catch (error) {
    if (signal.aborted || !isWoosterError(error)) throw error;
    return undefined;
  }
}

/** What must be known of the model of a project, a line each; asks the model whether it is still the same. */
export async function notesOf(
  ports: ProjectPorts,
  store: KnowledgeStore,
  { stats, migration }: { readonly stats: KnowledgeStats; readonly migration: MigrationStatus | undefined },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const comparison = stats.isReadOnly ? undefined : await compare(store, signal);
  return [
    ...keptModel(ports, stats, store.name),
    ...changedModel(comparison, store.name),
    ...keptVectors(migration, store.name),
  ];
}
