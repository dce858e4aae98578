import { describe, expect, test } from '@jest/globals';
import {
  LOCAL_PRINCIPAL,
  ProviderUnreachableError,
  type AttemptRecord,
  type RouteStep,
  type RouteTrace,
} from '../../src/index.ts';
import { describeTrace } from '../../src/routing/describe-trace.ts';
import { ask, pair, rigOf, scripted } from './doubles/rig.ts';

test('a trace tells chain, what was left out, attempts with milliseconds, and what answered', async () => {
  const { first, second } = pair();
  const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt' });
  first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
  second.provider.script = () => ['yes', { usage: [4, 1] }];
  const rig = rigOf({ providers: [first, second, cloud] });
  await ask(rig);
  const [trace] = rig.state.decisions.list();
  const described = describeTrace(trace!);
  expect(described.outcome).toMatch(/^second@127\.0\.0\.1:\d+\/m answered at attempt 2$/);
  const lines = Object.fromEntries(described.sections.map(({ title, lines: each }) => [title, each]));
  expect(lines['Chain (local-first)']).toEqual([
    expect.stringMatching(/^1\. first@\S+ \(local\)$/),
    expect.stringMatching(/^2\. second@\S+ \(local\)$/),
  ]);
  expect(lines['Left out']).toEqual([expect.stringMatching(/^cloud@api\.example\.com\/gpt: cloud: not allowed/)]);
  expect(lines.Attempts).toEqual([
    expect.stringMatching(/^1\. first@\S+: failed, in [\d.]+ ms, E_UNREACHABLE: refused$/),
    expect.stringMatching(
      /^2\. second@\S+: answered, in [\d.]+ ms, first token [\d.]+ ms, 4 tokens in, 1 out, free \(local\)/,
    ),
  ]);
  expect(described.sections.flatMap((section) => section.lines).join('')).not.toContain('\n');
});

test('an empty chain, a decision nobody executed and a killed process are told as such', async () => {
  const { first } = pair();
  const rig = rigOf({ providers: [first] });
  await ask(rig);
  const [trace] = rig.state.decisions.list();
  const { decision, attempts } = trace!;
  expect(describeTrace({ decision, attempts: [] }).outcome).toBe('not executed');
  expect(describeTrace({ decision: { ...decision, chain: [] }, attempts: [] }).outcome).toBe(
    'no model may or can answer',
  );
  const running = { ...attempts[0]!, outcome: 'running' as const };
  expect(describeTrace({ decision, attempts: [running] }).outcome).toMatch(/is answering, or its process was killed$/);
  const failedAttempt = { ...attempts[0]!, outcome: 'failed' as const, error: { code: 'E_TIMEOUT', message: 'x' } };
  expect(describeTrace({ decision, attempts: [failedAttempt] }).outcome).toMatch(/: failed \(E_TIMEOUT\)$/);
});

test('the many calls of one decision at one target are one line', async () => {
  const { first } = pair();
  const rig = rigOf({ providers: [first] });
  await ask(rig);
  const [{ decision, attempts }] = rig.state.decisions.list() as never as [
    { decision: never; attempts: [AttemptRecord] },
  ];
  const usage = { inputTokens: 10, outputTokens: 0, isEstimated: false };
  const call = { ...attempts[0], totalMs: 20, usage };
  const failed = { ...call, ordinal: 1, outcome: 'failed' as const };
  const request = { task: 'embed', purpose: 'projects', needs: { embedder: 'mini' }, privacy: 'any' };
  const embed = { ...(decision as object), request } as never;
  const described = describeTrace({ decision: embed, attempts: [call, call, call, failed, call] });
  const lines = Object.fromEntries(described.sections.map(({ title, lines: each }) => [title, each]));
  expect(lines.Attempts).toEqual([
    expect.stringMatching(/^1\. first@\S+: answered 3 calls in 60 ms, 30 tokens in, free \(local\)$/),
    expect.stringMatching(/^2\. first@\S+: failed/),
    expect.stringMatching(/^1\. first@\S+: answered, in 20 ms/),
  ]);
  expect(lines.Request).toEqual(['task embed for projects, privacy any', 'needs the model mini']);
});

const attempt = (bill: Partial<AttemptRecord>): AttemptRecord => ({
  id: 'a',
  decisionId: 'd',
  ordinal: 0,
  ref: 'openai:gpt-x',
  targetId: 'openai@api.example.com/gpt-x',
  startedAt: 0,
  outcome: 'answered',
  ...bill,
});
const traceOf = (attempts: readonly AttemptRecord[], step: Partial<RouteStep> = {}, request = {}): RouteTrace => ({
  decision: {
    id: 'd',
    decidedAt: 0,
    strategy: 'local-first',
    request: { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL, ...request },
    chain: [{ ref: 'openai:gpt-x', targetId: 'openai@api.example.com/gpt-x', locality: 'cloud', score: 1, ...step }],
    rejected: [],
  },
  attempts,
});
const linesOf = (trace: RouteTrace): Record<string, readonly string[]> =>
  Object.fromEntries(describeTrace(trace).sections.map(({ title, lines }) => [title, lines]));

describe('what a trace tells of money and content', () => {
  const usage = { inputTokens: 9, outputTokens: 1, isEstimated: false, cachedInputTokens: 8 };

  test.each<[Partial<AttemptRecord>, string, string | undefined]>([
    [{ costUsd: 0, costOrigin: 'local' }, 'free (local)', undefined],
    [{ costUsd: 0, costOrigin: 'cache' }, 'free (from the cache)', undefined],
    [{ costUsd: 0, costOrigin: 'not-billed' }, 'not billed (refused before a model ran)', undefined],
    [{ costUsd: 0.03, costOrigin: 'provider' }, '0.03 USD (told by the provider)', '0.03 USD in all'],
    [{ costUsd: 0, costOrigin: 'provider' }, '0.00 USD (told by the provider)', '0.00 USD in all'],
    [
      { costUsd: 0.00012, costOrigin: 'prices', pricesAsOf: '2026-10-01' },
      '0.00012 USD (prices of 2026-10-01)',
      '0.00012 USD in all',
    ],
    [{ costUsd: 0.5, costOrigin: 'prices' }, '0.50 USD (tokens at your prices)', '0.50 USD in all'],
    [
      { costUsd: 0.5, costOrigin: 'bound' },
      '0.50 USD at most (the bound: nobody told its tokens)',
      '0.50 USD at most in all',
    ],
    [
      { costOrigin: 'unknown' },
      'cost unknown: no price known; set providers.openai.prices',
      '1 call of unknown cost in all',
    ],
    [{ outcome: 'running' }, 'running', undefined],
  ])('%j: %s', (bill, told, total) => {
    const lines = linesOf(traceOf([attempt(bill)]));
    expect(lines.Attempts?.[0]).toMatch(new RegExp(`${told.replaceAll(/[.()]/g, '\\$&')}$`));
    expect(lines.Cost).toEqual(total === undefined ? undefined : [total]);
  });

  test('marks a cost of estimated tokens, and tells kept tokens apart', () => {
    const priced = { costUsd: 0.00012, costOrigin: 'prices', pricesAsOf: '2026-10-01' } as const;
    const estimated = attempt({ ...priced, usage: { ...usage, isEstimated: true } });
    expect(linesOf(traceOf([estimated])).Attempts?.[0]).toContain('about 0.00012 USD (prices of 2026-10-01)');
    const counted = linesOf(traceOf([attempt({ ...priced, usage })]));
    expect(counted.Attempts?.[0]).toContain('9 tokens in (8 kept from before), 1 out, 0.00012 USD');
  });

  test('says that tokens are what is missing, where the price is known', () => {
    const prices = [{ unit: 'input-token', quantity: 1, usd: 1 }] as const;
    const lines = linesOf(traceOf([attempt({ costOrigin: 'unknown' })], { prices }));
    expect(lines.Attempts?.[0]).toContain('cost unknown: nobody told its tokens');
  });

  test('adds up what is known and tells what is not, with the budgets that were crossed', () => {
    const failed = attempt({ costOrigin: 'unknown', outcome: 'failed' });
    const paid = attempt({ ordinal: 1, costUsd: 0.25, costOrigin: 'prices', notices: ['day budget: 83 % of it'] });
    const lines = linesOf(traceOf([failed, paid]));
    expect(lines.Cost).toEqual(['0.25 USD and 1 call of unknown cost in all']);
    expect(lines.Budgets).toEqual(['day budget: 83 % of it']);
  });

  test('sums the calls of a long job', () => {
    const call = attempt({ costUsd: 0.001, costOrigin: 'prices', usage });
    expect(linesOf(traceOf([call, call, call])).Attempts).toEqual([
      expect.stringMatching(/answered 3 calls in 0 ms, 27 tokens in, 0\.003 USD$/),
    ]);
  });

  test('tells what was found by kind and count, and what a cloud is held to', () => {
    const findings = [
      { kind: 'email', count: 2 },
      { kind: 'api-key', count: 1 },
    ];
    const step = { costUpperBoundUsd: 0.0123, outputLimitTokens: 4096, needsConsent: true };
    const lines = linesOf(traceOf([], step, { inspection: { findings, mustRedact: true } }));
    expect(lines.Request).toContain('content looked at: found 2 email, api-key; replaced before a cloud gets it');
    expect(lines['Chain (local-first)']).toEqual([
      '1. openai@api.example.com/gpt-x (cloud, once you agree that it may get what is about the project, at most 0.0123 USD, answers of 4096 tokens at most)',
    ]);
    const clean = linesOf(traceOf([], {}, { inspection: { findings: [], mustRedact: false } }));
    expect(clean.Request).toContain('content looked at: nothing found');
  });
});
