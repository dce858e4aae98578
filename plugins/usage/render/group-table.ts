import { table, type RenderContext, type UsageSummary } from 'wooster';
import type { UsageReport } from '../usage-schema.ts';
import { formatCount, formatRate, formatTime } from './figures.ts';
import { alignMoney } from './money-column.ts';

interface Row {
  readonly summary: UsageSummary;
  readonly key: string;
  readonly money: string;
}

interface Column {
  readonly title: string;
  value(row: Row): string;
  readonly align?: 'right';
  /** The narrowest terminal on which it is shown. */
  readonly from: number;
}

const NAMELESS: Readonly<Record<string, string>> = { project: '(no project)' };

/** A sum of money with a mark where it does not tell all; nothing to pay is told apart from nothing known. */
function costCell({ summary: { spentUsd, unknownCostCalls }, money }: Row): string {
  if (unknownCostCalls > 0) return spentUsd > 0 ? `${money} + ?` : '?';
  return spentUsd > 0 ? money : '0';
}

function columnsFor(by: UsageReport['by'], width: number): (Column & { readonly isWhole: boolean })[] {
  const all: Column[] = [
    { title: by, from: 0, value: ({ key }) => key },
    { title: 'USD', align: 'right', from: 0, value: costCell },
    { title: 'calls', align: 'right', from: 0, value: ({ summary }) => formatCount(summary.calls) },
    { title: 'failed', align: 'right', from: 70, value: ({ summary }) => formatCount(summary.failed) },
    { title: 'cached', align: 'right', from: 100, value: ({ summary }) => formatCount(summary.cachedCalls) },
    { title: 'tokens in', align: 'right', from: 0, value: ({ summary }) => formatCount(summary.inputTokens) },
    { title: 'out', align: 'right', from: 0, value: ({ summary }) => formatCount(summary.outputTokens) },
    { title: 'median', align: 'right', from: 78, value: ({ summary }) => formatTime(summary.medianMs) },
    { title: 'p95', align: 'right', from: 100, value: ({ summary }) => formatTime(summary.p95Ms) },
    {
      title: 'tokens/s',
      align: 'right',
      from: 100,
      value: ({ summary: { tokensPerSecond } }) => (tokensPerSecond === undefined ? '-' : formatRate(tokensPerSecond)),
    },
  ];
  // A name may go on below itself, a figure may not.
  return all.filter(({ from }) => width >= from).map((column) => ({ ...column, isWhole: column.align === 'right' }));
}

/** The groups with their sum below them, as wide as the terminal allows; money adds up as it is written. */
export function drawGroups({ by, groups, total }: UsageReport, context: RenderContext): string {
  const money = alignMoney(groups.map(({ spentUsd }) => spentUsd));
  const rows = groups.map((summary, place): Row => {
    const key = summary.key === '' ? (NAMELESS[by] ?? '-') : summary.key;
    return { summary, key, money: money.parts[place] ?? '' };
  });
  const sum: Row = { summary: total, key: 'total', money: money.total };
  return table(groups.length > 1 ? [...rows, sum] : rows, columnsFor(by, context.width), context);
}
