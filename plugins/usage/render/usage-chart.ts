import { style, type RenderContext, type UsageSummary } from 'wooster';
import { bar } from './bar.ts';
import { formatCount } from './figures.ts';
import { alignMoney } from './money-column.ts';

/** What was spent and called in a day, a week or a month. */
interface Bucket {
  readonly label: string;
  readonly usd: number;
  readonly calls: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS_SHOWN = 31;
const WEEKS_SHOWN = 26;
const DAY_MS = 86_400_000;

/** The calendar day of a key as a day of UTC, in which every day is as long. */
function toDay(key: string): Date {
  return new Date(`${key}T00:00:00Z`);
}

function shift(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}

function dayLabel(date: Date): string {
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, '0')}`;
}

function monday(date: Date): Date {
  return shift(date, -((date.getUTCDay() + 6) % 7));
}

function firstOfMonth(date: Date): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
}

/** Days, weeks from Monday, or months, whichever there are few enough of to be seen at once. */
function scaleFor(days: number): { readonly unit: string; readonly startOf: (date: Date) => Date } {
  if (days <= DAYS_SHOWN) return { unit: 'day', startOf: (date) => date };
  return days <= WEEKS_SHOWN * 7 ? { unit: 'week from', startOf: monday } : { unit: 'month', startOf: firstOfMonth };
}

/** Every day from the first with calls to the last, those without calls too, joined to as many as can be shown. */
function toBuckets(days: readonly UsageSummary[]): { readonly unit: string; readonly buckets: readonly Bucket[] } {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return { unit: 'day', buckets: [] };
  const begin = toDay(first.key);
  const count = Math.round((toDay(last.key).getTime() - begin.getTime()) / DAY_MS) + 1;
  const { unit, startOf } = scaleFor(count);
  const known = new Map(days.map((day) => [day.key, day]));
  const sums = new Map<string, Bucket>();
  for (let place = 0; place < count; place += 1) {
    const date = shift(begin, place);
    const start = startOf(date);
    const label = unit === 'month' ? start.toISOString().slice(0, 7) : dayLabel(start);
    const key = start.toISOString();
    const day = known.get(date.toISOString().slice(0, 10));
    const sum = sums.get(key) ?? { label, usd: 0, calls: 0 };
    sums.set(key, { label, usd: sum.usd + (day?.spentUsd ?? 0), calls: sum.calls + (day?.calls ?? 0) });
  }
  return { unit, buckets: [...sums.values()] };
}

/** One measure of the chart: its figures on the right of their column, its bars beside them. */
interface Measure {
  readonly title: string;
  readonly figures: readonly string[];
  readonly values: readonly number[];
  readonly color: 'cyan' | 'green';
}

function drawMeasure({ title, figures, values, color }: Measure, width: number, hasColor: boolean): string[] {
  const figureWidth = Math.max(title.length, ...figures.map(({ length }) => length));
  const most = Math.max(...values);
  const barWidth = Math.max(4, width - figureWidth - 1);
  const head = style(title.padStart(figureWidth), 'bold', hasColor) + ' '.repeat(barWidth + 1);
  const rows = values.map((value, place) => {
    const drawn = bar(most > 0 ? value / most : 0, barWidth, !hasColor);
    const rest = ' '.repeat(barWidth - drawn.length);
    return `${(figures[place] ?? '').padStart(figureWidth)} ${style(drawn, color, hasColor)}${rest}`;
  });
  return [head, ...rows];
}

const GAP = '  ';

/** Bars of spending and calls over time, within the width; spending is left out where nothing was spent. Empty for less than two days. */
export function drawUsageChart(days: readonly UsageSummary[], { width, hasColor }: RenderContext): string {
  const { unit, buckets } = toBuckets(days);
  if (buckets.length < 2) return '';
  const labels = [unit, ...buckets.map(({ label }) => label)];
  const labelWidth = Math.max(...labels.map(({ length }) => length));
  const amounts = buckets.map(({ usd }) => usd);
  const counts = buckets.map(({ calls }) => calls);
  const figures = alignMoney(amounts).parts.map((figure, place) => (amounts[place] === 0 ? '0' : figure));
  const spending = { title: 'USD', figures, values: amounts, color: 'cyan' } as const;
  const calling = { title: 'calls', figures: counts.map(formatCount), values: counts, color: 'green' } as const;
  const measures: Measure[] = amounts.some((usd) => usd > 0) ? [spending, calling] : [calling];
  const each = Math.floor((width - labelWidth) / measures.length) - GAP.length;
  const columns = measures.map((measure) => drawMeasure(measure, each, hasColor));
  const lines = labels.map((label, place) => {
    const written = place === 0 ? style(label.padEnd(labelWidth), 'bold', hasColor) : label.padEnd(labelWidth);
    return [written, ...columns.map((column) => column[place])].join(GAP).trimEnd();
  });
  return lines.join('\n');
}
