import type { ActionContext, KnowledgeStore } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';
import { acceptModel, pruneStore, rollBack } from './after-move.ts';
import { operationOf, type MigrateArguments } from './migrate-arguments.ts';
import type { MigrateResult } from './migrate-results.ts';
import { migrationsOf } from './movable-store.ts';
import { moveStore } from './move-store.ts';
import { planStore } from './plan-store.ts';
import { standOfStores, toStanding } from './stand-of-stores.ts';
import { chosenStores, inQueue, isFailure, withStore } from './store-choice.ts';

/** Does what `migrate` was asked for; with `--all` a store that fails is told in the result. */
export async function runMigrate(
  ports: ProjectPorts,
  args: MigrateArguments,
  context: ActionContext,
): Promise<MigrateResult> {
  const operation = operationOf(args);
  const { signal } = context;
  const choices = await chosenStores(ports, args);
  if (operation === 'status') return { operation, stores: [...(await standOfStores(ports, choices, signal))] };
  const each = async <Result extends object>(work: (store: KnowledgeStore) => Promise<Result>) =>
    (await inQueue(choices, signal, (choice) => withStore(ports, choice, signal, work))).map(({ choice, result }) =>
      isFailure(result) ? { ...choice, outcome: 'failed' as const, failure: result } : result,
    );
  const done = async <Result extends object>(work: (store: KnowledgeStore) => Promise<Result>): Promise<Result[]> => {
    const stores: Result[] = [];
    for (const choice of choices) stores.push(await withStore(ports, choice, signal, work));
    return stores;
  };
  if (operation === 'plan') return { operation, stores: await each((store) => planStore(ports, store, args, context)) };
  if (operation === 'run') return { operation, stores: await each((store) => moveStore(ports, store, args, context)) };
  if (operation === 'rollback') return { operation, stores: await done((store) => rollBack(store, context)) };
  if (operation === 'prune') return { operation, stores: await done((store) => pruneStore(store, args.yes, context)) };
  if (operation === 'accept') return { operation, stores: await done((store) => acceptModel(store, signal)) };
  const pause = async (store: KnowledgeStore) => toStanding(store, await migrationsOf(store).pause(signal));
  return { operation, stores: await done(pause) };
}
