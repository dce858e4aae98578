import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { LedgerAttempt, LedgerOutcome, UsageSummary } from '../../src/index.ts';
import type { UsageAccounts } from '../../src/usage/open-usage-book.ts';
import { LedgerDouble } from '../doubles/ledger-double.ts';
import { passedCaps, readSums } from './account-audit.ts';
import { answered, paidAttempt } from './ledger-samples.ts';
import { capOf, NOON, UsageRig } from './usage-rig.ts';

const HOUR_MS = 60 * 60_000;

const CAPS = [
  capOf({ limitUsd: 0.5 }),
  capOf({ period: 'week', limitUsd: 0.9 }),
  capOf({ period: 'month', limitUsd: 1.3 }),
  capOf({ period: 'total', limitUsd: 2 }),
  capOf({ kind: 'project', of: 'handbook', limitUsd: 0.3 }),
  capOf({ kind: 'provider', of: 'openai', period: 'week', limitUsd: 0.4 }),
  capOf({ kind: 'conversation', period: 'total', limitUsd: 0.35 }),
];

type Step =
  | { readonly kind: 'begin'; readonly process: number; readonly attempt: Partial<LedgerAttempt> }
  | { readonly kind: 'end'; readonly call: number; readonly share: number; readonly outcome: Partial<LedgerOutcome> }
  | { readonly kind: 'crash'; readonly process: number }
  | { readonly kind: 'clock'; readonly byMs: number };

const usd = fc.integer({ min: 0, max: 200_000_000 }).map((nano) => nano / 1e9);

const attempt = fc.record(
  {
    ref: fc.constantFrom('openai:gpt-x' as const, 'gemini:flash' as const),
    project: fc.constantFrom('handbook', 'other'),
    conversationId: fc.constantFrom('c1', 'c2'),
    locality: fc.constantFrom('cloud' as const, 'cloud' as const, 'local' as const),
    costUpperBoundUsd: fc.option(usd, { nil: undefined, freq: 20 }),
    task: fc.constantFrom('chat', 'embed'),
  },
  { requiredKeys: ['ref', 'locality', 'costUpperBoundUsd'] },
);

const outcome = fc.record(
  {
    outcome: fc.constantFrom(
      'answered' as const,
      'answered' as const,
      'failed' as const,
      'interrupted' as const,
      'cancelled' as const,
    ),
    costOrigin: fc.constantFrom('prices' as const, 'provider' as const, 'cache' as const),
    usage: fc.record({ inputTokens: fc.nat(500), outputTokens: fc.nat(200), isEstimated: fc.boolean() }),
    totalMs: fc.integer({ min: 1, max: 5_000 }),
    firstTokenMs: fc.integer({ min: 1, max: 5_000 }),
  },
  { requiredKeys: ['outcome', 'costOrigin', 'totalMs'] },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('begin' as const), process: fc.nat(1), attempt }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      call: fc.nat(9),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      outcome,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), process: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      byMs: fc.integer({ min: -30, max: 60 }).map((hours) => hours * HOUR_MS),
    }),
  },
);

interface OpenCall {
  readonly id: string;
  readonly process: number;
  readonly boundUsd: number | undefined;
  readonly twin: string;
}

interface RunningProcess {
  readonly owner: string;
  readonly accounts: UsageAccounts;
}

/** Two processes on one workspace, and a double that is told the same. */
class Run {
  readonly rig = new UsageRig();
  readonly double = new LedgerDouble({ caps: CAPS, warnAtShare: 0.8, clock: this.rig.clock });
  readonly #dead = new Set<string>();
  readonly #processes: RunningProcess[] = [];
  #started = 0;
  #open: OpenCall[] = [];

  constructor() {
    this.#processes.push(this.#start(), this.#start());
  }

  get accounts(): UsageAccounts {
    return this.#processes[0]!.accounts;
  }

  take(one: Step): void {
    // Long enough for the dead to be looked for.
    this.rig.clock.elapsedMs += 120_000;
    if (one.kind === 'clock') this.rig.clock.at = Math.max(NOON, this.rig.clock.at + one.byMs);
    if (one.kind === 'crash') this.#crash(one.process);
    if (one.kind === 'begin') this.#begin(one.process, paidAttempt(one.attempt));
    if (one.kind === 'end') this.#end(one);
  }

  #start(): RunningProcess {
    this.#started += 1;
    const owner = `process-${this.#started}`;
    const accounts = this.rig.open({
      caps: CAPS,
      owner: { id: owner, isRunning: (id) => !this.#dead.has(id) },
      usage: { texts: 'none' },
    });
    return { owner, accounts };
  }

  #begin(process: number, attempted: LedgerAttempt): void {
    const id = tryToBegin(this.#processes[process]!.accounts.ledger, attempted);
    const twin = tryToBegin(this.double, attempted);
    expect(id === undefined).toBe(twin === undefined);
    if (id === undefined || twin === undefined) return;
    const boundUsd = attempted.locality === 'local' ? 0 : attempted.costUpperBoundUsd;
    this.#open.push({ id, process, boundUsd, twin });
  }

  #end({ call, share, outcome: ended }: Step & { kind: 'end' }): void {
    const [found] = this.#open.splice(call % Math.max(1, this.#open.length), 1);
    if (found === undefined) return;
    const { boundUsd } = found;
    const cost: Partial<LedgerOutcome> =
      boundUsd === undefined
        ? { costUsd: undefined, costOrigin: 'unknown' }
        : { costUsd: ended.costOrigin === 'cache' ? 0 : Math.floor(boundUsd * share * 1e9) / 1e9 };
    const whole = answered({ usage: undefined, firstTokenMs: undefined, ...ended, ...cost });
    this.#processes[found.process]!.accounts.ledger.end(found.id, whole);
    this.double.end(found.twin, whole);
  }

  /** The double is told at once what the next process will find: interrupted, at the bound. */
  #crash(process: number): void {
    this.#dead.add(this.#processes[process]!.owner);
    for (const { twin, boundUsd } of this.#open.filter((call) => call.process === process)) {
      const costOrigin = boundUsd === undefined ? 'unknown' : 'bound';
      this.double.end(twin, { outcome: 'interrupted', costUsd: boundUsd, costOrigin, totalMs: 0 });
    }
    this.#open = this.#open.filter((call) => call.process !== process);
    this.#processes[process] = this.#start();
  }
}

function tryToBegin(ledger: Pick<UsageAccounts['ledger'], 'begin'>, attempted: LedgerAttempt): string | undefined {
  try {
    return ledger.begin(attempted);
  } catch (error) {
    expect(error).toMatchObject({ code: 'E_BUDGET' });
    return undefined;
  }
}

const KINDS: readonly UsageSummary['by'][] = ['all', 'day', 'model', 'project', 'task', 'provider'];

describe('whatever is begun, ended and killed in whatever order', () => {
  test('sums are those of the rows and no cap is ever passed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const run = new Run();
        const database = run.rig.database();
        for (const one of steps) {
          run.take(one);
          const { rows, totals } = readSums(database);
          expect(totals).toEqual(rows);
          expect(passedCaps(rows, CAPS)).toEqual([]);
        }
        await run.rig.dispose();
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('summaries and budgets are those that are reckoned row by row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const run = new Run();
        for (const one of steps) run.take(one);
        run.rig.clock.elapsedMs += 120_000;
        const { ledger, budget } = run.accounts;
        for (const by of KINDS) expect(ledger.summarize({}, by)).toEqual(run.double.summarize({}, by).map(closely));
        const project = { project: 'handbook', from: NOON + HOUR_MS };
        expect(ledger.summarize(project)).toEqual(run.double.summarize(project).map(closely));
        const scope = { principalId: 'local', providerId: 'openai', project: 'handbook', conversationId: 'c1' };
        expect(budget.status(scope)).toEqual(run.double.budget.status(scope));
        await run.rig.dispose();
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

/** A rate is a quotient of sums whose order of addition may differ. */
function closely(summary: UsageSummary): UsageSummary {
  const { tokensPerSecond } = summary;
  return tokensPerSecond === undefined
    ? summary
    : { ...summary, tokensPerSecond: expect.closeTo(tokensPerSecond, 9) as unknown as number };
}
