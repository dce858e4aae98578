import { describe, expect, test } from '@jest/globals';
import { array, assert, constant, integer, oneof, property } from 'fast-check';
import { alignMoney } from '../../../plugins/usage/render/money-column.ts';

/** Written amounts in billionths, so that nothing is lost in adding them. */
const nano = (text: string): bigint => {
  const [whole = '0', rest = ''] = text.split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(rest.padEnd(9, '0'));
};

const usd = oneof(
  constant(0),
  integer({ min: 1, max: 50_000 }).map((units) => units / 1e9),
  integer({ min: 1, max: 2_000_000_000 }).map((units) => units / 1e9),
  integer({ min: 1, max: 500_000 }).map((cents) => cents / 100),
);

describe('a column of money', () => {
  test.each<[number[], string[], string]>([
    [[], [], '0.00'],
    [[0, 0], ['0.00', '0.00'], '0.00'],
    [[1, 2.5], ['1.00', '2.50'], '3.50'],
    [[0.05, 0.1], ['0.050', '0.100'], '0.150'],
    [[0.00012, 12], ['0.00012', '12.00000'], '12.00012'],
    [[0.000000005], ['0.000000005'], '0.000000005'],
    [[0.000000005, 3], ['0.000001', '2.999999'], '3.000000'],
    [[1 / 3, 1 / 3, 1 / 3], ['0.34', '0.33', '0.33'], '1.00'],
  ])('of %j is %j, together %s', (amounts, parts, total) => {
    const decimals = amounts.length === 3 ? 2 : undefined;
    expect(alignMoney(amounts, decimals)).toEqual({ parts, total });
  });

  test('adds up as it is written, is off by less than one unit each, and writes nothing above 0 as 0', () => {
    assert(
      property(array(usd, { minLength: 1, maxLength: 40 }), (amounts) => {
        const { parts, total } = alignMoney(amounts);
        expect(parts.reduce((sum, part) => sum + nano(part), 0n)).toBe(nano(total));
        const exact = amounts.reduce((sum, amount) => sum + Math.round(amount * 1e9), 0);
        const unit = 10 ** (9 - (total.split('.')[1]?.length ?? 0));
        expect(Math.abs(Number(nano(total)) - exact)).toBeLessThanOrEqual(unit * Math.max(1, amounts.length));
        for (const [place, part] of parts.entries()) {
          expect(nano(part) > 0n).toBe(amounts[place]! > 0);
          expect(Math.abs(Number(nano(part)) - amounts[place]! * 1e9)).toBeLessThan(unit * (amounts.length + 1));
        }
      }),
    );
  });
});
