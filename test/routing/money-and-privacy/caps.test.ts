import { describe, expect, test } from '@jest/globals';
import type { BudgetGuard, BudgetStatus, LedgerAttempt, LedgerOutcome, Price } from '../../../src/index.ts';
import { CATALOGUE } from '../../../src/index.ts';
import { FileAccessError } from '../../../src/contracts/errors/resource-errors.ts';
import { ask, chatRequest, NEVER, rigOf, scripted } from '../doubles/rig.ts';

const permission = { origin: 'config/local.json: routing.cloud.allow' };
const PRICES: readonly Price[] = [
  { unit: 'input-token', quantity: 1_000_000, usd: 1 },
  { unit: 'output-token', quantity: 1_000_000, usd: 10 },
];

function statusOf(leftUsd: number): BudgetStatus {
  const cap = {
    id: 'day',
    kind: 'all',
    period: 'day',
    limitUsd: 1,
    origin: 'config/local.json: budget.dayUsd',
  } as const;
  return { cap, spentUsd: 1 - leftUsd, reservedUsd: 0, leftUsd, resetsAt: Date.UTC(2026, 2, 2) };
}

function budgetOf(change: Partial<BudgetGuard> = {}): BudgetGuard {
  return {
    hasCaps: true,
    outputTokens: 4_096,
    status: () => [],
    tightest: () => statusOf(0.5),
    takeWarnings: () => [],
    ...change,
  };
}

interface HouseOptions {
  readonly budget?: BudgetGuard;
  readonly prices?: readonly Price[] | null;
  readonly isLocalUp?: boolean;
}

function house({ budget = budgetOf(), prices = PRICES, isLocalUp = true }: HouseOptions) {
  const begun: LedgerAttempt[] = [];
  const ended: LedgerOutcome[] = [];
  const ledger = {
    begin: (attempt: LedgerAttempt) => `row ${begun.push(attempt)}`,
    end: (_id: string, outcome: LedgerOutcome) => void ended.push(outcome),
    query: () => [],
    summarize: () => [],
  };
  const local = scripted('local', [{ id: 'm' }], { priority: 2 });
  local.provider.isUp = isLocalUp;
  const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', priority: 1, permission });
  const rig = rigOf({ providers: [local, cloud], budget, ledger, routing: { strategy: 'cloud-first' } });
  const entry = { id: 'x', matches: ['gpt'], source: 'test', date: '2026-01-01', maxOutputTokens: 8_192 };
  rig.extensions.put(CATALOGUE, prices === null ? [] : [{ ...entry, prices }]);
  return { rig, local: local.provider, cloud: cloud.provider, begun, ended };
}

/** Accounts that cannot be read. */
function unreadable(): never {
  throw new FileAccessError('usage.db cannot be used', { path: 'usage.db' });
}

describe('a call to a cloud under a cap', () => {
  test('reserves its bytes and its longest answer, and is sent with that limit', async () => {
    const { rig, cloud, begun } = house({});
    cloud.script = () => ['yes', { usage: [10, 1] }];
    await ask(rig, 'a question');
    expect(cloud.contexts[0]?.parameters.maxTokens).toBe(4_096);
    const bound = begun[0]?.costUpperBoundUsd ?? 0;
    expect(bound).toBeGreaterThan(4_096 * 1e-5 + 10 * 1e-6);
    expect(bound).toBeLessThan(4_096 * 1e-5 + 1_000 * 1e-6);
  });

  test('keeps the limit that the caller set, and reserves for that', async () => {
    const { rig, cloud, begun } = house({});
    await ask(rig, 'a question', { parameters: { maxTokens: 100 } });
    expect(cloud.contexts[0]?.parameters.maxTokens).toBe(100);
    expect(begun[0]?.costUpperBoundUsd).toBeLessThan(100 * 1e-5 + 1_000 * 1e-6);
  });

  test('that could cost more than is left goes to a local model, and the reason tells the cap', async () => {
    const { rig, local, cloud } = house({ budget: budgetOf({ tightest: () => statusOf(0.01) }) });
    await ask(rig);
    expect([local.calls, cloud.calls]).toEqual([1, 0]);
    const [reason] = rig.state.decisions.list()[0]?.decision.rejected[0]?.reasons ?? [];
    expect(reason).toMatchObject({ filter: 'budget' });
    expect(reason?.text).toMatch(
      /^day budget of 1\.00 USD \(config\/local\.json: budget\.dayUsd\): 0\.99 spent, this call could cost 0\.04\d*; resets on /,
    );
  });

  test('ends with the cap, what is spent and when it resets, where nobody else is there', async () => {
    const budget = budgetOf({ tightest: () => statusOf(0) });
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', permission, prices: PRICES });
    const rig = rigOf({ providers: [cloud], budget });
    await expect(ask(rig)).rejects.toMatchObject({
      code: 'E_BUDGET',
      message: expect.stringMatching(/within the budget: .*day budget of 1\.00 USD.*1\.00 spent.*resets on/),
    });
    expect(cloud.provider.calls).toBe(0);
  });

  test('with an unknown price is refused, and the reason names the setting', async () => {
    const { rig, cloud } = house({ prices: null });
    const decision = await rig.router.decide(chatRequest({ bound: { inputTokens: 10 } }), NEVER);
    expect(decision.rejected[0]?.reasons[0]?.text).toMatch(/unknown: set its prices in providers\.<id>\.prices$/);
    expect(cloud.calls).toBe(0);
  });

  test('is refused while the accounts cannot be read, and a local one is not', async () => {
    const { rig, local, cloud } = house({ budget: budgetOf({ tightest: unreadable }) });
    await ask(rig);
    expect([local.calls, cloud.calls]).toEqual([1, 0]);
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(decision.rejected[0]?.reasons[0]?.text).toMatch(/cannot be accounted for: E_FILE usage\.db cannot be used/);
  });

  test('tells a soft limit that it has crossed in the reply, once', async () => {
    const told = ['day budget of 1.00 USD: 0.80 spent, 80 % of it'];
    const { rig } = house({ budget: budgetOf({ takeWarnings: () => told.splice(0) }) });
    expect((await ask(rig)).response_metadata.notices).toEqual(['day budget of 1.00 USD: 0.80 spent, 80 % of it']);
    expect((await ask(rig)).response_metadata.notices).toBeUndefined();
  });
});

describe('a call without a cap', () => {
  test('is sent without a limit of ours', async () => {
    const { rig, cloud } = house({ budget: budgetOf({ hasCaps: false }) });
    await ask(rig);
    expect(cloud.contexts[0]?.parameters.maxTokens).toBeUndefined();
  });

  test('to a model without a price goes out, and its cost is unknown', async () => {
    const { rig, cloud, begun, ended } = house({ budget: budgetOf({ hasCaps: false }), prices: null });
    const reply = await ask(rig);
    expect(cloud.calls).toBe(1);
    expect(begun[0]?.costUpperBoundUsd).toBeUndefined();
    expect(ended).toMatchObject([{ costOrigin: 'unknown' }]);
    expect(ended[0]?.costUsd).toBeUndefined();
    expect(reply.response_metadata.costUsd).toBeUndefined();
  });
});
