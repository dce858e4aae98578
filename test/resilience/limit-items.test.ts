import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CancelledError } from '../../src/index.ts';
import { limitItems } from '../../src/resilience/limit-items.ts';
import type { ItemLimits } from '../../src/resilience/limit-items.ts';
import { linkAbort } from '../../src/resilience/linked-abort.ts';
import { Pace, throughputFloor } from '../../src/resilience/pace.ts';
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

describe('the floor of throughput', () => {
  const floor = { tokens: 4, windowMs: 100 };

  test('ends a drip when the window has passed without as many tokens, whatever the idle limit', async () => {
    const seen = await read([1, 40, 40, 40, 40], { idleMs: 90, totalMs: 2_000, throughput: floor });
    expect(seen).toEqual([0, 1, 2, 'throughput 100']);
  });

  test('lets a fast answer pass, and the wait for its first token', async () => {
    const seen = await read([150, 5, 5, 5, 5, 5], { totalMs: 2_000, throughput: floor });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('does not count what the consumer takes', async () => {
    const limits = { totalMs: 2_000, throughput: floor };
    const seen: number[] = [];
    for await (const item of limitItems(source([0, 0, 0, 0]), { limits, signal: NEVER, onLimit })) {
      seen.push(item);
      await after(60);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test('counts the tokens of an item, and nothing of one without', async () => {
    const limits = { firstMs: 60, totalMs: 2_000, throughput: floor };
    const options = { limits, signal: NEVER, onLimit };
    const many: (number | string)[] = [];
    for await (const item of limitItems(source([1, 40, 40, 40, 40]), { ...options, tokensIn: () => 4 }))
      many.push(item);
    expect(many).toEqual([0, 1, 2, 3, 4]);
    const none = async () => {
      for await (const _ of limitItems(source([30, 30, 30]), { ...options, tokensIn: () => 0 }));
    };
    await expect(none()).rejects.toThrow('first-token 60');
  });

  test('is none for a rate of 0, and asks for one token at least', () => {
    expect([throughputFloor(0, 10_000), throughputFloor(undefined, 10_000)]).toEqual([undefined, undefined]);
    expect(throughputFloor(0.01, 10_000)).toEqual({ tokens: 1, windowMs: 10_000 });
    expect(throughputFloor(5, 10_000)).toEqual({ tokens: 50, windowMs: 10_000 });
  });

  test('any so many consecutive tokens take at most the window, and a pace that keeps to it is never ended', () => {
    const waits = fc.array(fc.record({ tokens: fc.nat({ max: 3 }), waitedMs: fc.nat({ max: 60 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 6 }), (items, tokens) => {
        const pace = new Pace({ throughput: { tokens, windowMs: 100 } });
        const taken: number[] = [];
        let pendingMs = 0;
        for (const [at, item] of items.entries()) {
          const wait = pace.nextWait();
          pendingMs += item.waitedMs;
          const withThis = [...taken, ...(taken.length > 0 || at > 0 ? [pendingMs] : [])];
          const windowMs = withThis.slice(-tokens).reduce((sum, each) => sum + each, 0);
          if (wait !== undefined) expect(item.waitedMs > wait.leftMs).toBe(windowMs > 100);
          pace.take(item.tokens, item.waitedMs);
          if (windowMs > 100) return;
          if (item.tokens === 0) continue;
          taken.push(wait === undefined ? 0 : pendingMs, ...Array.from({ length: item.tokens - 1 }, () => 0));
          pendingMs = 0;
        }
      }),
    );
  });
});
