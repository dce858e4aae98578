import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  arithmetic,
  containing,
  date,
  either,
  exactly,
  list,
  nothing,
  number,
  optional,
  record,
  text,
  time,
} from '../../../../scripts/bench/tools/cases/matchers.ts';
import { arithmeticValue } from '../../../../scripts/bench/tools/judge/arithmetic-value.ts';
import { isMatching, matchesArgument } from '../../../../scripts/bench/tools/judge/match-argument.ts';

const isSame = (one: number, other: number): boolean => one === other;

describe('an argument', () => {
  test.each([
    [text('França', 'France'), 'franca'],
    [text('A-4471'), 'a 4471'],
    [text('tom@example.org'), 'tom@example.org'],
    [exactly('living room'), 'living room'],
    [exactly(false), false],
    [number(20.5), 20.5],
    [number(3), '3'],
    [containing('vitamin'), 'Take your Vitamins!'],
    [containing(['8', 'eight']), 'at 08:00'],
    [containing(['8', 'eight']), '8am'],
    [containing('miles davis'), 'some Miles Davis'],
    [date(2026, 5, 20), '2026-05-20'],
    [date(2026, 5, 20), '20.5.2026'],
    [date(2026, 5, 20), '5/20/2026'],
    [date(2026, 5, 20), 'May 20, 2026'],
    [date(2026, 5, 20), '20th of May 2026'],
    [date(2026, 10, 5), '5. Oktober 2026'],
    [date(2026, 8, 15), '2026年8月15日'],
    [date(2026, 8, 15), '20260815'],
    [date(2026, 8, 15), '2026-08-15T00:00:00Z'],
    [time(14, 0), '14:00'],
    [time(14, 0), '2 pm'],
    [time(14, 0), '2:00 PM'],
    [time(14, 0), '2026-05-20T14:00:00'],
    [time(9, 0), '9:00'],
    [time(9, 0), '09:00:00'],
    [time(12, 30), '12h30'],
    [arithmetic(7420), '(245 + 378) * 12 - 56'],
    [arithmetic(32), '384 ÷ 12 ='],
    [nothing(), undefined],
    [nothing(), []],
    [nothing(), { every: '' }],
    [optional(number(1)), undefined],
    [list(text('a'), text('b')), ['B', 'A']],
    [record({ email: text('a@b.c') }), { email: 'a@b.c', is_optional: false }],
    [either(number(1), number(2)), 2],
  ])('%j is matched by %j', (matcher, value) => {
    expect(matchesArgument(matcher, value)).toBe(true);
  });

  test.each([
    [text('Rome'), 'Milan'],
    [text('Rome'), undefined],
    [exactly(true), 'true'],
    [exactly('front'), 'back'],
    [number(3), 4],
    [number(3), ''],
    [containing('8'), '18:00'],
    [containing('monday', '10'), 'Monday'],
    [date(2026, 5, 20), '2026-05-21'],
    [date(2026, 5, 20), '2025-05-20'],
    [date(2026, 5, 20), 'June 20, 2026'],
    [date(2026, 5, 20), 'tomorrow'],
    [time(14, 0), '2:00'],
    [time(14, 0), '14:30'],
    [time(9, 0), '9 pm'],
    [arithmetic(32), '384 * 12'],
    [arithmetic(32), 'the quotient'],
    [nothing(), { every: 'day' }],
    [optional(number(1)), 2],
    [list(text('a'), text('b')), ['a', 'a']],
    [list(text('a')), ['a', 'b']],
    [list(text('a')), 'a'],
    [record({ email: text('a@b.c') }), {}],
    [record({ email: text('a@b.c') }), null],
    [either(number(1), number(2)), 3],
  ])('%j is not matched by %j', (matcher, value) => {
    expect(matchesArgument(matcher, value)).toBe(false);
  });

  test('is found in a list whatever the order, and a list of another length never matches', () => {
    const shuffled = fc
      .uniqueArray(fc.integer(), { maxLength: 6 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all)));
    fc.assert(fc.property(shuffled, ([all, some]) => isMatching(all, some, isSame) === (all.length === some.length)));
  });

  test('takes an expression for what it is worth', () => {
    const numbers = fc.integer({ min: 1, max: 9_999 });
    fc.assert(
      fc.property(numbers, numbers, numbers, (a, b, c) => {
        expect(arithmeticValue(`${a} + ${b} * ${c}`)).toBe(a + b * c);
        expect(arithmeticValue(`(${a}+${b})x${c}`)).toBe((a + b) * c);
        expect(arithmeticValue(`${a} - ${b} - ${c}`)).toBe(a - b - c);
        expect(arithmeticValue(`${a} / ${b}`)).toBe(a / b);
      }),
    );
    expect(arithmeticValue('2 ^ 3 ^ 2')).toBe(512);
    expect(arithmeticValue('15% * 80')).toBe(12);
    expect(arithmeticValue('1,200 + 1')).toBe(1201);
    expect(arithmeticValue('2 +')).toBeNaN();
    expect(arithmeticValue('(2')).toBeNaN();
  });
});
