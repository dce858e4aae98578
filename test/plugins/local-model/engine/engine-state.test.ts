import { describe, expect, test } from '@jest/globals';
import { CrashCount } from '../../../../plugins/local-model/engine/engine-state.ts';

describe('CrashCount', () => {
  test('lets the first crash be repaired at once, and later ones in a row ever later', () => {
    const count = new CrashCount();
    expect(count.retryInMs(0)).toBe(0);
    const waits = [1, 2, 3, 4, 5].map(() => {
      count.crash(0);
      return count.retryInMs(0);
    });
    expect(waits).toEqual([0, 1_000, 5_000, 30_000, 30_000]);
    expect(count.retryInMs(29_999)).toBe(1);
    expect(count.retryInMs(30_000)).toBe(0);
  });

  test('forgets earlier crashes after a minute of service, not before', () => {
    const count = new CrashCount();
    count.crash(0);
    count.crash(0);
    count.ready(1_000);
    count.crash(60_999);
    expect(count.crashes).toBe(3);
    count.ready(70_000);
    count.crash(130_000);
    expect(count.crashes).toBe(1);
  });
});
