import type {
  BudgetSettings,
  CacheSettings,
  PrivacyRuleSetting,
  PrivacySettings,
  UsageSettings,
} from '../../../contracts/settings/accounts-settings.ts';
import type { ContentTreatment } from '../../../contracts/privacy/content-detector.ts';
import type { BudgetCap, BudgetPeriod } from '../../../contracts/usage/budget.ts';
import type { Reading, Readings } from '../layers/reading.ts';

const MIB = 1024 * 1024;

const PERIODS: Readonly<Record<string, BudgetPeriod>> = {
  dayUsd: 'day',
  weekUsd: 'week',
  monthUsd: 'month',
  totalUsd: 'total',
};

/** How far content may go; the rules of all layers hold together. */
export function normalisePrivacy(readings: Readings): PrivacySettings {
  const detect = readings.below('privacy.detect').map(({ segments, value }) => [segments[2], value] as const);
  const firstUse = readings.text('privacy.firstUse');
  return {
    detect: Object.fromEntries(detect) as Readonly<Record<string, ContentTreatment>>,
    firstUse: firstUse === 'allow' || firstUse === 'refuse' ? firstUse : 'ask',
    rules: readings.all('privacy.rules').flatMap(toRules),
  };
}

function toRules({ value, origin }: Reading): PrivacyRuleSetting[] {
  const rules = value as readonly Omit<PrivacyRuleSetting, 'origin'>[];
  return rules.map((rule, index) => ({ ...rule, origin: `${origin}[${index}]` }));
}

/** Caps on money, each with its origin. */
export function normaliseBudget(readings: Readings): BudgetSettings {
  return {
    caps: readings.below('budget').flatMap(toCap),
    warnAtShare: (readings.number('budget.warnAtPercent') ?? Number.NaN) / 100,
    outputTokens: readings.number('budget.outputTokens') ?? Number.NaN,
  };
}

function toCap({ segments, value: limitUsd, origin }: Reading): BudgetCap[] {
  const [, section = '', of, field = ''] = segments;
  if (typeof limitUsd !== 'number') return [];
  if (section === 'conversationUsd') {
    return [{ id: 'conversation', kind: 'conversation', period: 'total', limitUsd, origin }];
  }
  const overall = PERIODS[section];
  if (overall !== undefined) return [{ id: overall, kind: 'all', period: overall, limitUsd, origin }];
  const period = PERIODS[field];
  if (period === undefined || of === undefined) return [];
  const kind = section === 'projects' ? 'project' : 'provider';
  return [{ id: `${kind}:${of}:${period}`, kind, of, period, limitUsd, origin }];
}

/** What the ledger keeps. */
export function normaliseUsage(readings: Readings): UsageSettings {
  const texts = readings.text('usage.texts');
  return {
    texts: texts === 'text' || texts === 'none' ? texts : 'hash',
    retentionDays: readings.number('usage.retentionDays') ?? Number.NaN,
    textRetentionDays: readings.number('usage.textRetentionDays') ?? Number.NaN,
    compareWith: readings.text('usage.compareWith') ?? '',
  };
}

/** Answers kept for equal calls. */
export function normaliseCache(readings: Readings): CacheSettings {
  const mode = readings.text('cache.mode') === 'always' ? 'always' : 'auto';
  return {
    mode: readings.flag('cache.enabled') === false ? 'off' : mode,
    ttlMs: (readings.number('cache.ttlSeconds') ?? Number.NaN) * 1000,
    maxBytes: (readings.number('cache.maxMiB') ?? Number.NaN) * MIB,
  };
}
