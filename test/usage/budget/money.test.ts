import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fromNanoUsd, toNanoLimit, toNanoUsd } from '../../../src/usage/budget/money.ts';

test('an amount is rounded up to a billionth, and a limit down', () => {
  expect(toNanoUsd(0.07)).toBe(70_000_000);
  expect(toNanoUsd(0.1 + 0.2)).toBe(300_000_000);
  expect(toNanoUsd(1e-12)).toBe(1);
  expect(toNanoUsd(0)).toBe(0);
  expect(toNanoUsd(-1)).toBe(0);
  expect(toNanoLimit(1.0000000019)).toBe(1_000_000_001);
  expect(fromNanoUsd(40_000_000)).toBe(0.04);
});

test('an amount that is no more than another is no more after rounding, so that a cost never passes its bound', () => {
  const usd = fc.double({ min: 0, max: 1_000, noNaN: true });
  fc.assert(
    fc.property(usd, usd, (one, other) => {
      expect(toNanoUsd(Math.min(one, other))).toBeLessThanOrEqual(toNanoUsd(Math.max(one, other)));
      expect(fromNanoUsd(toNanoUsd(one))).toBeGreaterThanOrEqual(one * (1 - 1e-14));
    }),
  );
});

test('sums of whole billionths come back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 }), (nano) => {
      expect(toNanoUsd(fromNanoUsd(nano))).toBe(nano);
    }),
  );
});
