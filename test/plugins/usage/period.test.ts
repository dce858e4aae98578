import { describe, expect, test } from '@jest/globals';
import { readPeriod } from '../../../plugins/usage/report/period.ts';

/** A Wednesday. */
const NOW = new Date(2026, 2, 18, 15, 30).getTime();
const day = (month: number, date: number, year = 2026): number => new Date(year, month - 1, date).getTime();

describe('the period of a report', () => {
  test.each<[string, number]>([
    ['7d', day(3, 12)],
    ['1d', day(3, 18)],
    ['2w', day(3, 5)],
    ['24h', NOW - 86_400_000],
    ['today', day(3, 18)],
    ['yesterday', day(3, 17)],
    ['week', day(3, 16)],
    ['month', day(3, 1)],
    [' Year ', day(1, 1)],
    ['2026-03', day(3, 1)],
    ['2024-02-29', day(2, 29, 2024)],
    ['2026-03-01T12:00', new Date(2026, 2, 1, 12).getTime()],
    ['2026-03-01T12:00:00Z', Date.UTC(2026, 2, 1, 12)],
  ])('since %s begins with it', (since, from) => {
    expect(readPeriod(since, undefined, NOW)).toEqual({ from, to: undefined });
  });

  test.each<[string, number]>([
    ['2026-03-31', day(4, 1)],
    ['2026-02', day(3, 1)],
    ['yesterday', day(3, 18)],
    ['today', day(3, 19)],
    ['2026-03-01T12:00', new Date(2026, 2, 1, 12).getTime()],
  ])('until %s has all of it', (until, to) => {
    expect(readPeriod('all', until, NOW)).toEqual({ from: undefined, to });
  });

  test('may be one day', () => {
    expect(readPeriod('2026-03-01', '2026-03-01', NOW)).toEqual({ from: day(3, 1), to: day(3, 2) });
  });

  test('begins at midnight of this machine, on days of 23 and 25 hours too', () => {
    for (let week = 1; week <= 52; week += 1) {
      expect(new Date(readPeriod(`${week}w`, undefined, NOW).from!).getHours()).toBe(0);
    }
  });

  test.each(['soon', '', '0d', '-3d', '2026-13', '2026-02-30', '2026-3-1', '7 days', '2026-03-01Tnoon'])(
    'is not "%s", and the message tells the forms',
    (since) => {
      expect(() => readPeriod(since, undefined, NOW)).toThrow(/--since .*write 7d, 24h.*2026-03-01/);
    },
  );

  test('does not end before it begins', () => {
    expect(() => readPeriod('2026-03-02', '2026-03-01', NOW)).toThrow(/--since 2026-03-02 is not before/);
  });
});
