import { describeDuration, table, type ActionContext, type KnowledgeStore, type RenderContext } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';
import { formatBytes } from '../render-ingest.ts';
import { priceOf } from './ask-first.ts';
import type { MigrateArguments } from './migrate-arguments.ts';
import { toSpace, type PlannedStore } from './migrate-results.ts';
import { migrationsOf, requireEmbeddings, runCommand, targetOf } from './movable-store.ts';
import { grouped } from './words/short-words.ts';
import { labelOf } from './store-choice.ts';

/** What moving a store would take; fetches the model of the settings first where it is not here. */
export async function planStore(
  ports: ProjectPorts,
  store: KnowledgeStore,
  args: Pick<MigrateArguments, 'to' | 'dimensions'>,
  { signal, progress }: ActionContext,
): Promise<PlannedStore> {
  const migrations = migrationsOf(store);
  requireEmbeddings(ports, store);
  const target = await targetOf(ports, store, args, signal);
  if (args.to === undefined) await ports.preparation().prepare(store.purpose, { signal, progress });
  progress.update({ label: `planning ${labelOf(store)}` });
  try {
    const { from, to, tokensPrecision, usd, freeBytes, ...figures } = await migrations.plan(target, signal);
    return {
      purpose: store.purpose,
      name: store.name,
      ...(from && { from: toSpace(from) }),
      to: toSpace(to),
      ...figures,
      tokensPrecision,
      ...(usd !== undefined && { usd }),
      ...(freeBytes !== undefined && { freeBytes }),
      command: runCommand(store, args),
    };
  } finally {
    progress.finish();
  }
}

/** A space for people: model and dimensions. */
export function spaceOf({ model, dimensions }: PlannedStore['to']): string {
  return `${model} (${dimensions} dimensions)`;
}

function durationOf({ seconds }: PlannedStore): string {
  return seconds === 0 ? 'none' : `about ${describeDuration(seconds * 1_000)}`;
}

/** True where a plan leaves nothing to do. */
export function isDone({ from, to, texts, done }: PlannedStore): boolean {
  return from?.spaceId === to.spaceId && done >= texts;
}

/** The plan in one line, for what is begun at once. */
export function planLine(plan: PlannedStore): string {
  const { to, texts, done, how, usd, diskBytes, tooLong, cutInto } = plan;
  if (done >= texts) return `${labelOf(plan)}: nothing is left to embed with ${to.model}`;
  const what = how === 'cut' ? `${grouped(texts - done)} vectors to cut` : `${grouped(texts - done)} texts to embed`;
  const cut = tooLong > 0 ? `, ${grouped(tooLong)} too long (cut into ${grouped(cutInto)})` : '';
  return `${labelOf(plan)}: ${what} with ${to.model}${cut}; time ${durationOf(plan)}, price ${priceOf(usd)}, disk ${formatBytes(diskBytes)}`;
}

const PRECISION = { exact: '', 'upper-bound': 'at most ', estimate: 'about ' } as const;

function rowsOf(plan: PlannedStore): readonly (readonly [string, string])[] {
  const { texts, done, tokens, tokensPrecision, tooLong, cutInto, how, locality, usd, diskBytes, freeBytes } = plan;
  const known = done === 0 ? '' : `, of which ${grouped(done)} are there already`;
  const cut = tooLong === 0 ? 'none' : `${grouped(tooLong)}, cut into ${grouped(cutInto)} passages for this model`;
  const where = locality === 'local' ? 'on this machine' : 'of a cloud: the texts leave this machine';
  const free = freeBytes === undefined ? '' : `, ${formatBytes(freeBytes)} free`;
  return [
    ['model', where],
    ['texts', `${grouped(texts)}${known}`],
    [
      'tokens',
      how === 'cut' ? 'none: the vectors there are get shorter' : `${PRECISION[tokensPrecision]}${grouped(tokens)}`,
    ],
    ['too long', cut],
    ['time', durationOf(plan)],
    ['price', priceOf(usd)],
    ['disk', `${formatBytes(diskBytes)} needed${free}`],
  ];
}

/** The plan of one store as a small table, and the command that does it. */
export function renderPlan(plan: PlannedStore, context: RenderContext): string {
  const from = plan.from === undefined ? 'nothing embedded yet' : spaceOf(plan.from);
  const columns = [
    { title: '', value: (row: readonly [string, string]) => row[0], isWhole: true },
    { title: '', value: (row: readonly [string, string]) => row[1] },
  ];
  const title = `${labelOf(plan)}: ${from} -> ${spaceOf(plan.to)}`;
  const end = isDone(plan)
    ? 'Nothing is to be done: it is searched with this model already.'
    : `Nothing was changed. This does it: ${plan.command}`;
  return [title, table(rowsOf(plan), columns, context).replace(/^\s*\n/, ''), '', end].join('\n');
}
