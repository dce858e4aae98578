import type { ResponseCache } from '../contracts/cache/response-cache.ts';
import type { PrivacyPolicy } from '../contracts/privacy/privacy-policy.ts';
import type { BudgetGuard } from '../contracts/usage/budget.ts';
import type { UsageLedger } from '../contracts/usage/ledger.ts';

/** A ledger that keeps nothing, for hosts that have none. */
export const NULL_LEDGER: UsageLedger = Object.freeze({
  begin: ({ attemptId }) => attemptId,
  end: () => undefined,
  query: () => [],
  summarize: () => [],
} satisfies UsageLedger);

/** A budget without caps. */
export const NULL_BUDGET: BudgetGuard = Object.freeze({
  hasCaps: false,
  outputTokens: 4096,
  status: () => [],
  tightest: () => undefined,
  takeWarnings: () => [],
} satisfies BudgetGuard);

/** A cache that keeps nothing. */
export const NULL_CACHE: ResponseCache = Object.freeze({
  isFor: () => false,
  find: () => undefined,
  keep: () => undefined,
  stats: () => ({ entries: 0, bytes: 0 }),
  clear: () => 0,
} satisfies ResponseCache);

/** A policy that knows no rule and looks into nothing, for hosts that have none; permissions and refusals hold all the same. */
export const NULL_PRIVACY: PrivacyPolicy = Object.freeze({
  classify: () => ({ privacy: 'any' }),
  inspect: () => Promise.resolve({ privacy: 'any', findings: [], mustRedact: false }),
  redact: (texts) =>
    Promise.resolve({
      texts,
      replaced: 0,
      restore: (text) => text,
      restorer: () => ({ push: (piece) => piece, end: () => '' }),
    }),
  consent: () => 'given',
  answerConsent: () => undefined,
} satisfies PrivacyPolicy);
