import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toItems, type BatchItem, type ItemDefaults } from '../../../plugins/batch/items/batch-item.ts';
import { isAnswer, type BatchLine } from '../../../plugins/batch/output/batch-line.ts';
import type { ItemAnswer } from '../../../plugins/batch/run/ask-item.ts';
import { runBatch } from '../../../plugins/batch/run/run-batch.ts';

export const { signal } = new AbortController();

/** Items that ask what the words say. */
export function itemsOf(prompts: readonly string[], defaults: Partial<ItemDefaults> = {}): readonly BatchItem[] {
  return toItems(
    prompts.map((prompt) => ({ prompt })),
    { temperature: 0, scope: [], ...defaults },
  );
}

export function answerOf(answer: string, more: Partial<ItemAnswer> = {}): ItemAnswer {
  const tokens = { input: 3, output: 2, isEstimated: false };
  return { answer, model: 'fake:m', tokens, costUsd: 0, isCached: false, milliseconds: 1, decisionId: 'd1', ...more };
}

/** A temporary folder that goes with the scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'wooster-batch-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs a batch in memory over what is done already, and tells what was asked and written. */
export async function runInMemory(
  items: readonly BatchItem[],
  options: {
    readonly done?: ReadonlyMap<number, BatchLine>;
    readonly concurrency?: number;
    readonly signal?: AbortSignal;
    readonly ask?: (item: BatchItem, until: AbortSignal) => Promise<ItemAnswer>;
    readonly write?: (line: BatchLine) => Promise<void>;
  } = {},
) {
  const asked: string[] = [];
  const lines: BatchLine[] = [];
  let running = 0;
  let most = 0;
  const { done = new Map<number, BatchLine>(), concurrency = 4, write = () => Promise.resolve() } = options;
  const { ask = (item: BatchItem) => Promise.resolve(answerOf(`re: ${item.prompt}`)) } = options;
  let error: unknown;
  try {
    await runBatch({
      items,
      done,
      concurrency,
      signal: options.signal ?? signal,
      ask: async (item, until) => {
        asked.push(item.prompt);
        running += 1;
        most = Math.max(most, running);
        try {
          await Promise.resolve();
          return await ask(item, until);
        } finally {
          running -= 1;
        }
      },
      write,
      onLine: (line) => void lines.push(line),
    });
  } catch (thrown) {
    error = thrown;
  }
  lines.sort((left, right) => left.index - right.index);
  const answers = lines.map((line) => (isAnswer(line) ? line.answer : line.error.code));
  return { asked, lines, answers, most, error };
}
