import { describe, expect, test } from '@jest/globals';
import { classifyFault } from '../../../../src/kernel/http/faults/classify-fault.ts';
import { readErrorText } from '../../../../src/kernel/http/faults/error-body.ts';
import { readRetryAfter } from '../../../../src/kernel/http/faults/retry-after.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
type Row = [Record<string, string>, number | undefined];

const told = (body: unknown, retryAfterMs?: number): unknown => {
  const error = readErrorText(JSON.stringify(body));
  return classifyFault({ provider: 'p', address: 'a', operation: 'chat', status: 429, error, retryAfterMs });
};
const google = (retryDelay: unknown): unknown => ({
  error: {
    code: 429,
    message: 'Resource has been exhausted',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.Help' }, { retryDelay }],
  },
});

describe('the wait in the headers of a reply', () => {
  test.each<Row>([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': ' 3 ' }, 3000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0.0001' }, 1],
    [{ 'retry-after': '86400' }, 86_400_000],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after-ms': '250.5' }, 251],
    [{ 'x-ms-retry-after-ms': '750' }, 750],
    [{ 'retry-after-ms': 'soon', 'retry-after': '9' }, 9000],
    [{ 'retry-after-ms': '86400001' }, undefined],
    [{ 'retry-after-ms': '-1' }, undefined],
    [{}, undefined],
  ])('is read from %j', (headers, expected) => {
    expect(readRetryAfter(headers, NOON)).toBe(expected);
  });

  test.each<Row>([
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:10 GMT' }, 10_000],
    [{ 'retry-after': 'Saturday, 21-Nov-26 12:00:10 GMT' }, 10_000],
    [{ 'retry-after': 'Sat Nov 21 12:00:10 2026' }, 10_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:00 GMT' }, 0],
  ])('is read from each form of a date: %j', (headers, expected) => {
    expect(readRetryAfter(headers, NOON)).toBe(expected);
  });

  test("of a date counts from the reply's own date, however wrong our clock", () => {
    const headers = { date: 'Sat, 21 Nov 2026 12:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' };
    for (const skewMs of [-7_200_000, 0, 31_000, 400 * 86_400_000]) {
      expect(readRetryAfter(headers, NOON + skewMs)).toBe(30_000);
    }
    expect(readRetryAfter({ ...headers, date: 'yesterday' }, NOON)).toBe(30_000);
  });

  test.each([
    '-5',
    '-0.5',
    'soon',
    '',
    '1e3',
    '0x10',
    'NaN',
    '86401',
    '999999999999999999999',
    '12 seconds',
    'Sat, 21 Nov 2026 11:00:00 GMT',
    'Mon, 23 Nov 2026 12:00:00 GMT',
    'Sat, 99 Foo 2026',
  ])('is none when it is past, absurd or unreadable: %j', (text) => {
    expect(readRetryAfter({ 'retry-after': text }, NOON)).toBeUndefined();
  });
});

describe('the resets of a vendor', () => {
  test.each<Row>([
    [{ 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '250ms' }, 1000],
    [{ 'x-ratelimit-reset-tokens': '1h2m3.5s' }, 3_723_500],
    [{ 'x-ratelimit-reset-tokens': '2m59.56s' }, 179_560],
    [{ 'x-ratelimit-reset-tokens': '-1s' }, undefined],
    [{ 'x-ratelimit-reset-tokens': '48h0m0s' }, undefined],
    [{ 'x-ratelimit-reset-tokens': 'later' }, undefined],
    [{ 'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:20Z' }, 20_000],
    [{ 'anthropic-ratelimit-input-tokens-reset': '2026-11-21T13:00:20+01:00' }, 20_000],
    [{ 'anthropic-ratelimit-tokens-reset': '2026-11-21T11:59:00Z' }, undefined],
    [{ 'retry-after': '2', 'x-ratelimit-reset-requests': '6m0s' }, 2000],
  ])('are read from %j', (headers, expected) => {
    expect(readRetryAfter(headers, NOON, 429)).toBe(expected);
  });

  test('count for what is used up, not for what is left', () => {
    const headers = {
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '6m0s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1.2s',
    };
    expect(readRetryAfter(headers, NOON, 429)).toBe(1200);
    expect(readRetryAfter({ ...headers, 'x-ratelimit-remaining-tokens': '7' }, NOON, 429)).toBeUndefined();
  });

  test("count from the reply's own date", () => {
    const headers = {
      date: 'Sat, 21 Nov 2026 12:00:00 GMT',
      'anthropic-ratelimit-output-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-21T12:00:05.5Z',
    };
    expect(readRetryAfter(headers, NOON + 3_600_000, 429)).toBe(5500);
  });

  test('are on every reply, and ask for nothing unless it is a 429', () => {
    expect(readRetryAfter({ 'x-ratelimit-reset-requests': '6m0s' }, NOON, 503)).toBeUndefined();
    expect(readRetryAfter({ 'x-ratelimit-reset-requests': '6m0s' }, NOON)).toBeUndefined();
  });
});

describe('the wait in the body of a reply', () => {
  test.each([
    [google('34s'), 34_000],
    [google('0.847655010s'), 848],
    [[google('34s')], 34_000],
    [google('-3s'), undefined],
    [google('90000s'), undefined],
    [google(34), undefined],
    [{ error: { message: 'Rate limit reached for m. Please try again in 1.5s. Visit https://a.test' } }, 1500],
    [{ error: { message: 'Rate limit reached. Please try again in 20ms.' } }, 20],
    [{ error: { message: 'Rate limit reached. Please try again in 7m12s.' } }, 432_000],
    [{ error: { message: 'Please try again in a while' } }, undefined],
    [{ error: 'Model is overloaded', error_type: 'Overloaded' }, undefined],
  ])('of %j is %j ms', (body, retryAfterMs) => {
    expect(told(body)).toMatchObject({ code: 'E_RATE_LIMITED', retryAfterMs });
  });

  test('gives way to the headers', () => {
    expect(told(google('34s'), 2000)).toMatchObject({ retryAfterMs: 2000 });
  });
});
