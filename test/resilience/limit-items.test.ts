import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/index.ts';
import { limitItems } from '../../src/resilience/limit-items.ts';
import type { ItemLimits } from '../../src/resilience/limit-items.ts';
import { linkAbort } from '../../src/resilience/linked-abort.ts';
import { pause } from '../../src/resilience/pause.ts';
import { waitAtMost } from '../../src/resilience/wait-at-most.ts';

const NEVER = new AbortController().signal;

function after(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function onLimit(phase: string, limitMs: number): Error {
  return new Error(`${phase} ${limitMs}`);
}

/** Yields 0, 1, 2, ... after the given waits; -1 never ends. */
async function* source(waits: readonly number[], closed: string[] = []): AsyncGenerator<number> {
  try {
    for (const [index, waitMs] of waits.entries()) {
      await (waitMs < 0 ? new Promise(() => undefined) : after(waitMs));
      yield index;
    }
  } finally {
    closed.push('closed');
  }
}

async function read(waits: readonly number[], limits: ItemLimits, signal = NEVER): Promise<(number | string)[]> {
  const seen: (number | string)[] = [];
  try {
    for await (const item of limitItems(source(waits), { limits, signal, onLimit })) seen.push(item);
  } catch (error) {
    seen.push((error as Error).message);
  }
  return seen;
}

describe('a limited sequence', () => {
  test('passes everything on within its limits', async () => {
    expect(await read([1, 1, 1], { firstMs: 50, idleMs: 50, totalMs: 200 })).toEqual([0, 1, 2]);
    expect(await read([], { firstMs: 50, totalMs: 200 })).toEqual([]);
  });

  test('names the limit that passed', async () => {
    expect(await read([-1], { firstMs: 30, idleMs: 90, totalMs: 200 })).toEqual(['first-token 30']);
    expect(await read([1, -1], { firstMs: 90, idleMs: 30, totalMs: 200 })).toEqual([0, 'idle 30']);
    expect(await read([1, 20, 20, 20, 20], { firstMs: 60, idleMs: 60, totalMs: 50 })).toContain('total 50');
  });

  test('ends at the abort although the source ignores it', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    expect(await read([-1], { totalMs: 5_000 }, controller.signal)).toEqual(['cancelled']);
    expect(await read([1], { totalMs: 5_000 }, AbortSignal.abort())).toEqual(['cancelled']);
  });

  test('does not count the time the consumer takes as idle', async () => {
    const items = limitItems(source([0, 0]), { limits: { idleMs: 20, totalMs: 500 }, signal: NEVER, onLimit });
    expect((await items.next()).value).toBe(0);
    await after(40);
    expect((await items.next()).value).toBe(1);
    expect((await items.next()).done).toBe(true);
  });

  test('closes the source when the consumer leaves', async () => {
    const closed: string[] = [];
    for await (const item of limitItems(source([0, 0], closed), { limits: { totalMs: 500 }, signal: NEVER, onLimit })) {
      expect(item).toBe(0);
      break;
    }
    await after(1);
    expect(closed).toEqual(['closed']);
  });
});

describe('bounded waits', () => {
  test('a pause ends by time or by abort', async () => {
    await pause(1, NEVER);
    const controller = new AbortController();
    const waiting = pause(5_000, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    await expect(pause(1, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  });

  test('work is waited for up to a limit and goes on without those who waited', async () => {
    expect(await waitAtMost(after(1), 500, NEVER)).toBe('done');
    expect(await waitAtMost(Promise.reject(new Error('its own')), 500, NEVER)).toBe('done');
    expect(await waitAtMost(after(100), 5, NEVER)).toBe('limit');
    await expect(waitAtMost(after(100), 500, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
    const controller = new AbortController();
    const waiting = waitAtMost(after(100), 500, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  });

  test('a linked abort follows its parent until it is let go, and never the other way', async () => {
    const parent = new AbortController();
    const own = linkAbort(parent.signal);
    own.abort();
    expect([own.signal.aborted, parent.signal.aborted]).toEqual([true, false]);
    const followed = linkAbort(parent.signal);
    const letGo = linkAbort(parent.signal);
    await letGo.dispose();
    parent.abort();
    expect([followed.signal.aborted, letGo.signal.aborted, linkAbort(parent.signal).signal.aborted]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
