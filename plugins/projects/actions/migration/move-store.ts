import type { ActionContext, KnowledgeStore, MigrationProgress, MigrationReport } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';
import { askFirst, priceOf } from './ask-first.ts';
import type { MigrateArguments } from './migrate-arguments.ts';
import { toSpace, type MovedStore, type PlannedStore } from './migrate-results.ts';
import { migrationsOf, runCommand, targetOf } from './movable-store.ts';
import { isDone, planLine, planStore } from './plan-store.ts';
import { grouped } from './words/short-words.ts';
import { savedQuestions } from './saved-questions.ts';
import { labelOf } from './store-choice.ts';

const PHASES: Readonly<Record<MigrationProgress['phase'], (store: string, model: string) => string>> = {
  cut: (store, model) => `cutting ${store} for ${model}`,
  embed: (store, model) => `embedding ${store} with ${model}`,
  verify: (store, model) => `checking ${store} in ${model}`,
};

/** Vectors that get shorter are not embedded, whatever the phase is called. */
function labelAt(phase: MigrationProgress['phase'], plan: PlannedStore): string {
  const { how, to } = plan;
  if (how === 'cut' && phase === 'embed') return `cutting vectors of ${labelOf(plan)} to ${to.dimensions} dimensions`;
  return PHASES[phase](labelOf(plan), to.model);
}

/** True where it may begin: what costs nothing, what was said yes to beforehand, and what the person says yes to now. */
async function mayBegin(
  plan: PlannedStore,
  args: Pick<MigrateArguments, 'yes' | 'to' | 'dimensions'>,
  context: ActionContext,
): Promise<boolean> {
  if (plan.usd === 0 || args.yes || isDone(plan)) return true;
  const price = plan.usd === undefined ? 'its price is not known' : `it costs about ${priceOf(plan.usd)}`;
  return askFirst(context, {
    question: `moving ${labelOf(plan)} sends ${grouped(plan.texts - plan.done)} texts to a cloud, and ${price}: begin?`,
    why: `moving ${labelOf(plan)} sends its texts to a cloud, ${price}, and`,
    command: runCommand(plan, args),
  });
}

function toMoved(
  store: KnowledgeStore,
  { how }: PlannedStore,
  { report, kept }: { readonly report: MigrationReport; readonly kept: readonly string[] },
): MovedStore {
  const { from, to, embedded, verification, wasDone } = report;
  return {
    purpose: store.purpose,
    name: store.name,
    outcome: wasDone ? 'was-there' : 'moved',
    ...(from && { from: toSpace(from) }),
    to: toSpace(to),
    how,
    embedded,
    kept: [...kept],
    verification: {
      ...verification,
      faults: [...verification.faults],
      questions: verification.questions.map((question) => ({ ...question })),
    },
  };
}

/** Moves one store: tells what it takes, asks where it costs, shows how far it is. */
export async function moveStore(
  ports: ProjectPorts,
  store: KnowledgeStore,
  args: MigrateArguments,
  context: ActionContext,
): Promise<MovedStore> {
  const { signal, progress, terminal } = context;
  const { purpose, name, isReadOnly } = store;
  const nothing = { purpose, name, embedded: 0, kept: [] };
  if (isReadOnly && args.all) return { ...nothing, outcome: 'left-out' };
  const questions = await savedQuestions(ports, store, args.questions);
  const plan = await planStore(ports, store, args, context);
  if (!isDone(plan)) terminal.note(planLine(plan));
  if (!(await mayBegin(plan, args, context))) return { ...nothing, to: plan.to, outcome: 'declined' };
  try {
    const report = await migrationsOf(store).run(await targetOf(ports, store, args, signal), {
      signal,
      ...(args.rate !== undefined && { textsPerSecond: args.rate }),
      questions,
      onProgress: ({ phase, done, total }) =>
        progress.update({ label: labelAt(phase, plan), done, total, unit: 'items' }),
    });
    const { spaces } = await store.stats(signal);
    const kept = spaces.filter(({ space, vectors }) => space.spaceId !== report.to.spaceId && vectors > 0);
    return toMoved(store, plan, { report, kept: kept.map(({ space }) => space.name) });
  } finally {
    progress.finish();
  }
}
