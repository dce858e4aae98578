import { UsageError, type ActionContext, type KnowledgeStore } from 'wooster';
import { askFirst } from './ask-first.ts';
import type { AcceptedModel, MigrateResult } from './migrate-results.ts';
import { migrationsOf } from './movable-store.ts';
import { grouped } from './words/short-words.ts';
import { flagsOf, labelOf } from './store-choice.ts';

type Of<Operation extends MigrateResult['operation']> = Extract<
  MigrateResult,
  { operation: Operation }
>['stores'][number];

/** Switches back to the space of before. */
export async function rollBack(store: KnowledgeStore, { signal }: ActionContext): Promise<Of<'rollback'>> {
  const { purpose, name } = store;
  const { to, missing } = await migrationsOf(store).rollback(signal);
  return { purpose, name, model: to.name, missing };
}

/** What switching back did, and what is to be done for texts that came since. */
export function renderRollback(store: Of<'rollback'>): string {
  const { model, missing } = store;
  const done = `${labelOf(store)}: is searched with ${model} again; the newer vectors are kept, wooster migrate ${flagsOf(store)} --prune deletes them`;
  if (missing === 0) return done;
  return `${done}\n${grouped(missing)} texts came since and have no vector of ${model}: wooster reconcile ${flagsOf(store)}`;
}

/** Deletes what is not searched, after asking. */
export async function pruneStore(store: KnowledgeStore, yes: boolean, context: ActionContext): Promise<Of<'prune'>> {
  const { purpose, name } = store;
  const migrations = migrationsOf(store);
  const state = (await migrations.status(context.signal))?.state;
  // Also what a pruning that was broken off has left, which no migration tells of any more.
  const left = (await store.stats(context.signal)).spaces.filter(({ role }) => role === 'former' || role === 'target');
  if (state === undefined && left.length === 0) {
    throw new UsageError(`${labelOf(store)} has no vectors of an earlier model: there is nothing to delete`);
  }
  const oldVectors = left.reduce((sum, { vectors }) => sum + vectors, 0);
  const model = [...new Set(left.map(({ space }) => space.name))].join(', ') || 'another model';
  const isGivenUp = state === 'filling' || state === 'paused';
  const loss = isGivenUp ? 'the move is given up then' : 'there is no way back then';
  const isSure =
    yes ||
    (await askFirst(context, {
      question: `delete ${grouped(oldVectors)} vectors of ${model} from ${labelOf(store)}? ${loss}.`,
      why: `deleting the vectors of ${model} from ${labelOf(store)}`,
      command: `wooster migrate ${flagsOf(store)} --prune`,
    }));
  if (!isSure) return { purpose, name, isPruned: false, pruned: [], vectors: 0 };
  const { pruned, vectors } = await migrations.prune(context.signal);
  return { purpose, name, isPruned: true, pruned: pruned.map((space) => space.name), vectors };
}

/** What was deleted. */
export function renderPrune(store: Of<'prune'>): string {
  if (!store.isPruned) return 'nothing was deleted';
  return `${labelOf(store)}: ${grouped(store.vectors)} vectors of ${store.pruned.join(', ')} are deleted`;
}

/** Records that the model that answers now may be used with the vectors there are. */
export async function acceptModel(store: KnowledgeStore, signal: AbortSignal): Promise<AcceptedModel> {
  const { upkeep, purpose, name, location } = store;
  if (upkeep === undefined)
    throw new UsageError(`the store of ${labelOf(store)} at ${location} accepts no other model`);
  const { space, served, cosine, verdict } = await upkeep.acceptModel(signal);
  return { purpose, name, model: space.name, served: served.name, cosine, verdict };
}

/** What was accepted. */
export function renderAccepted(store: AcceptedModel): string {
  const { model, served, cosine, verdict } = store;
  const near = `lowest agreement ${cosine.toFixed(4)}`;
  if (verdict === 'same')
    return `${labelOf(store)}: the model that answers is the one of its vectors (${near}); nothing was to be accepted`;
  return `${labelOf(store)}: ${served}, as it answers now, is accepted for the vectors of ${model} (${near})`;
}
