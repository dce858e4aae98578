import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LayeredProgress } from '../../../../../plugins/local-model/lifecycle/pull/layered-progress.ts';

const line = fc.record({
  layer: fc.constantFrom('a', 'b', 'c'),
  done: fc.nat(1000),
  total: fc.nat(1000),
});

describe('progress over layers', () => {
  test('never goes back, never exceeds its total, and tells what is missing', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const progress = new LayeredProgress();
        let before = progress.bytes;
        for (const { layer, done, total } of lines) {
          const missing = progress.missingBytes;
          const isLarger = progress.add(layer, done, total);
          const now = progress.bytes;
          expect(now.done).toBeGreaterThanOrEqual(before.done);
          expect(now.total).toBeGreaterThanOrEqual(before.total ?? 0);
          expect(now.done).toBeLessThanOrEqual(now.total ?? 0);
          expect(progress.missingBytes).toBe((now.total ?? 0) - now.done);
          if (!isLarger) expect(progress.missingBytes).toBeLessThanOrEqual(missing);
          before = now;
        }
      }),
    );
  });

  test('knows no total before a layer is told', () => {
    expect(new LayeredProgress().bytes).toEqual({ done: 0 });
  });
});
