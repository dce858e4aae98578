import {
  style,
  UsageError,
  type ActionContext,
  type KnowledgeStore,
  type RenderContext,
  type StoreUpkeep,
} from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';
import type { BroughtStore, ReconcileArguments, ReconciledStore } from '../reconcile.ts';
import { askFirst, priceOf } from './ask-first.ts';
import { grouped } from './words/short-words.ts';
import { chosenStores, flagsOf, inQueue, isFailure, labelOf, withStore } from './store-choice.ts';

async function reconcileWith(
  store: KnowledgeStore,
  upkeep: StoreUpkeep,
  isPlan: boolean,
  { signal, progress }: ActionContext,
): Promise<BroughtStore> {
  try {
    const { to, dropped, usd, ...figures } = await upkeep.reconcile({
      signal,
      isPlan,
      onProgress: (done, total) =>
        progress.update({ label: `bringing vectors of ${labelOf(store)} home`, done, total, unit: 'items' }),
    });
    const { purpose, name } = store;
    const models = { ...(to && { model: to.name }), dropped: dropped.map((space) => space.name) };
    return {
      purpose,
      name,
      outcome: isPlan ? 'planned' : 'done',
      ...figures,
      ...(usd !== undefined && { usd }),
      ...models,
    };
  } finally {
    progress.finish();
  }
}

/** A store without a space of its own gets that of the settings, whose model may have to be fetched. */
async function prepareFirst(
  { preparation, settings }: ProjectPorts,
  store: KnowledgeStore,
  { signal, progress }: ActionContext,
): Promise<void> {
  const { texts, spaces } = await store.stats(signal);
  const hasOwn = spaces.some(({ role }) => role === 'primary');
  if (texts === 0 || hasOwn || !settings.embeddings[store.purpose].isEnabled) return;
  await preparation().prepare(store.purpose, { signal, progress });
}

/** True where it may begin: what costs nothing, what was said yes to beforehand, and what the person says yes to now. */
async function mayBegin(plan: BroughtStore, args: ReconcileArguments, context: ActionContext): Promise<boolean> {
  const texts = plan.fromFallback + plan.withoutVector;
  if (texts === 0 || plan.usd === 0 || args.yes) return true;
  const price = plan.usd === undefined ? 'its price is not known' : `it costs about ${priceOf(plan.usd)}`;
  return askFirst(context, {
    question: `${grouped(texts)} texts of ${labelOf(plan)} go to ${plan.model ?? 'a cloud'}, and ${price}: begin?`,
    why: `embedding ${grouped(texts)} texts of ${labelOf(plan)} with ${plan.model ?? 'a cloud'}, ${price}, and`,
    command: `wooster reconcile ${flagsOf(plan)}`,
  });
}

async function reconcileOne(
  ports: ProjectPorts,
  store: KnowledgeStore,
  args: ReconcileArguments,
  context: ActionContext,
): Promise<BroughtStore> {
  const { purpose, name, location, upkeep } = store;
  if (upkeep === undefined) {
    if (!args.all)
      throw new UsageError(
        `the store of ${labelOf(store)} at ${location} is only read: there is nothing to bring home`,
      );
    const none = { fromFallback: 0, withoutVector: 0, embedded: 0, tooLong: 0, tokens: 0, dropped: [] };
    return { purpose, name, outcome: 'left-out', ...none };
  }
  await prepareFirst(ports, store, context);
  const plan = await reconcileWith(store, upkeep, true, context);
  if (args.plan) return plan;
  if (!(await mayBegin(plan, args, context))) return { ...plan, outcome: 'declined' };
  return reconcileWith(store, upkeep, false, context);
}

function renderOne(store: BroughtStore): readonly string[] {
  const { outcome, model = 'its model', fromFallback, withoutVector, embedded, tooLong, usd, dropped } = store;
  const label = labelOf(store);
  const texts = fromFallback + withoutVector;
  if (outcome === 'left-out') return [`${label}: left out, it is only read`];
  if (outcome === 'declined') return [`${label}: nothing was changed`];
  const origin = `${grouped(fromFallback)} of them only in the space of a stand-in, ${grouped(withoutVector)} without any vector`;
  const long =
    tooLong === 0
      ? []
      : [`  ${grouped(tooLong)} are longer than ${model} reads and stay: wooster ingest <folder> cuts them anew`];
  if (outcome === 'planned') {
    if (texts === 0) return [`${label}: everything is at home`];
    const price = `${grouped(store.tokens)} tokens, price ${priceOf(usd)}`;
    return [
      `${label}: ${grouped(texts)} texts would be embedded with ${model}, ${origin}; ${price}`,
      ...long,
      `  this does it: wooster reconcile ${flagsOf(store)}`,
    ];
  }
  if (texts === 0 && dropped.length === 0) return [`${label}: everything is at home`];
  const gone = dropped.length === 0 ? '' : `; no vectors of ${dropped.join(', ')} are left`;
  return [
    `${label}: ${grouped(embedded)} texts embedded with ${model}, ${origin}; price ${priceOf(usd)}${gone}`,
    ...long,
  ];
}

/** What `reconcile` did, for a person. */
export function renderReconciled(stores: readonly ReconciledStore[], { hasColor }: RenderContext): string {
  if (stores.length === 0) return 'there is no store yet: wooster ingest <folder> makes one';
  return stores
    .flatMap((store) =>
      store.outcome === 'failed'
        ? [style(`${labelOf(store)}: ${store.failure.code} ${store.failure.message}`, 'red', hasColor)]
        : renderOne(store),
    )
    .join('\n');
}

/** Brings the vectors of the chosen stores home, one store after another; one that fails is told in the result. */
export async function reconcileStores(
  ports: ProjectPorts,
  args: ReconcileArguments,
  context: ActionContext,
): Promise<ReconciledStore[]> {
  const { signal } = context;
  const done = await inQueue(await chosenStores(ports, args), signal, (choice) =>
    withStore(ports, choice, signal, (store) => reconcileOne(ports, store, args, context)),
  );
  return done.map(({ choice, result }) =>
    isFailure(result) ? { ...choice, outcome: 'failed' as const, failure: result } : result,
  );
}
