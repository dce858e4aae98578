import { describe, expect, test } from '@jest/globals';
import { defaultThreads, physicalCores, threadsFor } from '../../../../plugins/local-model/engine/thread-count.ts';

describe('threads of the engine', () => {
  test('are the physical cores minus one, at least one', () => {
    expect([1, 2, 4, 16].map(threadsFor)).toEqual([1, 1, 3, 15]);
    expect(threadsFor(0)).toBe(1);
  });

  test('count two hardware threads of a core once, and equal core numbers of two packages twice', () => {
    const processors = [
      { packageId: 0, coreId: 0 },
      { packageId: 0, coreId: 0 },
      { packageId: 0, coreId: 1 },
      { packageId: 1, coreId: 0 },
    ];
    expect(physicalCores(processors)).toBe(3);
  });

  test('are a whole number of at least one on this machine', () => {
    expect(Number.isInteger(defaultThreads())).toBe(true);
    expect(defaultThreads()).toBeGreaterThanOrEqual(1);
  });
});
