import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { BatchLine } from '../../../plugins/batch/output/batch-line.ts';
import type { ItemAnswer } from '../../../plugins/batch/run/ask-item.ts';
import { BudgetExceededError, CancelledError, StorageFullError } from '../../../src/index.ts';
import { answerOf, itemsOf, runInMemory } from './rig.ts';

function failsTwice({ prompt }: { readonly prompt: string }): Promise<ItemAnswer> {
  if (prompt === 'b') return Promise.reject(new BudgetExceededError('nothing is left for this'));
  if (prompt === 'c') return Promise.reject(new TypeError('unforeseen'));
  return Promise.resolve(answerOf(prompt));
}

function takesNoFirst({ index }: BatchLine): Promise<void> {
  return index === 0 ? Promise.reject(new StorageFullError('the disk is full')) : Promise.resolve();
}

describe('a batch', () => {
  test('asks equal items once, at most so many at a time, and writes one line for each', async () => {
    const prompts = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(prompts, fc.integer({ min: 1, max: 5 }), async (list, concurrency) => {
        const run = await runInMemory(itemsOf(list), { concurrency });
        expect(run.asked.toSorted()).toEqual([...new Set(list)].toSorted());
        expect(run.answers).toEqual(list.map((prompt) => `re: ${prompt}`));
        expect(run.most).toBeLessThanOrEqual(concurrency);
        const first = (prompt: string): number => list.indexOf(prompt);
        expect(run.lines.map(({ index, equalTo }) => equalTo ?? index)).toEqual(list.map(first));
      }),
      { numRuns: 40 },
    );
  });

  test('goes on from what is there, wherever it ended', async () => {
    const list = ['a', 'b', 'a', 'c', 'b', 'a'];
    const whole = await runInMemory(itemsOf(list), { concurrency: 1 });
    await fc.assert(
      fc.asyncProperty(fc.subarray(whole.lines), async (kept: BatchLine[]) => {
        const done = new Map(kept.map((line) => [line.index, line]));
        const run = await runInMemory(itemsOf(list), { done });
        const written = [...kept, ...run.lines].map(({ index }) => index).toSorted((left, right) => left - right);
        expect(written).toEqual([0, 1, 2, 3, 4, 5]);
        const known = new Set(kept.map(({ index }) => list[index]));
        expect(run.asked.every((prompt) => !known.has(prompt))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('has a line that says why for an item that fails, and for those equal to it, and asks the rest', async () => {
    const run = await runInMemory(itemsOf(['a', 'b', 'b', 'c', 'd']), { ask: failsTwice });
    expect(run.answers).toEqual(['a', 'E_BUDGET', 'E_BUDGET', 'E_INTERNAL', 'd']);
    expect(run.asked).toEqual(['a', 'b', 'c', 'd']);
    expect(run.lines[2]).toMatchObject({ index: 2, equalTo: 1, error: { message: 'nothing is left for this' } });
  });

  test('asks an item again whose equal failed in an earlier run', async () => {
    const items = itemsOf(['a', 'a']);
    const failed: BatchLine = { index: 0, item: items[0]!.hash, error: { code: 'E_TIMEOUT', message: 'too slow' } };
    const run = await runInMemory(items, { done: new Map([[0, failed]]) });
    expect(run.lines).toEqual([expect.objectContaining({ index: 1, answer: 're: a' })]);
  });

  test('never asks an item whose file cannot be read', async () => {
    const [item] = itemsOf(['a']);
    const fault = { code: 'E_FILE', message: 'a.md cannot be read' };
    const run = await runInMemory([{ ...item!, fault }]);
    expect([run.asked, run.answers]).toEqual([[], ['E_FILE']]);
  });

  test('gives up what is asked when it is interrupted, and writes no line for it', async () => {
    const controller = new AbortController();
    const ask = ({ prompt }: { readonly prompt: string }, until: AbortSignal) => {
      if (prompt === 'b') controller.abort();
      return until.aborted ? Promise.reject(new CancelledError()) : Promise.resolve(answerOf(prompt));
    };
    const run = await runInMemory(itemsOf(['a', 'b', 'c']), { ask, concurrency: 1, signal: controller.signal });
    expect([run.answers, run.asked, run.error]).toEqual([['a'], ['a', 'b'], expect.any(CancelledError)]);
  });

  test('ends where a line cannot be written, with that error, and gives up the other items', async () => {
    let given = 0;
    const ask = ({ index }: { readonly index: number }, until: AbortSignal) => {
      if (index === 0) return Promise.resolve(answerOf('a'));
      return new Promise<never>((_, reject) => {
        until.addEventListener('abort', () => {
          given += 1;
          reject(new CancelledError());
        });
      });
    };
    const run = await runInMemory(itemsOf(['a', 'b', 'c', 'd']), { ask, write: takesNoFirst, concurrency: 2 });
    expect([run.error, run.lines, given]).toEqual([expect.any(StorageFullError), [], 1]);
  });
});

describe('which items are equal', () => {
  test('is told by everything that is asked, and by nothing else', () => {
    const [plain] = itemsOf(['a']);
    const others = [{ system: 'be brief' }, { temperature: 1 }, { maxTokens: 5 }, { scope: ['handbook'] }].map(
      (defaults) => itemsOf(['a'], defaults)[0],
    );
    const hashes = [plain, ...others].map((item) => item?.hash);
    expect(new Set(hashes).size).toBe(5);
    expect(itemsOf(['b', 'a'])[1]?.hash).toBe(plain?.hash);
  });
});
