import { describe, expect, test } from '@jest/globals';
import { callLimitsFor, itemLimitsFor } from '../../../src/routing/execution/call-limits.ts';
import { readStream } from '../doubles/read-stream.ts';
import { LIMITS, ask, pair, rigOf, scripted } from '../doubles/rig.ts';

describe('the limits of a call', () => {
  test('are those of the request, then of the provider, then its time-out, then of the settings', () => {
    const entry = { timeoutMs: 77, limits: { idleMs: 33, connectMs: 5, loadMs: undefined } };
    const asked = { idleMs: 11, totalMs: undefined };
    expect(callLimitsFor({ settings: LIMITS, entry, asked, isPlain: false })).toEqual({
      ...LIMITS,
      connectMs: 5,
      firstTokenMs: 77,
      idleMs: 11,
    });
    expect(callLimitsFor({ settings: LIMITS, isPlain: true })).toBe(LIMITS);
  });

  test('of a provider with limits of its own win over its time-out', () => {
    const entry = { timeoutMs: 77, limits: { firstTokenMs: 5, totalMs: 6 } };
    expect(callLimitsFor({ settings: LIMITS, entry, isPlain: false })).toMatchObject({ firstTokenMs: 5, totalMs: 6 });
    expect(callLimitsFor({ settings: LIMITS, entry, isPlain: true })).toMatchObject({ totalMs: 6 });
  });

  test('the time-out of the provider file is the first-token limit of streams and the total of plain calls', async () => {
    const only = scripted('only', [{ id: 'm' }], { timeoutMs: 77 });
    const rig = rigOf({ providers: [only] });
    await readStream(rig);
    await ask(rig);
    const [stream, plain] = only.provider.contexts.map(({ limits }) => limits);
    expect(stream).toMatchObject({ firstTokenMs: 77, totalMs: LIMITS.totalMs });
    expect(plain).toMatchObject({ firstTokenMs: LIMITS.firstTokenMs, totalMs: 77 });
  });

  test('come from the defaults of a model and from one call of it', async () => {
    const only = scripted('only', [{ id: 'm' }], { limits: { idleMs: 50 } });
    const model = await rigOf({ providers: [only] }).router.model({ limits: { idleMs: 40, connectMs: 9 } });
    await model.invoke('hi', { limits: { connectMs: 8 } } as object);
    expect(only.provider.contexts[0]?.limits).toMatchObject({ idleMs: 40, connectMs: 8, totalMs: LIMITS.totalMs });
  });

  test('a local model may load first, a cloud may not; a call without tokens has only its total', () => {
    const limits = { ...LIMITS, minTokensPerSecond: 2, throughputWindowMs: 1_500 };
    expect(itemLimitsFor(limits, 'local', true)).toEqual({
      firstMs: 520,
      idleMs: 120,
      totalMs: 1_000,
      throughput: { tokens: 3, windowMs: 1_500 },
    });
    expect(itemLimitsFor(LIMITS, 'cloud', true)).toMatchObject({ firstMs: 120, throughput: undefined });
    expect(itemLimitsFor(LIMITS, 'local', false)).toEqual({ totalMs: 1_000 });
  });

  test('a role without words does not end the wait for the first token', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ role: true }, { hang: true }];
    const limits = { connectMs: 50, loadMs: 0, firstTokenMs: 60, idleMs: 5_000, totalMs: 9_000 };
    const rig = rigOf({ providers: [first, second], routing: { limits } });
    const startedAt = performance.now();
    expect(await readStream(rig)).toEqual(['hello']);
    expect(performance.now() - startedAt).toBeLessThan(500);
    const [attempt] = rig.state.decisions.list()[0]?.attempts ?? [];
    expect(attempt?.error).toMatchObject({ code: 'E_TIMEOUT', message: expect.stringContaining('first-token limit') });
  });

  test('a slow drip below the floor is left, and the message names both figures and the settings', async () => {
    const { first, second } = pair();
    first.provider.script = () => ['fast start', { hang: true }];
    const rig = rigOf({ providers: [first, second] });
    const limits = { minTokensPerSecond: 50, throughputWindowMs: 60, idleMs: 5_000 };
    const reply = await (await rig.router.model({ limits })).invoke('hi');
    expect(reply.response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    const message = rig.state.decisions.list()[0]?.attempts[0]?.error?.message ?? '';
    for (const part of ['50 tokens a second', '60 ms', 'minTokensPerSecond', 'throughputWindowMs']) {
      expect(message).toContain(part);
    }
  });
});
