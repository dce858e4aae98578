import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { dayOf, daysOf } from '../../../src/usage/budget/calendar.ts';

const CALENDAR = new URL('../../../src/usage/budget/calendar.ts', import.meta.url).href;

/** Evaluated by a process in another time zone: a process reads its own once. */
function inZone(zone: string, expression: string): unknown {
  const script = `import { dayOf, daysOf } from '${CALENDAR}'; console.log(JSON.stringify(${expression}));`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { env: { ...process.env, TZ: zone, NODE_OPTIONS: '' }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('periods of budgets', () => {
  test('a week begins on Monday and a month on its first day, across the year', () => {
    const newYear = new Date(2026, 0, 1, 8).getTime();
    expect(daysOf('week', newYear)).toEqual({
      first: '2025-12-29',
      last: '2026-01-04',
      resetsAt: new Date(2026, 0, 5).getTime(),
    });
    expect(daysOf('month', newYear)).toMatchObject({ first: '2026-01-01', last: '2026-01-31' });
    expect(daysOf('month', new Date(2028, 1, 10).getTime())).toMatchObject({ last: '2028-02-29' });
    expect(daysOf('total', newYear)).toEqual({ first: '', last: '' });
  });

  test('a time lies in its period, and the next period begins where it is reset', () => {
    const time = fc.integer({ min: 0, max: 4e12 });
    const period = fc.constantFrom('day' as const, 'week' as const, 'month' as const);
    fc.assert(
      fc.property(time, period, (at, of) => {
        const { first, last, resetsAt = 0 } = daysOf(of, at);
        expect(first <= dayOf(at) && dayOf(at) <= last).toBe(true);
        expect(resetsAt).toBeGreaterThan(at);
        expect(daysOf(of, resetsAt - 1)).toEqual({ first, last, resetsAt });
        expect(daysOf(of, resetsAt).first > last).toBe(true);
      }),
    );
  });

  test('a day of 23 or 25 hours is one day, and resets at the midnight that follows', () => {
    const spring =
      "daysOf('day', Date.parse('2026-03-29T00:30:00+01:00')).resetsAt - Date.parse('2026-03-29T00:00:00+01:00')";
    const autumn =
      "daysOf('day', Date.parse('2026-10-25T23:30:00+01:00')).resetsAt - Date.parse('2026-10-25T00:00:00+02:00')";
    expect(inZone('Europe/Berlin', `[${spring}, ${autumn}]`)).toEqual([23 * 3_600_000, 25 * 3_600_000]);
  });

  test('a midnight that the clock leaves out does not stop a day from ending', () => {
    // In Santiago the clock went from 2026-09-05 24:00 to 2026-09-06 01:00.
    const days = "[dayOf(Date.parse('2026-09-06T03:59:59Z')), dayOf(Date.parse('2026-09-06T04:00:00Z'))]";
    const reset = "daysOf('day', Date.parse('2026-09-06T03:00:00Z')).resetsAt === Date.parse('2026-09-06T04:00:00Z')";
    expect(inZone('America/Santiago', `[...${days}, ${reset}]`)).toEqual(['2026-09-05', '2026-09-06', true]);
  });
});
