import type { AttemptRecord, RouteTrace } from '../../contracts/routing/decision.ts';
import type { CostOrigin } from '../../contracts/usage/ledger.ts';
import { describeUsd } from '../../kernel/wording/describe-budget.ts';

type Priced = Pick<AttemptRecord, 'costUsd' | 'costOrigin' | 'outcome' | 'pricesAsOf' | 'usage' | 'ref'>;

function providerOf(ref: string): string {
  return ref.slice(0, ref.indexOf(':'));
}

/** What is told of each origin besides those that depend on more than the amount. */
const FREE: Readonly<Partial<Record<CostOrigin, string>>> = {
  local: 'free (local)',
  cache: 'free (from the cache)',
  'not-billed': 'not billed (refused before a model ran)',
};

function describeUnknown({ ref }: Priced, hasPrices: boolean): string {
  const why = hasPrices ? 'nobody told its tokens' : `no price known; set providers.${providerOf(ref)}.prices`;
  return `cost unknown: ${why}`;
}

/**
 * What an attempt cost and how that is known: `0.00012 USD (prices of 2026-10-01)`, `free (local)`. Undefined for one that
 * is under way, or was not let in.
 */
export function describeCost(attempt: Priced, hasPrices = false): string | undefined {
  const { costOrigin, outcome, pricesAsOf } = attempt;
  // That a failure here cost nothing goes without saying.
  if (costOrigin === undefined || (costOrigin === 'local' && outcome !== 'answered')) return undefined;
  const exact = `${describeUsd(attempt.costUsd ?? 0)} USD`;
  if (costOrigin === 'provider') return `${exact} (told by the provider)`;
  if (costOrigin === 'bound') return `${exact} at most (the bound: nobody told its tokens)`;
  if (costOrigin === 'unknown') return describeUnknown(attempt, hasPrices);
  if (costOrigin !== 'prices') return FREE[costOrigin];
  const about = attempt.usage?.isEstimated === true ? 'about ' : '';
  return `${about}${exact} (${pricesAsOf === undefined ? 'tokens at your prices' : `prices of ${pricesAsOf}`})`;
}

/** The cost of many attempts of one target as one: free, or a sum with what is unknown told apart. */
export function describeCosts(attempts: readonly AttemptRecord[]): string | undefined {
  const [first] = attempts;
  const priced = attempts.filter(({ costOrigin }) => costOrigin !== undefined);
  if (first === undefined || priced.length === 0) return undefined;
  if (priced.every(({ costOrigin }) => costOrigin === first.costOrigin) && isFree(first)) return describeCost(first);
  return describeSum(priced);
}

function isFree({ costOrigin }: Priced): boolean {
  return costOrigin !== undefined && FREE[costOrigin] !== undefined;
}

function describeSum(attempts: readonly AttemptRecord[]): string {
  const sum = attempts.reduce((total, { costUsd }) => total + (costUsd ?? 0), 0);
  const unknown = attempts.filter(({ costOrigin }) => costOrigin === 'unknown').length;
  const calls = `${unknown} ${unknown === 1 ? 'call' : 'calls'} of unknown cost`;
  if (unknown === attempts.length) return calls;
  const isBound = attempts.some(({ costOrigin }) => costOrigin === 'bound');
  const written = `${describeUsd(sum)} USD${isBound ? ' at most' : ''}`;
  return unknown === 0 ? written : `${written} and ${calls}`;
}

/** What all attempts cost together, and what they told of budgets; nothing of a trace in which all was free. */
export function describeBill({ attempts }: RouteTrace): { readonly cost: string[]; readonly notices: string[] } {
  const priced = attempts.filter(({ costOrigin }) => costOrigin !== undefined);
  return {
    cost: priced.every(isFree) ? [] : [`${describeSum(priced)} in all`],
    notices: attempts.flatMap(({ notices = [] }) => notices),
  };
}
