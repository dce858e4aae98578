import { CancelledError, isWoosterError } from 'wooster';
import type { BatchItem, ItemFault } from '../items/batch-item.ts';
import { isAnswer, type AnswerLine, type BatchLine } from '../output/batch-line.ts';
import type { ItemAnswer } from './ask-item.ts';

/** One batch. */
interface BatchRun {
  readonly items: readonly BatchItem[];
  /** Lines of an earlier run by the index of their item; those items are not asked. */
  readonly done: ReadonlyMap<number, BatchLine>;
  /** Items that are asked at once, at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  ask(item: BatchItem, signal: AbortSignal): Promise<ItemAnswer>;
  /** What it throws ends the batch. */
  write(line: BatchLine): Promise<void>;
  /** Told of every line. */
  onLine(line: BatchLine): void;
}

/** Items that are asked alike, in order; one of them is asked for all. */
type Group = readonly BatchItem[];

function groupsOf(items: readonly BatchItem[]): readonly Group[] {
  const groups = new Map<string, BatchItem[]>();
  for (const item of items) {
    const group = groups.get(item.hash);
    if (group === undefined) groups.set(item.hash, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/**
 * Asks every item that has no line yet, equal ones once, and writes a line for each. An item that fails has a line that
 * says why and stops nothing. Throws CancelledError where the signal aborts, and what `write` throws; no line is then
 * half written, and what is asked at that moment is given up.
 */
export async function runBatch(run: BatchRun): Promise<void> {
  const waiting = groupsOf(run.items).filter((group) => group.some(({ index }) => !run.done.has(index)));
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let group = waiting[next]; group !== undefined && !signal.aborted; group = waiting[next]) {
      next += 1;
      await settle(run, group, signal);
    }
  };
  const lanes = Array.from({ length: Math.min(run.concurrency, waiting.length) }, work);
  const guarded = lanes.map((lane) =>
    lane.catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(guarded);
  if (run.signal.aborted) throw new CancelledError('the batch was interrupted', { cause: run.signal.reason });
  const failed = ends.find((end) => end.status === 'rejected' && !isCancellation(end.reason));
  if (failed?.status === 'rejected') throw failed.reason;
}

function isCancellation(error: unknown): boolean {
  return isWoosterError(error) && error.code === 'E_CANCELLED';
}

async function settle(run: BatchRun, group: Group, signal: AbortSignal): Promise<void> {
  const pending = group.filter(({ index }) => !run.done.has(index));
  const known = group.map(({ index }) => run.done.get(index)).find((line) => line !== undefined && isAnswer(line));
  const [first] = pending;
  if (first === undefined) return;
  const outcome = known === undefined ? await ask(run, first, signal) : answerOf(known);
  const source = known?.index ?? first.index;
  for (const item of pending) {
    const { index, id, hash } = item;
    const place = { index, ...(id !== undefined && { id }), item: hash, ...(index !== source && { equalTo: source }) };
    const line: BatchLine = { ...place, ...outcome };
    await run.write(line);
    run.onLine(line);
  }
}

function answerOf({ index: _index, id: _id, item: _item, equalTo: _equalTo, ...answer }: AnswerLine): ItemAnswer {
  return answer;
}

/** Boundary: the failure of one item is told in its line. */
async function ask(
  run: BatchRun,
  item: BatchItem,
  signal: AbortSignal,
): Promise<ItemAnswer | { readonly error: ItemFault }> {
  if (item.fault !== undefined) return { error: item.fault };
  try {
    return await run.ask(item, signal);
  } catch (error) {
    if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
    if (isWoosterError(error)) return { error: { code: error.code, message: error.message } };
    return { error: { code: 'E_INTERNAL', message: error instanceof Error ? error.message : String(error) } };
  }
}
