import { describe, expect, test } from '@jest/globals';
import type { BudgetCap, BudgetGuard, UsageLedger } from '../../src/index.ts';
import { answered, answeredLocally, localAttempt, paidAttempt } from '../usage/ledger-samples.ts';
import { capOf, SetClock } from '../usage/usage-rig.ts';

/** A ledger with its budgets, as a test opens it. */
export interface OpenedLedger {
  readonly ledger: UsageLedger;
  readonly budget: BudgetGuard;
}

/** Makes an empty ledger; warnings are told from 80 % of a cap on. */
export type OpenLedger = (options: { readonly caps: readonly BudgetCap[]; readonly clock: SetClock }) => OpenedLedger;

type OpenAt = (caps?: readonly BudgetCap[]) => OpenedLedger & { readonly clock: SetClock };

const SCOPE = { principalId: 'local', providerId: 'openai' };
const DAY_MS = 24 * 60 * 60_000;

function describeAccounts(open: OpenAt): void {
  test('a call is open with its bound reserved until its end, which settles what it cost', () => {
    const { ledger, budget, clock } = open([capOf()]);
    const attempt = paidAttempt({ project: 'handbook', conversationId: 'c1', purpose: 'chat' });
    const id = ledger.begin(attempt);
    const { prompt: _prompt, ...facts } = attempt;
    expect(ledger.query({})).toEqual([{ ...facts, id, startedAt: clock.at }]);
    expect(budget.status()).toMatchObject([{ spentUsd: 0, reservedUsd: 0.1, leftUsd: 0.9 }]);
    const { answer: _answer, ...outcome } = answered();
    ledger.end(id, outcome);
    expect(ledger.query({})).toEqual([{ ...facts, ...outcome, id, startedAt: clock.at }]);
    expect(budget.status()).toMatchObject([{ spentUsd: 0.04, reservedUsd: 0, leftUsd: 0.96 }]);
  });

  test('a call that could pass a cap is refused and leaves nothing', () => {
    const { ledger, budget } = open([capOf({ limitUsd: 0.25 })]);
    ledger.begin(paidAttempt());
    ledger.end(ledger.begin(paidAttempt()), answered({ costUsd: 0.1 }));
    expect(() => ledger.begin(paidAttempt())).toThrow(expect.objectContaining({ code: 'E_BUDGET' }));
    expect(ledger.query({})).toHaveLength(2);
    ledger.begin(paidAttempt({ costUpperBoundUsd: 0.05 }));
    expect(budget.status()).toMatchObject([{ spentUsd: 0.1, reservedUsd: 0.15, leftUsd: 0 }]);
  });

  test('a call whose price is unknown is refused where a cap holds for it, and nowhere else', () => {
    const { ledger, budget } = open([capOf({ kind: 'project', of: 'handbook' })]);
    const unpriced = { costUpperBoundUsd: undefined };
    expect(() => ledger.begin(paidAttempt({ ...unpriced, project: 'handbook' }))).toThrow(
      expect.objectContaining({ code: 'E_BUDGET' }),
    );
    ledger.end(ledger.begin(paidAttempt(unpriced)), answered({ costUsd: undefined, costOrigin: 'unknown' }));
    expect(ledger.summarize({})).toMatchObject([{ calls: 1, unknownCostCalls: 1, spentUsd: 0 }]);
    expect(budget.status()).toMatchObject([{ spentUsd: 0 }]);
  });

  test('a local call passes every cap and counts for none', () => {
    const { ledger, budget } = open([capOf({ limitUsd: 0 })]);
    expect(() => ledger.begin(paidAttempt())).toThrow(expect.objectContaining({ code: 'E_BUDGET' }));
    ledger.end(ledger.begin(localAttempt()), answeredLocally());
    expect(ledger.query({})).toMatchObject([{ locality: 'local', costUsd: 0, costOrigin: 'local' }]);
    expect(budget.status()).toMatchObject([{ spentUsd: 0, reservedUsd: 0 }]);
  });

  test('a cap counts only what it is for', () => {
    const caps = [
      capOf({ kind: 'project', of: 'handbook', limitUsd: 0.1 }),
      capOf({ kind: 'provider', of: 'openai', limitUsd: 0.35 }),
      capOf({ kind: 'conversation', period: 'total', limitUsd: 0.1 }),
    ];
    const { ledger, budget } = open(caps);
    ledger.begin(paidAttempt({ project: 'handbook' }));
    ledger.begin(paidAttempt({ conversationId: 'c1' }));
    ledger.begin(paidAttempt({ conversationId: 'c2' }));
    const refused = [{ project: 'handbook' }, { conversationId: 'c2' }, { project: 'other' }];
    for (const change of refused)
      expect(() => ledger.begin(paidAttempt(change))).toThrow(expect.objectContaining({ code: 'E_BUDGET' }));
    ledger.begin(paidAttempt({ ref: 'gemini:flash', project: 'other', conversationId: 'c3' }));
    expect(budget.status({ ...SCOPE, project: 'other' }).map(({ cap }) => cap.kind)).toEqual(['provider']);
    expect(budget.tightest({ ...SCOPE, conversationId: 'c1' })).toMatchObject({
      cap: { kind: 'conversation' },
      leftUsd: 0,
    });
    expect(budget.tightest({ ...SCOPE, providerId: 'gemini' })).toBeUndefined();
    expect(budget.status().map(({ cap }) => cap.kind)).toEqual(['project', 'provider']);
  });

  test('an id that is not open cannot be ended', () => {
    const { ledger } = open();
    const id = ledger.begin(localAttempt());
    ledger.end(id, answeredLocally());
    expect(() => ledger.end(id, answeredLocally())).toThrow(/no open call/);
    expect(() => ledger.end('4711', answeredLocally())).toThrow(/no open call/);
  });
}

function describePeriods(open: OpenAt): void {
  test('what was spent counts until its period is over', () => {
    const periods = ['day', 'week', 'month', 'total'] as const;
    const { ledger, budget, clock } = open(periods.map((period) => capOf({ period })));
    const spent = (): readonly number[] => budget.status().map(({ spentUsd }) => spentUsd);
    ledger.end(ledger.begin(paidAttempt()), answered());
    expect(spent()).toEqual([0.04, 0.04, 0.04, 0.04]);
    const resets = budget.status().map(({ resetsAt }) => resetsAt);
    const ends = [new Date(2026, 2, 19), new Date(2026, 2, 23), new Date(2026, 3, 1)].map(Number);
    expect(resets).toEqual([...ends, undefined]);
    const after = ends.map((at) => {
      clock.at = at;
      return spent();
    });
    expect(after).toEqual([
      [0, 0.04, 0.04, 0.04],
      [0, 0, 0.04, 0.04],
      [0, 0, 0, 0.04],
    ]);
  });

  test('a clock that steps back over midnight finds the sums of that day', () => {
    const { ledger, budget, clock } = open([capOf()]);
    ledger.end(ledger.begin(paidAttempt()), answered());
    clock.advance(DAY_MS);
    const id = ledger.begin(paidAttempt());
    clock.at -= DAY_MS;
    expect(budget.status()).toMatchObject([{ spentUsd: 0.04, reservedUsd: 0 }]);
    ledger.end(id, answered({ costUsd: 0.1 }));
    expect(budget.status()).toMatchObject([{ spentUsd: 0.04 }]);
    clock.advance(DAY_MS);
    expect(budget.status()).toMatchObject([{ spentUsd: 0.1, reservedUsd: 0 }]);
  });

  test('a soft limit is told once in its period', () => {
    const { ledger, budget, clock } = open([capOf()]);
    ledger.end(ledger.begin(paidAttempt({ costUpperBoundUsd: 0.79 })), answered({ costUsd: 0.79 }));
    expect(budget.takeWarnings(SCOPE)).toEqual([]);
    ledger.begin(paidAttempt({ costUpperBoundUsd: 0.01 }));
    expect(budget.takeWarnings(SCOPE)).toHaveLength(1);
    expect(budget.takeWarnings(SCOPE)).toEqual([]);
    clock.advance(DAY_MS);
    ledger.end(ledger.begin(paidAttempt({ costUpperBoundUsd: 0.9 })), answered({ costUsd: 0.9 }));
    expect(budget.takeWarnings(SCOPE)).toHaveLength(1);
  });
}

function describeReading(open: OpenAt): void {
  test('rows are read newest first, by each condition and up to a limit', () => {
    const { ledger, clock } = open();
    const changes = [
      { project: 'handbook', conversationId: 'c1', decisionId: 'd1' },
      { ref: 'gemini:flash', task: 'embed' },
      { principalId: 'other', conversationId: 'c1' },
    ] as const;
    const begun = clock.at;
    const ids = changes.map((change) => {
      clock.advance(1_000);
      return ledger.begin(paidAttempt(change));
    });
    const found = (query: Parameters<UsageLedger['query']>[0]): readonly number[] =>
      ledger.query(query).map(({ id }) => ids.indexOf(id));
    expect(found({})).toEqual([2, 1, 0]);
    expect(found({ limit: 2 })).toEqual([2, 1]);
    expect(found({ project: 'handbook' })).toEqual([0]);
    expect(found({ conversationId: 'c1' })).toEqual([2, 0]);
    expect(found({ conversationId: 'c1', principalId: 'other' })).toEqual([2]);
    expect(found({ providerId: 'gemini' })).toEqual([1]);
    expect(found({ task: 'embed' })).toEqual([1]);
    expect(found({ decisionId: 'd1' })).toEqual([0]);
    expect(found({ from: begun + 2_000 })).toEqual([2, 1]);
    expect(found({ to: begun + 2_000 })).toEqual([0]);
  });

  test('sums tell outcomes, tokens, money and times, by what is asked', () => {
    const { ledger } = open();
    const times = [100, 200, 300, 4_000];
    for (const totalMs of times) {
      ledger.end(ledger.begin(localAttempt()), answeredLocally({ totalMs, firstTokenMs: 50 }));
    }
    ledger.end(ledger.begin(paidAttempt({ project: 'handbook' })), answered({ outcome: 'interrupted' }));
    ledger.end(ledger.begin(paidAttempt()), answered({ outcome: 'cancelled', usage: undefined }));
    ledger.end(
      ledger.begin(paidAttempt({ costUpperBoundUsd: 0 })),
      answered({ costUsd: 0, costOrigin: 'cache', totalMs: 1 }),
    );
    ledger.begin(paidAttempt());
    expect(ledger.summarize({})).toMatchObject([
      {
        by: 'all',
        key: '',
        calls: 8,
        answered: 5,
        failed: 1,
        cancelled: 1,
        open: 1,
        localCalls: 4,
        cachedCalls: 1,
        inputTokens: 600,
        localOutputTokens: 80,
        spentUsd: 0.08,
        reservedUsd: 0.1,
        medianMs: 250,
        p95Ms: 4_000,
        medianFirstTokenMs: 50,
        tokensPerSecond: (80 / 4_400) * 1_000,
      },
    ]);
    expect(ledger.summarize({}, 'model').map(({ key, calls }) => [key, calls])).toEqual([
      ['ollama:llama3.2:3b', 4],
      ['openai:gpt-x', 4],
    ]);
    expect(ledger.summarize({}, 'project').map(({ key, spentUsd }) => [key, spentUsd])).toEqual([
      ['', 0.04],
      ['handbook', 0.04],
    ]);
    expect(ledger.summarize({}, 'day')).toMatchObject([{ by: 'day', key: '2026-03-18', calls: 8 }]);
    expect(ledger.summarize({ task: 'embed' })).toMatchObject([{ calls: 0, spentUsd: 0 }]);
  });
}

/** The promises of every ledger and its budgets. */
export function describeUsageLedger(name: string, openLedger: OpenLedger): void {
  const open: OpenAt = (caps = []) => {
    const clock = new SetClock();
    return { ...openLedger({ caps, clock }), clock };
  };
  describe(`${name} as a ledger`, () => {
    describeAccounts(open);
    describePeriods(open);
    describeReading(open);
  });
}
