import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ERROR_TABLE, ProviderError } from '../../../src/index.ts';
import type { ErrorCode } from '../../../src/index.ts';
import { execute } from '../doubles/execution-rig.ts';
import type { ExecutionScript, LinkScript, RunLine } from '../doubles/execution-rig.ts';

const MAX_RETRIES = 1;

/** Limits and waits so short that hundreds of executions take seconds. */
const LIMITS = { connectMs: 20, loadMs: 10, firstTokenMs: 20, idleMs: 15, totalMs: 40 };

/** What a law does not look at: how the scheduler of a busy machine delays a timer. */
const SLACK_MS = 400;

/** After these no other attempt follows. */
const FINAL: ReadonlySet<string> = new Set(['answered', 'interrupted', 'cancelled']);

type End =
  { readonly kind: 'whole' } | { readonly kind: 'hang' } | { readonly kind: 'error'; readonly code: ErrorCode };

interface CallPlan {
  readonly thoughts: number;
  readonly pieces: number;
  readonly end: End;
}

const anyEnd: fc.Arbitrary<End> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'whole' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hang' } as const) },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(...(Object.keys(ERROR_TABLE) as ErrorCode[]))
      .map((code) => ({ kind: 'error', code }) as const),
  },
);

const anyCall: fc.Arbitrary<CallPlan> = fc.record({
  thoughts: fc.nat({ max: 2 }),
  pieces: fc.nat({ max: 3 }),
  end: anyEnd,
});

function linesOf(id: string, call: number, plan: CallPlan): RunLine[] {
  const thoughts = Array.from({ length: plan.thoughts }, (_, at) => ({ think: `${id}${call}.${at}` }));
  const pieces = Array.from({ length: plan.pieces }, (_, at) => ({ say: `${id}${call}:${at}` }));
  const end: RunLine[] =
    plan.end.kind === 'whole'
      ? []
      : [plan.end.kind === 'hang' ? { hang: true } : { error: new ProviderError(plan.end.code, 'as the script says') }];
  return [...thoughts, ...pieces, ...end];
}

const anyLink = fc.record({
  plans: fc.array(anyCall, { minLength: 1, maxLength: 3 }),
  server: fc.constantFrom('s', 't', undefined),
  locality: fc.constantFrom('local' as const, 'cloud' as const),
  contextTokens: fc.constantFrom(undefined, 1_000, 8_000),
  state: fc.constantFrom('ready' as const, 'unknown' as const, 'busy' as const, 'loading' as const, 'down' as const),
  isResting: fc.boolean(),
});

function seldom<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

const anyScript: fc.Arbitrary<ExecutionScript> = fc
  .record({
    links: fc.array(anyLink, { minLength: 1, maxLength: 4 }),
    isWhole: fc.boolean(),
    neededTokens: fc.constantFrom(undefined, 4_000),
    abortAfterItems: seldom(fc.nat({ max: 4 })),
    leaveAfterItems: seldom(fc.integer({ min: 1, max: 4 })),
  })
  .map(({ links, ...rest }) => ({
    ...rest,
    limits: LIMITS,
    failover: { maxRetries: MAX_RETRIES },
    links: links.map(({ plans, server, ...link }, index): LinkScript => {
      const id = String.fromCodePoint(97 + index);
      const run = (call: number) => linesOf(id, call, plans[(call - 1) % plans.length]!);
      return { ...link, id, server, run };
    }),
  }));

type Seen = Awaited<ReturnType<typeof execute>>;

/** Executes many scripts at once and checks each, so that their waits overlap. */
async function forAll(check: (script: ExecutionScript, seen: Seen) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(anyScript, { minLength: 12, maxLength: 12 }), async (scripts) => {
      const all = await Promise.all(scripts.map(async (script) => [script, await execute(script)] as const));
      for (const [script, seen] of all) check(script, seen);
    }),
    { numRuns: 25, endOnFailure: true },
  );
}

describe('for any chain of targets that do anything, aborted or left at any item', () => {
  test('the chain ends: no link is asked oftener than its retries, its questions while loading and its return allow', async () => {
    await forAll(({ links }, { asked }) => {
      const times = new Map<string, number>();
      for (const id of asked.split(' ')) times.set(id, (times.get(id) ?? 0) + 1);
      // Within a load limit of 10 ms a loading model is asked twice more at most, and may be returned to once.
      expect(Math.max(...times.values())).toBeLessThanOrEqual(1 + MAX_RETRIES + 2 + 1);
      expect([...times.keys()].every((id) => id === '' || links.some((link) => link.id === id))).toBe(true);
    });
  });

  test('each attempt has one record, which ends once, and one mark of health', async () => {
    await forAll((_script, { asked, attempts, marks }) => {
      expect(attempts.map(({ ref }) => ref.slice(0, ref.indexOf(':'))).join(' ')).toBe(asked);
      expect(attempts.map(({ ordinal }) => ordinal)).toEqual(attempts.map((_, index) => index));
      expect(attempts.every(({ outcome, totalMs }) => outcome !== 'running' && totalMs !== undefined)).toBe(true);
      expect(new Set(attempts.map(({ id }) => id)).size).toBe(attempts.length);
      expect(marks.map(({ targetId }) => targetId)).toEqual(attempts.map(({ targetId }) => targetId));
    });
  });

  test('every execution ends with exactly one outcome', async () => {
    await forAll(({ leaveAfterItems }, { attempts, error, items }) => {
      const last = attempts.at(-1)?.outcome;
      const hasLeft = items.length === leaveAfterItems && error === undefined;
      if (hasLeft) expect(['cancelled', 'answered']).toContain(last);
      else if (error === undefined) expect(last).toBe('answered');
      else expect(last).not.toBe('answered');
      expect(attempts.slice(0, -1).some(({ outcome }) => FINAL.has(outcome))).toBe(false);
      if (error !== undefined) expect(Object.keys(ERROR_TABLE)).toContain(error.code);
    });
  });

  test('what was shown is of one answer from its start, or is marked as broken off; of a plain call it is the whole', async () => {
    await forAll(({ links, isWhole, leaveAfterItems }, { said, items, attempts, error }) => {
      const last = attempts.at(-1);
      const id = said[0]?.[0];
      if (said.length > 0) {
        expect(last?.ref).toBe(`${id}:m`);
        const call = Number(said[0]?.slice(1, said[0].indexOf(':')));
        const whole = links.find((link) => link.id === id)!.run(call);
        const pieces = whole.flatMap((line) => ('say' in line ? [line.say] : []));
        expect(said).toEqual(pieces.slice(0, said.length));
        const isBrokenOff = said.length < pieces.length || error !== undefined;
        if (isBrokenOff && leaveAfterItems === undefined) {
          expect(['interrupted', 'cancelled']).toContain(last?.outcome);
          expect(error).toBeDefined();
        }
      }
      const shown = items.map((item) => JSON.stringify(item));
      expect(new Set(shown).size).toBe(shown.length);
      if (isWhole === true && error !== undefined && error.code !== 'E_CANCELLED') expect(items).toEqual([]);
    });
  });

  test('nothing takes longer than the limits of its attempts and the waits between them', async () => {
    await forAll(({ links }, { asked, tookMs }) => {
      const attempts = asked.split(' ').length;
      // Between two attempts 60 ms at most are paused: the delay before a retry; waits have caps of 40 ms and 10 ms.
      expect(tookMs).toBeLessThan(attempts * (LIMITS.totalMs + 60) + links.length + SLACK_MS);
    });
  });
});
