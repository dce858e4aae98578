import { describe, expect, test } from '@jest/globals';
import type { BudgetCap, BudgetStatus } from '../../../src/contracts/usage/budget.ts';
import { describeBudget, describeBudgetWarning, describeUsd } from '../../../src/kernel/wording/describe-budget.ts';

const ORIGIN = 'config/local.json: budget.dayUsd';

function statusOf(cap: Partial<BudgetCap>, standing: Partial<BudgetStatus> = {}): BudgetStatus {
  const whole: BudgetCap = { id: 'day', kind: 'all', period: 'day', limitUsd: 1, origin: ORIGIN, ...cap };
  return { cap: whole, spentUsd: 0.94, reservedUsd: 0.05, leftUsd: 0.01, ...standing };
}

const MIDNIGHT = new Date(2026, 10, 29).getTime();

describe('the line about a budget', () => {
  test('names the cap, its setting, what is spent, reserved and asked, and when it resets', () => {
    expect(describeBudget(statusOf({}, { resetsAt: MIDNIGHT }), 0.03)).toBe(
      'day budget of 1.00 USD (config/local.json: budget.dayUsd): 0.94 spent, 0.05 reserved by calls under way, this call could cost 0.03; resets on Sun 29 Nov 00:00',
    );
  });

  test('says nothing of reservations where there are none, and that a total never resets', () => {
    const status = statusOf({ period: 'total', id: 'total' }, { reservedUsd: 0 });
    expect(describeBudget(status, 0.5)).toBe(
      'total budget of 1.00 USD (config/local.json: budget.dayUsd): 0.94 spent, this call could cost 0.50; it never resets: raise it to go on',
    );
  });

  test('says whose the cap is', () => {
    const project = statusOf({ kind: 'project', of: 'handbook', period: 'month' }, { resetsAt: MIDNIGHT });
    expect(describeBudget(project, 1)).toMatch(/^month budget of 1\.00 USD for the project handbook \(/);
    const conversation = statusOf({ kind: 'conversation', period: 'total' });
    expect(describeBudget(conversation, 1)).toMatch(/^budget of 1\.00 USD of each conversation \(/);
  });

  test('tells what to do about a price that is unknown', () => {
    expect(describeBudget(statusOf({}, { resetsAt: MIDNIGHT }), undefined)).toContain(
      'what this call could cost is unknown: set its prices in providers.<id>.prices',
    );
  });

  test('warns with the share that is used up', () => {
    const status = statusOf({}, { spentUsd: 0.8, reservedUsd: 0.03, resetsAt: MIDNIGHT });
    expect(describeBudgetWarning(status)).toBe(
      'day budget of 1.00 USD (config/local.json: budget.dayUsd): 0.80 spent, 0.03 reserved by calls under way, 83 % of it; resets on Sun 29 Nov 00:00',
    );
    expect(describeBudgetWarning(statusOf({ limitUsd: 0 }))).toContain('100 % of it');
  });

  test.each([
    [0, '0.00'],
    [1, '1.00'],
    [0.1, '0.10'],
    [0.945, '0.945'],
    [0.94567, '0.9457'],
    [123.456, '123.46'],
    [0.004, '0.004'],
    [0.00012345, '0.00012'],
    [0.000000001, '0.000000001'],
    [0.00999, '0.01'],
  ])('shows %d USD as %s', (usd, text) => {
    expect(describeUsd(usd)).toBe(text);
  });
});
