import { boundWait, parseAmount, parseDuration, parseHttpDate, parseTimestamp } from './wait-text.ts';

type Headers = Readonly<Record<string, string>>;

/** One allowance of a vendor: what is left of it, and how long until it is full again. */
interface Allowance {
  readonly remaining: number | undefined;
  readonly resetMs: number | undefined;
}

/**
 * The wait a server asks for, in whole milliseconds: `retry-after-ms`, `x-ms-retry-after-ms`, `Retry-After` in seconds or
 * as a date; under a status of 429 also the resets of OpenAI (`x-ratelimit-reset-*: 6m0s`) and of Anthropic
 * (`anthropic-ratelimit-*-reset`, RFC 3339). A date is measured from the reply's own `Date`, so that a clock of ours that
 * is wrong does no harm. What is negative, unreadable or more than a day counts as not said.
 */
export function readRetryAfter(headers: Headers, nowMs: number, status?: number): number | undefined {
  const sentAtMs = parseHttpDate(headers.date) ?? nowMs;
  return (
    boundWait(parseAmount(headers['retry-after-ms'])) ??
    boundWait(parseAmount(headers['x-ms-retry-after-ms'])) ??
    readStandard(headers['retry-after'], sentAtMs) ??
    (status === 429 ? readResets(headers, sentAtMs) : undefined)
  );
}

function readStandard(text: string | undefined, sentAtMs: number): number | undefined {
  const seconds = parseAmount(text);
  if (seconds !== undefined) return boundWait(seconds * 1000);
  const at = parseHttpDate(text);
  return at === undefined ? undefined : boundWait(at - sentAtMs);
}

/**
 * A reset tells when an allowance is full again, which of one that is not used up says nothing of this call: it counts
 * where nothing remains, or where what remains is not told.
 */
function readResets(headers: Headers, sentAtMs: number): number | undefined {
  const allowances = [...openAIAllowances(headers), ...anthropicAllowances(headers, sentAtMs)];
  const spent = allowances.filter(({ remaining }) => remaining === 0);
  const counted = spent.length > 0 ? spent : allowances.filter(({ remaining }) => remaining === undefined);
  const waits = counted.flatMap(({ resetMs }) => (resetMs === undefined ? [] : [resetMs]));
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function openAIAllowances(headers: Headers): Allowance[] {
  return ['requests', 'tokens'].map((kind) => ({
    remaining: parseAmount(headers[`x-ratelimit-remaining-${kind}`]),
    resetMs: parseDuration(headers[`x-ratelimit-reset-${kind}`]),
  }));
}

function anthropicAllowances(headers: Headers, sentAtMs: number): Allowance[] {
  return ['requests', 'tokens', 'input-tokens', 'output-tokens'].map((kind) => {
    const resetAt = parseTimestamp(headers[`anthropic-ratelimit-${kind}-reset`]);
    return {
      remaining: parseAmount(headers[`anthropic-ratelimit-${kind}-remaining`]),
      resetMs: resetAt === undefined ? undefined : boundWait(resetAt - sentAtMs),
    };
  });
}
