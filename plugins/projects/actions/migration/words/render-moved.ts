import { style, type RenderContext } from 'wooster';
import type { MigrateResult, MovedStore } from '../migrate-results.ts';
import { spaceOf } from '../plan-store.ts';
import { grouped } from './short-words.ts';
import { flagsOf, labelOf } from '../store-choice.ts';

type Moved = Extract<MigrateResult, { operation: 'run' }>['stores'][number];

function percent(share: number | undefined): string {
  return share === undefined ? 'not compared' : `${Math.round(share * 100)} %`;
}

function row(title: string, value: string): string {
  return `  ${title.padEnd(9)} ${value}`;
}

function checkedRows({ verification }: MovedStore): readonly string[] {
  if (verification === undefined) return [];
  const { vectors, sampled, foundFirst, overlapAt10, questions } = verification;
  const alike = overlapAt10 === undefined ? '' : `, ${percent(overlapAt10)} of their ten nearest are those of before`;
  return [
    row('checked', `${grouped(vectors)} vectors; ${foundFirst} of ${sampled} passages found themselves first${alike}`),
    ...questions.map(({ text, overlapAt10: shared }) =>
      row('question', `${percent(shared)} of the first ten as before: ${text}`),
    ),
  ];
}

function lines(store: MovedStore, { hasColor }: RenderContext): readonly string[] {
  const { outcome, from, to, how, embedded, kept } = store;
  const label = labelOf(store);
  if (outcome === 'left-out') return [`${label}: left out, its index was written by another program and is only read`];
  if (outcome === 'declined') return [`${label}: nothing was changed`];
  const command = `wooster migrate ${flagsOf(store)}`;
  if (to === undefined || outcome === 'was-there') return [`${label}: is searched with ${to?.model ?? ''} already`];
  const change = from === undefined || from.spaceId === to.spaceId ? '' : `, before with ${spaceOf(from)}`;
  const hasOld = from !== undefined && kept.length > 0;
  return [
    style(`${label}: is searched with ${spaceOf(to)} now${change}`, 'bold', hasColor),
    how === 'cut'
      ? row('cut', `${grouped(embedded)} vectors in this run`)
      : row('embedded', `${grouped(embedded)} texts in this run`),
    ...checkedRows(store),
    ...(kept.length === 0 ? [] : [row('kept', `the vectors of ${kept.join(', ')}`)]),
    ...(hasOld ? [row('go back', `${command} --rollback`), row('let go', `${command} --prune`)] : []),
  ];
}

/** What was done with each store; failures come last. */
export function renderMoved(stores: readonly Moved[], context: RenderContext): string {
  const blocks = stores.flatMap((store) => (store.outcome === 'failed' ? [] : [lines(store, context).join('\n')]));
  const failed = stores.flatMap((store) =>
    store.outcome === 'failed' ? [`${labelOf(store)}: ${store.failure.code} ${store.failure.message}`] : [],
  );
  if (stores.length === 0) return 'there is no store yet: wooster ingest <folder> makes one';
  return [
    ...blocks,
    ...(failed.length === 0 ? [] : [['not moved', ...failed.map((each) => `  ${each}`)].join('\n')]),
  ].join('\n');
}
