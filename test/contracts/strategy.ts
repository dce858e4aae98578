import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LOCAL_PRINCIPAL } from '../../src/index.ts';
import type {
  Candidate,
  HealthSnapshot,
  ModelCapability,
  RouteFilter,
  RouteRequest,
  RoutingStrategy,
} from '../../src/index.ts';

function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const capabilities: fc.Arbitrary<Candidate['model']['capabilities']> = fc
  .record({
    chat: maybe(fc.boolean()),
    tools: maybe(fc.boolean()),
    vision: maybe(fc.boolean()),
    embed: maybe(fc.boolean()),
  })
  .map((known) => {
    const facts: Partial<Record<ModelCapability, { value: boolean; origin: 'server' }>> = {};
    for (const [name, value] of Object.entries(known))
      if (value !== undefined) facts[name] = { value, origin: 'server' };
    return facts;
  });

const health: fc.Arbitrary<HealthSnapshot> = fc.record({
  state: fc.constantFrom('ready', 'loading', 'busy', 'down', 'misconfigured', 'unknown'),
  ageMs: fc.nat({ max: 100_000 }),
  firstTokenMs: maybe(fc.nat({ max: 60_000 })),
});

const breaker: fc.Arbitrary<Candidate['breaker']> = fc.record({
  kind: fc.constantFrom('open', 'half-open', 'misconfigured'),
  fault: fc.constantFrom('connection', 'time-out', 'failure', 'misconfigured'),
  trips: fc.nat({ max: 40 }),
  probeInMs: maybe(fc.nat({ max: 4_000_000 })),
  cause: maybe(fc.record({ code: fc.constant('E_PROVIDER_SERVER'), message: fc.constant('status 500'), at: fc.nat() })),
});

/** Any candidate that a router could put before a filter or a strategy. */
export const anyCandidate: fc.Arbitrary<Candidate> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    locality: fc.constantFrom('local' as const, 'cloud' as const),
    capabilities,
    contextTokens: maybe(fc.integer({ min: 1, max: 200_000 })),
    isLoaded: maybe(fc.boolean()),
    health,
    breaker: maybe(breaker),
    limitedForMs: maybe(fc.integer({ min: 1, max: 60_000 })),
    priority: fc.integer({ min: -20, max: 2_000 }),
    isConfigured: fc.boolean(),
    permission: maybe(fc.constant({ origin: 'a setting' })),
    refusal: maybe(fc.constant({ origin: 'another setting' })),
    unavailable: maybe(fc.constant('not on the server (has: x)')),
    costUpperBoundUsd: maybe(fc.constantFrom(0, 0.01, 5)),
  })
  .map(({ name, locality, contextTokens, isLoaded, capabilities: known, ...rest }) => ({
    ...rest,
    ref: `${name}:m`,
    targetId: `${name}@127.0.0.1:1/m`,
    providerId: name,
    model: {
      ref: `${name}:m`,
      providerId: name,
      modelId: 'm',
      locality: { value: locality, origin: 'server' },
      capabilities: known,
      contextTokens: contextTokens === undefined ? undefined : { value: contextTokens, origin: 'server' },
      isLoaded: isLoaded === undefined ? undefined : { value: isLoaded, origin: 'server' },
    },
  }));

/** Any request that could be routed. */
export const anyRequest: fc.Arbitrary<RouteRequest> = fc.record({
  task: fc.constantFrom('chat', 'embed'),
  needs: fc.record({
    tools: maybe(fc.boolean()),
    vision: maybe(fc.boolean()),
    json: maybe(fc.boolean()),
    contextTokens: maybe(fc.nat({ max: 100_000 })),
  }),
  privacy: fc.constantFrom('local-only', 'no-training', 'any'),
  principal: fc.constant(LOCAL_PRINCIPAL),
  pinned: maybe(fc.constantFrom('a:m', 'b:m')),
  pinnedProvider: maybe(fc.constantFrom('a', 'c')),
  preferred: maybe(fc.constantFrom('a:m', 'z:m')),
  budgetUsd: maybe(fc.constantFrom(0, 1)),
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** What every filter owes, whoever wrote it. */
export function testFilter(filter: RouteFilter): void {
  test(`the filter ${filter.id} is pure: the same question has the same answer, and nothing is changed`, () => {
    fc.assert(
      fc.property(anyCandidate, anyRequest, (candidate, request) => {
        const answer = filter.reject(deepFreeze(candidate), deepFreeze(request));
        expect(filter.reject(structuredClone(candidate), structuredClone(request))).toEqual(answer);
      }),
    );
  });

  test(`the filter ${filter.id} gives its own id and one line of words`, () => {
    fc.assert(
      fc.property(anyCandidate, anyRequest, (candidate, request) => {
        const reason = filter.reject(candidate, request);
        if (reason === undefined) return;
        expect(reason.filter).toBe(filter.id);
        expect(reason.text).toMatch(/^\S[^\n]*$/);
      }),
    );
  });
}

/** What every strategy owes, whoever wrote it. */
export function testStrategy(strategy: RoutingStrategy): void {
  test(`the strategy ${strategy.id} is pure and its scores are finite`, () => {
    fc.assert(
      fc.property(anyCandidate, anyRequest, (candidate, request) => {
        const score = strategy.score(deepFreeze(candidate), deepFreeze(request));
        expect(Number.isFinite(score)).toBe(true);
        expect(strategy.score(structuredClone(candidate), structuredClone(request))).toBe(score);
      }),
    );
  });

  test(`the strategy ${strategy.id} has a kebab-case id and says in a line what it does`, () => {
    expect(strategy.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(strategy.summary).toMatch(/^\S[^\n]+$/);
  });
}
