import { style, wrapText, type RenderContext } from 'wooster';
import type { UsageReport } from '../usage-schema.ts';
import { countOf, formatCount, formatRate, formatShare, formatTime, joinParts } from './figures.ts';
import { alignMoney, decimalsFor } from './money-column.ts';

const LABEL = 10;

function spending({ total, groups }: UsageReport): string[] {
  const { spentUsd, unknownCostCalls } = total;
  // As precise as the table, so that its sum is this figure.
  const written = alignMoney([spentUsd], decimalsFor(groups.map((group) => group.spentUsd))).total;
  if (unknownCostCalls === 0) return [`${written} USD`];
  return [
    `${written} USD`,
    `and ${countOf(unknownCostCalls, 'call')} of unknown cost`,
    'whose price providers.<id>.prices can tell',
  ];
}

function reserved({ total: { reservedUsd, open } }: UsageReport): string[] {
  return reservedUsd > 0 ? [`${alignMoney([reservedUsd]).total} USD by ${countOf(open, 'call')} under way`] : [];
}

function saved({ savings, compareProblem }: UsageReport): string[] {
  if (savings === undefined) return compareProblem === undefined ? [] : [compareProblem];
  if (savings.inputTokens + savings.outputTokens === 0) return [];
  const asOf = savings.asOf === undefined ? '' : ` of ${savings.asOf}`;
  const written = alignMoney([savings.usd]).total;
  return [`${written} USD by local models against ${savings.model} (prices${asOf}: ${savings.source})`];
}

function calls({ total, shares }: UsageReport): string[] {
  return [
    `${formatCount(total.calls)}: ${formatShare(shares.local)} local`,
    `${formatShare(shares.cache)} from the cache`,
    total.failed === 0 ? 'none failed' : `${formatCount(total.failed)} failed (${formatShare(shares.failed)})`,
    ...(total.cancelled > 0 ? [`${formatCount(total.cancelled)} cancelled`] : []),
    ...(total.open > 0 ? [`${formatCount(total.open)} under way`] : []),
  ];
}

function tokens({ total }: UsageReport): string[] {
  const estimated = total.estimatedCalls === 0 ? [] : [`estimated in ${countOf(total.estimatedCalls, 'call')}`];
  return [`${formatCount(total.inputTokens)} in`, `${formatCount(total.outputTokens)} out`, ...estimated];
}

function speed({ total }: UsageReport): string[] {
  const { medianMs, p95Ms, medianFirstTokenMs, tokensPerSecond } = total;
  if (medianMs === undefined) return [];
  return [
    `median ${formatTime(medianMs)}`,
    `95 % within ${formatTime(p95Ms)}`,
    ...(medianFirstTokenMs === undefined ? [] : [`first token ${formatTime(medianFirstTokenMs)}`]),
    ...(tokensPerSecond === undefined ? [] : [`${formatRate(tokensPerSecond)} tokens/s`]),
  ];
}

const LINES: readonly (readonly [label: string, parts: (report: UsageReport) => string[]])[] = [
  ['spent', spending],
  ['reserved', reserved],
  ['saved', saved],
  ['calls', calls],
  ['tokens', tokens],
  ['speed', speed],
];

/** The sums of the period, each with its label; long ones go on below themselves. */
export function drawTotals(report: UsageReport, { width, hasColor }: RenderContext): string[] {
  const room = Math.max(20, width - LABEL);
  return LINES.flatMap(([label, partsOf]) => {
    const parts = partsOf(report);
    if (parts.length === 0) return [];
    const text = wrapText(joinParts(parts, room), room).replaceAll('\n', `\n${' '.repeat(LABEL)}`);
    return [style(label, 'bold', hasColor) + ' '.repeat(LABEL - label.length) + text];
  });
}
