import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Candidate, RouteDecision } from '../../src/index.ts';
import { choose } from '../../src/routing/choose.ts';
import { BUILT_IN_FILTERS } from '../../src/routing/filters/built-in-filters.ts';
import { BUILT_IN_STRATEGIES } from '../../src/routing/strategies/built-in-strategies.ts';
import { cloudFirst } from '../../src/routing/strategies/cloud-first.ts';
import { localFirst } from '../../src/routing/strategies/local-first.ts';
import { anyCandidate, anyRequest, testFilter, testStrategy } from '../contracts/strategy.ts';
import { chatRequest } from './doubles/rig.ts';

for (const filter of BUILT_IN_FILTERS) testFilter(filter);
for (const strategy of BUILT_IN_STRATEGIES) testStrategy(strategy);

const anyInput = fc.record({
  id: fc.constant('d'),
  decidedAt: fc.constant(1),
  request: anyRequest,
  strategy: fc.constantFrom(...BUILT_IN_STRATEGIES),
  filters: fc.subarray([...BUILT_IN_FILTERS]),
  candidates: fc.uniqueArray(anyCandidate, { selector: ({ targetId }) => targetId }),
  stickyTargetId: fc.constantFrom(undefined, 'a@127.0.0.1:1/m'),
  preferredProvider: fc.constantFrom(undefined, 'b'),
  isFailoverEnabled: fc.boolean(),
});

function candidate(name: string, change: Partial<Candidate> = {}, model: Partial<Candidate['model']> = {}): Candidate {
  return {
    ref: `${name}:m`,
    targetId: `${name}@127.0.0.1:1/m`,
    providerId: name,
    model: {
      ref: `${name}:m`,
      providerId: name,
      modelId: 'm',
      locality: { value: 'local', origin: 'server' },
      capabilities: {},
      ...model,
    },
    health: { state: 'ready', ageMs: 10 },
    priority: 10,
    isConfigured: false,
    ...change,
  };
}

const cloud = { locality: { value: 'cloud', origin: 'server' } } as const;

function order(candidates: readonly Candidate[], change: Partial<Parameters<typeof choose>[0]> = {}): string[] {
  return decide(candidates, change).chain.map(({ ref }) => ref.slice(0, ref.indexOf(':')));
}

function decide(candidates: readonly Candidate[], change: Partial<Parameters<typeof choose>[0]> = {}): RouteDecision {
  return choose({
    id: 'd',
    decidedAt: 1,
    request: chatRequest(),
    strategy: localFirst,
    filters: BUILT_IN_FILTERS,
    candidates,
    isFailoverEnabled: true,
    ...change,
  });
}

describe('every decision', () => {
  test('puts each candidate either in the chain or among the rejected, with a reason', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { chain, rejected } = choose(input);
        const told = [...chain, ...rejected].map(({ targetId }) => targetId).sort();
        expect(told).toEqual(input.candidates.map(({ targetId }) => targetId).sort());
        expect(rejected.every(({ reasons }) => reasons.length > 0)).toBe(true);
      }),
    );
  });

  test('of a local-only request has no cloud in its chain, whatever filters are contributed', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const decision = choose({ ...input, request: { ...input.request, privacy: 'local-only' } });
        expect(decision.chain.filter(({ locality }) => locality === 'cloud')).toEqual([]);
      }),
    );
  });

  test('has no cloud without a permission or against a refusal', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const refused = new Set(
          input.candidates
            .filter(({ permission, refusal }) => permission === undefined || refusal !== undefined)
            .map(({ targetId }) => targetId),
        );
        const clouds = choose(input).chain.filter(({ locality }) => locality === 'cloud');
        expect(clouds.filter(({ targetId }) => refused.has(targetId))).toEqual([]);
        expect(clouds.every(({ permission }) => permission !== undefined)).toBe(true);
      }),
    );
  });

  test('is the same for the same input', () => {
    fc.assert(fc.property(anyInput, (input) => expect(choose(structuredCloneOf(input))).toEqual(choose(input))));
  });
});

/** Candidates and request copied; filters and strategy are code. */
function structuredCloneOf(input: Parameters<typeof choose>[0]): Parameters<typeof choose>[0] {
  return { ...input, candidates: structuredClone(input.candidates), request: structuredClone(input.request) };
}

describe('the order of local-first', () => {
  test('local before cloud, also when the cloud has the better priority', () => {
    const permitted = { permission: { origin: 'x' }, priority: 1 };
    expect(order([candidate('c', permitted, cloud), candidate('l')])).toEqual(['l', 'c']);
    expect(order([candidate('l'), candidate('c', permitted, cloud)], { strategy: cloudFirst })).toEqual(['c', 'l']);
  });

  test('ready before busy and loading, then priority, configured, loaded, speed', () => {
    const loaded = { isLoaded: { value: true, origin: 'server' } } as const;
    expect(
      order([
        candidate('busy', { health: { state: 'busy', ageMs: 1 }, priority: 1 }),
        candidate('slow', { health: { state: 'ready', ageMs: 1, firstTokenMs: 900 } }),
        candidate('fast', { health: { state: 'ready', ageMs: 1, firstTokenMs: 100 } }),
        candidate('loaded', {}, loaded),
        candidate('configured', { isConfigured: true }),
        candidate('first', { priority: 1 }),
      ]),
    ).toEqual(['first', 'configured', 'loaded', 'fast', 'slow', 'busy']);
  });

  test('a preferred model comes first, then the sticky one, then the preferred provider', () => {
    const all = ['a', 'b', 'c', 'd'].map((name, index) => candidate(name, { priority: index }));
    const request = chatRequest({ preferred: 'd:m' });
    expect(order(all, { request, stickyTargetId: 'c@127.0.0.1:1/m', preferredProvider: 'b' })).toEqual([
      'd',
      'c',
      'b',
      'a',
    ]);
  });

  test('the model of the turn before all, but for those that limit our calls or have just failed it', () => {
    const all = ['a', 'b', 'c', 'd'].map((name, index) => candidate(name, { priority: index }));
    const limited = all.map((each) => (each.providerId === 'c' ? { ...each, limitedForMs: 5 } : each));
    const keys = { loopTargetId: 'c@127.0.0.1:1/m', stickyTargetId: 'b@127.0.0.1:1/m' };
    const request = chatRequest({ preferred: 'd:m' });
    expect(order(all, { request, ...keys })).toEqual(['c', 'd', 'b', 'a']);
    expect(order(limited, { request, ...keys })).toEqual(['d', 'b', 'a', 'c']);
    const avoiding = chatRequest({ preferred: 'd:m', avoidedTargets: ['d@127.0.0.1:1/m'] });
    expect(order(limited, { request: avoiding, ...keys })).toEqual(['b', 'a', 'c', 'd']);
  });

  test('a model known to call tools comes before one of which it is not known', () => {
    const tools = { capabilities: { tools: { value: true, origin: 'server' } } } as const;
    const request = chatRequest({ needs: { tools: true } });
    expect(order([candidate('perhaps'), candidate('knows', {}, tools)], { request })).toEqual(['knows', 'perhaps']);
  });
});

function reasonsFor(rejectedCandidate: Candidate, change: Parameters<typeof chatRequest>[0] = {}): string {
  const { rejected } = decide([rejectedCandidate], { request: chatRequest(change) });
  return (rejected[0]?.reasons ?? []).map(({ text }) => text).join('; ');
}

describe('the reasons of a rejection', () => {
  test('say what a person can act on', () => {
    const window = { contextTokens: { value: 4_096, origin: 'server' } } as const;
    const embedder = { capabilities: { embed: { value: true, origin: 'server' } } } as const;
    const report = { state: 'down', latencyMs: 1, detail: 'connection refused' } as const;
    expect(reasonsFor(candidate('a', {}, window), { needs: { contextTokens: 9_000 } })).toBe(
      'does not fit: needs 9,000 tokens, window 4,096',
    );
    expect(reasonsFor(candidate('a', {}, embedder))).toBe('only makes embeddings');
    expect(reasonsFor(candidate('a'), { needs: { vision: true } })).toBe('is not known to see images');
    expect(reasonsFor(candidate('a', { health: { state: 'down', ageMs: 3_000, report } }))).toBe(
      'down: connection refused (seen 3 s ago)',
    );
    const cause = { code: 'E_PROVIDER_SERVER', message: 'status 500', at: 1 };
    const open = { kind: 'open', fault: 'failure', trips: 1, probeInMs: 250_000, cause } as const;
    expect(reasonsFor(candidate('a', { breaker: open }))).toBe(
      'rests 4 min 10 s more after failures in a row (last: E_PROVIDER_SERVER status 500); `wooster health --reset` tries it now',
    );
    expect(reasonsFor(candidate('a', { breaker: { ...open, fault: 'time-out', trips: 2, cause: undefined } }))).toBe(
      'rests 4 min 10 s more after passing a time limit again; `wooster health --reset` tries it now',
    );
    expect(reasonsFor(candidate('a', { breaker: { ...open, kind: 'half-open', fault: 'connection' } }))).toBe(
      'is being probed after it could not be reached (last: E_PROVIDER_SERVER status 500)',
    );
    const noCredit = { code: 'E_PROVIDER_CREDIT', message: 'quota used up', at: 1 };
    expect(
      reasonsFor(
        candidate('a', { breaker: { kind: 'misconfigured', fault: 'misconfigured', trips: 1, cause: noCredit } }),
      ),
    ).toBe(
      'has no credit (last: E_PROVIDER_CREDIT quota used up): correct it, or `wooster health --reset a@127.0.0.1:1/m`',
    );
    const unreachable = { code: 'E_UNREACHABLE', message: 'a call could not reach it', at: 1 };
    expect(
      reasonsFor(
        candidate('a', {
          health: { state: 'down', ageMs: 3_000, report: { ...report, code: 'E_UNREACHABLE' } },
          breaker: { ...open, fault: 'connection', cause: unreachable },
        }),
      ),
    ).toBe('down: E_UNREACHABLE connection refused (seen 3 s ago)');
    expect(reasonsFor(candidate('a', {}, cloud))).toContain('cloud: not allowed: set routing.cloud.allow');
    expect(
      reasonsFor(candidate('a', { permission: { origin: 'x' } }, cloud), {
        privacy: 'local-only',
        privacyRule: 'file: y',
      }),
    ).toBe('cloud: the call is local-only (file: y)');
    expect(
      reasonsFor(candidate('a', { permission: { origin: 'x' }, refusal: { origin: 'environment: NO_CLOUD' } }, cloud)),
    ).toBe('cloud: refused by environment: NO_CLOUD');
  });

  test('are all given, not only the first', () => {
    const { rejected } = decide([
      candidate('a', { unavailable: 'disabled: X is not set', health: { state: 'down', ageMs: 1 } }, cloud),
    ]);
    expect(rejected[0]?.reasons.map(({ filter }) => filter)).toEqual(['privacy', 'availability', 'health']);
  });

  test('a filter that throws rejects', () => {
    const broken = {
      id: 'broken',
      reject: () => {
        throw new Error('oops');
      },
    };
    const { chain, rejected } = decide([candidate('a')], { filters: [broken] });
    expect(chain).toEqual([]);
    expect(rejected[0]?.reasons).toEqual([{ filter: 'broken', text: 'the filter failed: oops' }]);
  });
});
