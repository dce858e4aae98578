import { style, wrapText, type RenderContext } from 'wooster';
import type { UsageReport } from '../usage-schema.ts';
import { drawBudgets } from './budget-lines.ts';
import { formatDay, formatMoment } from './figures.ts';
import { drawGroups } from './group-table.ts';
import { drawTotals } from './totals.ts';
import { drawUsageChart } from './usage-chart.ts';

function isMidnight(at: number): boolean {
  return formatMoment(at).endsWith(' 00:00');
}

function describePeriod({ from, to, project, provider }: UsageReport): string {
  const since = from === undefined ? 'the beginning' : isMidnight(from) ? formatDay(from) : formatMoment(from);
  // The day before the midnight at which a period ends is its last.
  const until = to === undefined ? 'now' : isMidnight(to) ? formatDay(to - 1) : formatMoment(to);
  const of = [
    ...(project === undefined ? [] : [`project ${project}`]),
    ...(provider === undefined ? [] : [`provider ${provider}`]),
  ];
  return `from ${since} to ${until}${of.length === 0 ? '' : `, ${of.join(', ')}`}`;
}

function describeNothing(report: UsageReport): string {
  return report.isLedgerEmpty
    ? 'No model has been called in this workspace yet: `wooster ask "..."` calls one, and its tokens, time and cost appear here.'
    : `No model was called ${describePeriod(report)}: --since all looks at every call that is kept.`;
}

/** The report for a person: sums, bars over time, a table by the chosen key, budgets; within the width. */
export function renderReport(report: UsageReport, context: RenderContext): string {
  const title = (text: string): string => style(text, 'bold', context.hasColor);
  const budgets =
    report.budgets.length === 0 ? [] : [[title('budgets'), ...drawBudgets(report.budgets, context)].join('\n')];
  if (report.total.calls === 0) return [wrapText(describeNothing(report), context.width), ...budgets].join('\n\n');
  const sections = [
    [`Usage ${describePeriod(report)}`, ...drawTotals(report, context)].join('\n'),
    drawUsageChart(report.days, context),
    drawGroups(report, context),
    ...budgets,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}
