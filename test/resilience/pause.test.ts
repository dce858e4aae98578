import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/index.ts';
import { pause } from '../../src/resilience/pause.ts';

describe('a pause', () => {
  test('is short of what was asked by less than the millisecond that timers count in', async () => {
    const { signal } = new AbortController();
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 40; round += 1) {
      const startedAt = performance.now();
      await pause(2.9, signal);
      least = Math.min(least, performance.now() - startedAt);
    }
    expect(least).toBeGreaterThan(1.9);
  });

  test('ends as soon as its signal aborts, also where it has aborted before', async () => {
    const controller = new AbortController();
    const paused = pause(60_000, controller.signal);
    controller.abort();
    await expect(paused).rejects.toBeInstanceOf(CancelledError);
    await expect(pause(60_000, controller.signal)).rejects.toBeInstanceOf(CancelledError);
  });
});
