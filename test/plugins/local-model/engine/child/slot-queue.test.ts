import { describe, expect, test } from '@jest/globals';
import { SlotQueue } from '../../../../../plugins/local-model/engine/child/slot-queue.ts';

const first = (free: readonly string[]): string => free[0]!;
const never = (): AbortSignal => new AbortController().signal;

describe('the queue for slots', () => {
  test('lets the caller choose among the free slots and hands none out twice', async () => {
    const queue = new SlotQueue(['a', 'b', 'c'], 1);
    expect(await queue.acquire((free) => free.at(-1)!, never())).toBe('c');
    expect(await queue.acquire((free) => free.at(-1)!, never())).toBe('b');
    queue.release('c');
    const offered: string[][] = [];
    const choose = (free: readonly string[]): string => {
      offered.push([...free]);
      return free[0]!;
    };
    await queue.acquire(choose, never());
    expect(offered).toEqual([['a', 'c']]);
  });

  test('serves those who wait in the order in which they came', async () => {
    const queue = new SlotQueue(['a'], 2);
    await queue.acquire(first, never());
    const served: string[] = [];
    const one = queue.acquire(first, never()).then(() => served.push('one'));
    const two = queue.acquire(first, never()).then(() => served.push('two'));
    expect(queue.waiting).toBe(2);
    queue.release('a');
    await one;
    expect({ served, waiting: queue.waiting }).toEqual({ served: ['one'], waiting: 1 });
    queue.release('a');
    await two;
    expect({ served, waiting: queue.waiting }).toEqual({ served: ['one', 'two'], waiting: 0 });
  });

  test('refuses at once who comes when the queue is full, and says how many wait', async () => {
    const queue = new SlotQueue(['a'], 1);
    await queue.acquire(first, never());
    const waits = queue.acquire(first, never());
    await expect(queue.acquire(first, never())).rejects.toMatchObject({
      status: 503,
      type: 'busy_error',
      message: expect.stringMatching(/1 requests wait/),
    });
    queue.release('a');
    expect(await waits).toBe('a');
  });

  test('forgets who gave up, and gives the slot to the next', async () => {
    const queue = new SlotQueue(['a'], 2);
    await queue.acquire(first, never());
    const controller = new AbortController();
    const gaveUp = queue.acquire(first, controller.signal);
    const patient = queue.acquire(first, never());
    controller.abort(new Error('gone'));
    await expect(gaveUp).rejects.toThrow('gone');
    expect(queue.waiting).toBe(1);
    queue.release('a');
    expect(await patient).toBe('a');
    await expect(queue.acquire(first, controller.signal)).rejects.toThrow('gone');
  });

  test('keeps a slot with its new owner when the wait is aborted after it ended', async () => {
    const queue = new SlotQueue(['a'], 1);
    await queue.acquire(first, never());
    const controller = new AbortController();
    const served = queue.acquire(first, controller.signal);
    queue.release('a');
    controller.abort(new Error('too late'));
    expect(await served).toBe('a');
  });
});
