/** A wait of more than a day is a mistake or a price list, not a wait; nobody sits it out. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};

const PIECE = /(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|us|µs|ns|h|m|s))+$/;

/** The three forms of a date in HTTP (RFC 9110, 5.6.7); a parser left to itself reads a year in `-5`. */
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/** A wait in whole milliseconds; undefined for one that is negative, no number, or longer than a day. */
export function boundWait(ms: number | undefined): number | undefined {
  if (ms === undefined || !Number.isFinite(ms) || ms < 0 || ms > LONGEST_WAIT_MS) return undefined;
  return Math.ceil(ms);
}

/** Milliseconds of a duration such as `6m0s`, `1.5s`, `250ms`; undefined for any other text. */
export function parseDuration(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  if (trimmed === undefined || !WHOLE.test(trimmed)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of trimmed.matchAll(PIECE)) ms += Number(amount) * UNIT_MS[unit!]!;
  return boundWait(ms);
}

/** A number that is not negative, with or without a fraction; undefined for any other text. */
export function parseAmount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** Milliseconds since 1970 of a date as HTTP writes it; its oldest form names no zone and means GMT. */
export function parseHttpDate(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  if (trimmed === undefined || !HTTP_DATE.test(trimmed)) return undefined;
  const at = Date.parse(/(?:gmt|utc|[+-]\d{4})$/i.test(trimmed) ? trimmed : `${trimmed} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/** Milliseconds since 1970 of a date of RFC 3339 (`2026-11-21T12:00:10Z`). */
export function parseTimestamp(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  if (trimmed === undefined || !/^\d{4}-\d\d-\d\dT.*(?:z|[+-]\d\d:\d\d)$/i.test(trimmed)) return undefined;
  const at = Date.parse(trimmed);
  return Number.isNaN(at) ? undefined : at;
}
