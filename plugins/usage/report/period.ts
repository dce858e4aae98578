import { UsageError } from 'wooster';

/** From its first millisecond to the one after its last, milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A period of calls; without a bound it is open on that side. */
interface Period {
  readonly from?: number;
  readonly to?: number;
}

const FORMS = 'write 7d, 24h, 4w, today, yesterday, week, month, year, all, 2026-03 or 2026-03-01';
const HOUR_MS = 3_600_000;

/** Days of this machine's calendar: a day may have 23 or 25 hours. */
function days(first: Date, count: number): Span {
  const [year, month, day] = [first.getFullYear(), first.getMonth(), first.getDate()];
  return { from: new Date(year, month, day).getTime(), to: new Date(year, month, day + count).getTime() };
}

function daysAgo(now: Date, count: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - count);
}

function months(year: number, month: number, count: number): Span {
  return { from: new Date(year, month, 1).getTime(), to: new Date(year, month + count, 1).getTime() };
}

function namedSpan(word: string, now: Date): Span | undefined {
  if (word === 'today') return days(now, 1);
  if (word === 'yesterday') return days(daysAgo(now, 1), 1);
  // Weeks begin on Monday, as budgets have it.
  if (word === 'week') return days(daysAgo(now, (now.getDay() + 6) % 7), 7);
  if (word === 'month') return months(now.getFullYear(), now.getMonth(), 1);
  return word === 'year' ? months(now.getFullYear(), 0, 12) : undefined;
}

/** `7d` is today and the six days before it; `24h` is to the hour. */
function countedSpan(word: string, now: Date): Span | undefined {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(word) ?? [];
  if (count === undefined || Number(count) === 0) return undefined;
  if (unit === 'h') return { from: now.getTime() - Number(count) * HOUR_MS, to: now.getTime() };
  return days(daysAgo(now, Number(count) * (unit === 'w' ? 7 : 1) - 1), 1);
}

function datedSpan(word: string): Span | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(word) ?? [];
  if (year === undefined || month === undefined) {
    const at = /^\d{4}-\d{2}-\d{2}T/i.test(word) ? Date.parse(word) : Number.NaN;
    return Number.isNaN(at) ? undefined : { from: at, to: at };
  }
  const first = new Date(Number(year), Number(month) - 1, Number(day ?? 1));
  // A day that the month does not have becomes one of the next.
  if (first.getMonth() !== Number(month) - 1) return undefined;
  return day === undefined ? months(first.getFullYear(), first.getMonth(), 1) : days(first, 1);
}

function readSpan(word: string, option: string, now: Date): Span {
  const text = word.trim().toLowerCase();
  const span = namedSpan(text, now) ?? countedSpan(text, now) ?? datedSpan(text);
  if (span === undefined) throw new UsageError(`--${option} ${word} is no time: ${FORMS}`);
  return span;
}

/**
 * The period that two words name: `since` from its beginning, `until` to its end, so that `--until 2026-03-31` has all of
 * that day. UsageError for a word that names no time, and for a period that ends before it begins.
 */
export function readPeriod(since: string, until: string | undefined, nowMs: number): Period {
  const now = new Date(nowMs);
  const from = since.trim().toLowerCase() === 'all' ? undefined : readSpan(since, 'since', now).from;
  const to = until === undefined ? undefined : readSpan(until, 'until', now).to;
  if (from !== undefined && from >= (to ?? Infinity)) {
    throw new UsageError(`--since ${since} is not before --until ${until}: nothing lies between`);
  }
  return { from, to };
}
