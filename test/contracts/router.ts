import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LOCAL_PRINCIPAL } from '../../src/index.ts';
import type { AttemptRecord, DecisionLog, ModelRouterService, RoutedOperation, RouteRequest } from '../../src/index.ts';

/** What one target does when it is asked: pieces of an answer, then perhaps an error of this code. */
export interface TargetScript {
  readonly pieces: number;
  readonly fails?: string;
}

/** A router over targets that follow the scripts in order of preference; all local. */
export interface RouterUnderTest {
  readonly router: ModelRouterService;
  readonly log: DecisionLog;
  dispose(): Promise<void>;
}

const REQUEST: RouteRequest = { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL };

/** What was seen of one execution. */
interface Seen {
  readonly items: string[];
  readonly error: { code?: string } | undefined;
  readonly told: AttemptRecord[];
}

async function execute(
  { router }: RouterUnderTest,
  operation: RoutedOperation<string>,
  signal: AbortSignal,
): Promise<Seen & { id: string }> {
  const decision = await router.decide(REQUEST, signal);
  const items: string[] = [];
  const told: AttemptRecord[] = [];
  const options = {
    parameters: {},
    principal: LOCAL_PRINCIPAL,
    signal,
    onAttempt: (attempt: AttemptRecord) => told.push(attempt),
  };
  try {
    for await (const item of router.execute(decision, operation, options)) items.push(item);
    return { items, told, error: undefined, id: decision.id };
  } catch (error) {
    return { items, told, error: error as { code?: string }, id: decision.id };
  }
}

/**
 * What every router owes. `make` gets the scripts and the codes it may fail with, and gives a router and the operation
 * that runs the scripts; an operation's items name their target, as `a0`, `a1`.
 */
export function testRouter(
  name: string,
  codes: readonly string[],
  make: (scripts: readonly TargetScript[]) => RouterUnderTest & { readonly operation: RoutedOperation<string> },
): void {
  const scripts = fc.array(
    fc.record({ pieces: fc.nat({ max: 3 }), fails: fc.option(fc.constantFrom(...codes), { nil: undefined }) }),
    { maxLength: 4 },
  );

  describe(`the router contract: ${name}`, () => {
    test('every execution ends with one outcome, and what was shown is of one model', async () => {
      await fc.assert(
        fc.asyncProperty(scripts, async (targets) => {
          const subject = make(targets);
          const { items, error, told, id } = await execute(subject, subject.operation, new AbortController().signal);
          const models = new Set(items.map((item) => item[0]));
          expect(models.size).toBeLessThanOrEqual(1);
          expect(items).toEqual([...new Set(items)]);
          const attempts = subject.log.get(id)?.attempts ?? [];
          const final = attempts.filter(({ outcome }) => outcome === 'answered' || outcome === 'interrupted');
          expect(final.length).toBeLessThanOrEqual(1);
          expect(error === undefined).toBe(attempts.at(-1)?.outcome === 'answered');
          expect(attempts.every(({ outcome, totalMs }) => outcome !== 'running' && totalMs !== undefined)).toBe(true);
          expect(attempts.map(({ ordinal }) => ordinal)).toEqual(attempts.map((_, index) => index));
          expect(told.filter(({ outcome }) => outcome !== 'running')).toEqual(attempts);
          await subject.dispose();
        }),
        { numRuns: 60 },
      );
    });

    test('each target is tried at most twice', async () => {
      await fc.assert(
        fc.asyncProperty(scripts, async (targets) => {
          const subject = make(targets);
          const { id } = await execute(subject, subject.operation, new AbortController().signal);
          const tries = new Map<string, number>();
          for (const { targetId } of subject.log.get(id)?.attempts ?? []) {
            tries.set(targetId, (tries.get(targetId) ?? 0) + 1);
          }
          expect(Math.max(0, ...tries.values())).toBeLessThanOrEqual(2);
          await subject.dispose();
        }),
        { numRuns: 60 },
      );
    });

    test('without a candidate, deciding is no error and executing is', async () => {
      const subject = make([]);
      const { error } = await execute(subject, subject.operation, new AbortController().signal);
      expect(error).toMatchObject({ code: 'E_NO_ROUTE' });
      await subject.dispose();
    });

    test('a decision is told to listeners once, and is in the log', async () => {
      const subject = make([{ pieces: 1 }]);
      const seen: string[] = [];
      const subscription = subject.router.onDecision(({ id }) => seen.push(id));
      const decision = await subject.router.decide(REQUEST, new AbortController().signal);
      await subscription.dispose();
      await subject.router.decide(REQUEST, new AbortController().signal);
      expect(seen).toEqual([decision.id]);
      expect(subject.log.get(decision.id)?.decision).toEqual(decision);
      await subject.dispose();
    });

    test('a target that keeps failing shows among the breakers, and a reset lets it be tried again', async () => {
      const subject = make([{ pieces: 0, fails: 'E_PROVIDER_SERVER' }, { pieces: 1 }]);
      const { signal } = new AbortController();
      expect(subject.router.breakers()).toEqual([]);
      const attempts = async () => (await execute(subject, subject.operation, signal)).told.length;
      for (let turn = 0; turn < 50 && subject.router.breakers()[0]?.state.kind !== 'open'; turn += 1) await attempts();
      const [breaker] = subject.router.breakers();
      expect(breaker).toMatchObject({ state: { kind: 'open' }, cause: { code: 'E_PROVIDER_SERVER' } });
      const { chain, rejected } = await subject.router.decide(REQUEST, signal);
      expect([chain.length, rejected.length]).toEqual([1, 1]);
      expect(subject.router.resetBreakers('nobody@127.0.0.1:1/m')).toBe(0);
      expect(subject.router.resetBreakers(breaker?.targetId)).toBe(1);
      expect(subject.router.breakers()).toEqual([]);
      expect((await subject.router.decide(REQUEST, signal)).chain).toHaveLength(2);
      await subject.dispose();
    });

    test('a strategy that does not exist is refused with the names of those that do', async () => {
      const subject = make([]);
      await expect(subject.router.setStrategy('no-such', { kind: 'workspace' })).rejects.toMatchObject({
        code: 'E_USAGE',
      });
      await subject.dispose();
    });
  });
}
