import { describeUsd, style, type BudgetStatus, type RenderContext } from 'wooster';
import { gauge } from './bar.ts';
import { formatMoment, formatShare, joinParts } from './figures.ts';

const GAUGE = 10;

function usedShare({ cap, spentUsd, reservedUsd }: BudgetStatus): number {
  return cap.limitUsd > 0 ? (spentUsd + reservedUsd) / cap.limitUsd : 1;
}

function colorOf(share: number): 'green' | 'yellow' | 'red' {
  if (share >= 1) return 'red';
  return share >= 0.8 ? 'yellow' : 'green';
}

function describe(status: BudgetStatus): string[] {
  const { cap, spentUsd, reservedUsd, leftUsd, resetsAt } = status;
  return [
    `${describeUsd(spentUsd)} of ${describeUsd(cap.limitUsd)} USD`,
    ...(reservedUsd > 0 ? [`${describeUsd(reservedUsd)} reserved`] : []),
    `${describeUsd(leftUsd)} left`,
    resetsAt === undefined ? 'never resets' : `resets ${formatMoment(resetsAt)}`,
  ];
}

/** Each budget with what is spent, reserved and left, and when it begins anew; figures go below where the terminal is narrow. */
export function drawBudgets(budgets: readonly BudgetStatus[], { width, hasColor }: RenderContext): string[] {
  const nameWidth = Math.max(...budgets.map(({ cap }) => cap.id.length));
  const heads = budgets.map((status) => {
    const share = usedShare(status);
    const drawn = style(gauge(share, GAUGE, !hasColor), colorOf(share), hasColor);
    return `${status.cap.id.padEnd(nameWidth)}  ${drawn} ${formatShare(share).padStart(5)}`;
  });
  const beside = budgets.map((status) => joinParts(describe(status), width - nameWidth - GAUGE - 10));
  if (!beside.some((text) => text.includes('\n'))) return heads.map((head, place) => `${head}  ${beside[place]}`);
  return budgets.flatMap((status, place) => {
    const below = joinParts(describe(status), width - 2).split('\n');
    return [heads[place]!, ...below.map((line) => `  ${line}`)];
  });
}
