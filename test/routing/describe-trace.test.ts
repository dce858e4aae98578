import { expect, test } from '@jest/globals';
import { ProviderUnreachableError, type AttemptRecord } from '../../src/index.ts';
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
    expect.stringMatching(/^2\. second@\S+: answered, in [\d.]+ ms, first token [\d.]+ ms, 4 tokens in, 1 out/),
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
    expect.stringMatching(/^1\. first@\S+: answered 3 calls in 60 ms, 30 tokens in$/),
    expect.stringMatching(/^2\. first@\S+: failed/),
    expect.stringMatching(/^1\. first@\S+: answered, in 20 ms/),
  ]);
  expect(lines.Request).toEqual(['task embed for projects, privacy any', 'needs the model mini']);
});
