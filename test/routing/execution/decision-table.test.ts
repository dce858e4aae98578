import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  BusyError,
  CancelledError,
  CapabilityError,
  CircuitOpenError,
  ContentFilteredError,
  InterruptedStreamError,
  MalformedReplyError,
  MissingDependencyError,
  ModelLoadingError,
  ModelNotFoundError,
  ProviderAuthError,
  ProviderCreditError,
  ProviderRejectedError,
  ProviderServerError,
  ProviderTimeoutError,
  ProviderUnreachableError,
  RateLimitedError,
} from '../../../src/index.ts';
import type { WoosterError } from '../../../src/index.ts';
import { answering, execute as executeScript, failing, type ExecutionScript } from '../doubles/execution-rig.ts';

/** One row of the table of decisions: what is thrown, and which links are then asked, in order. */
interface Row {
  readonly failure: string;
  readonly errors: readonly WoosterError[];
  /** With no other link. */
  readonly alone: string;
  /** With another that is well, of the same locality. */
  readonly besideWell: string;
  /** With another that is well, of the other locality. */
  readonly besideCloud: string;
  /** With another that is busy. */
  readonly besideBusy: string;
  /** With no retries configured, alone and beside one that is busy. */
  readonly withoutRetries: readonly [alone: string, besideBusy: string];
  /** What the caller of a stream gets after output. */
  readonly afterOutput: 'interruption' | 'itself';
}

const ONCE = {
  alone: 'a a',
  besideWell: 'a b',
  besideCloud: 'a b',
  besideBusy: 'a a b',
  withoutRetries: ['a', 'a b'],
  afterOutput: 'interruption',
} as const;

const NEVER_AGAIN = { ...ONCE, alone: 'a', besideBusy: 'a b' } as const;

const NOTHING_FOLLOWS = {
  alone: 'a',
  besideWell: 'a',
  besideCloud: 'a',
  besideBusy: 'a',
  withoutRetries: ['a', 'a'],
  afterOutput: 'itself',
} as const;

const timeOut = (phase: ProviderTimeoutError['phase']) => new ProviderTimeoutError('late', { phase, limitMs: 1 });
const statuses = (...each: number[]) => each.map((status) => new ProviderServerError('failed', { status }));
const told = (...each: number[]) => each.map((status) => new ProviderRejectedError('no', { status }));

const ROWS: readonly Row[] = [
  { failure: 'refused, not resolved, reset, no TLS', errors: [new ProviderUnreachableError('refused')], ...ONCE },
  {
    failure: 'a time-out',
    errors: (['connect', 'load', 'first-token', 'idle', 'throughput', 'total'] as const).map(timeOut),
    ...NEVER_AGAIN,
  },
  {
    failure: 'the model is loading',
    errors: [new ModelLoadingError('loading')],
    // Asked at 0 ms, at 150 ms, and when the load limit of 200 ms is reached.
    alone: 'a a a',
    besideWell: 'a b',
    besideCloud: 'a a a b',
    besideBusy: 'a a a b',
    withoutRetries: ['a a a', 'a a a b'],
    afterOutput: 'interruption',
  },
  {
    failure: 'a rate limit, a full queue',
    errors: [new RateLimitedError('slow', { retryAfterMs: 5 }), new BusyError('full', { retryAfterMs: 5 })],
    ...ONCE,
    alone: 'a a a',
    besideBusy: 'a a a b',
  },
  {
    failure: 'a rate limit, a full queue, for longer than the cap',
    errors: [new RateLimitedError('slow', { retryAfterMs: 31_000 }), new BusyError('full', { retryAfterMs: 31_000 })],
    ...NEVER_AGAIN,
  },
  { failure: '500, 502, 503, 504, 529', errors: statuses(500, 502, 503, 504, 529), ...ONCE },
  { failure: '401, 402, 403', errors: [new ProviderAuthError('no'), new ProviderCreditError('no')], ...NEVER_AGAIN },
  { failure: '404 of a model', errors: [new ModelNotFoundError('no such model')], ...NEVER_AGAIN },
  { failure: '400, 413, 422 of our making', errors: told(400, 413, 422), ...NOTHING_FOLLOWS },
  { failure: 'content filtered', errors: [new ContentFilteredError('withheld')], ...NOTHING_FOLLOWS },
  {
    failure: 'cannot do it',
    errors: [
      new CapabilityError('no tools', { capability: 'tools' }),
      new MissingDependencyError('no engine', { dependency: 'engine', install: 'install it' }),
      new CircuitOpenError('rests'),
    ],
    ...NEVER_AGAIN,
  },
  {
    failure: 'malformed reply, missing end marker',
    errors: [new MalformedReplyError('no JSON'), new InterruptedStreamError('no end marker')],
    ...ONCE,
  },
  { failure: 'the abort of the caller', errors: [new CancelledError()], ...NOTHING_FOLLOWS },
];

/** A plain call, a stream, and a stream of tool calls are told apart by what comes before the failure. */
const SHAPES = [
  { shape: 'plain, before output', isWhole: true, before: [] },
  { shape: 'plain, after output', isWhole: true, before: [{ say: 'a0' }] },
  { shape: 'stream, before output', isWhole: false, before: [] },
] as const;

// How often a loading model is asked depends on the time: the clock of these tests is moved by their timers alone.
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

async function execute(script: ExecutionScript) {
  const executed = executeScript(script);
  await jest.runAllTimersAsync();
  return executed;
}

describe.each(ROWS)('after $failure', ({ errors, ...row }) => {
  const cells = errors.flatMap((error) => SHAPES.map((shape) => ({ error, ...shape })));

  test.each([
    ['alone', row.alone, [], {}],
    ['beside another that is well', row.besideWell, [answering()], {}],
    ['beside a cloud', row.besideCloud, [answering({ locality: 'cloud' })], {}],
    ['beside another that is busy', row.besideBusy, [answering({ state: 'busy' })], {}],
    ['alone, without retries', row.withoutRetries[0], [], { maxRetries: 0 }],
    [
      'beside one that is busy, without retries',
      row.withoutRetries[1],
      [answering({ state: 'busy' })],
      { maxRetries: 0 },
    ],
  ] as const)('%s: %s', async (_situation, expected, others, failover) => {
    const seen = await Promise.all(
      cells.map(async ({ error, isWhole, before, shape }) => {
        const {
          asked,
          error: thrown,
          said,
        } = await execute({
          links: [failing(error, before), ...others],
          isWhole,
          failover,
        });
        return { shape, asked, code: thrown?.code, said };
      }),
    );
    const doesAnswer = expected.endsWith('b');
    expect(seen).toEqual(
      cells.map(({ error, shape }) => ({
        shape,
        asked: expected,
        code: doesAnswer ? undefined : error.code,
        said: doesAnswer ? ['b0'] : [],
      })),
    );
  });

  test('in a stream after output, nothing follows and nothing is hidden', async () => {
    for (const error of errors) {
      const { asked, said, error: thrown } = await execute({ links: [failing(error, [{ say: 'a0' }]), answering()] });
      expect({ asked, said }).toEqual({ asked: 'a', said: ['a0'] });
      if (row.afterOutput === 'itself') expect(thrown).toBe(error);
      else expect(thrown).toMatchObject({ code: 'E_INTERRUPTED', details: { outputTokens: 1 }, cause: error });
    }
  });
});
