import { describe, expect, test } from '@jest/globals';
import { ModelLoadingError, ProviderServerError, RateLimitedError } from '../../src/index.ts';
import { readStream } from './doubles/read-stream.ts';
import { ask, pair, rigOf, scripted } from './doubles/rig.ts';

describe('waiting and trying again', () => {
  test('without another target, a server error is tried once more and no oftener', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = () => [{ error: new ProviderServerError('500') }];
    const rig = rigOf({ providers: [only] });
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect(only.provider.calls).toBe(2);
  });

  test('with another target, nobody waits for a rate limit', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 30_000 }) }];
    const rig = rigOf({ providers: [first, second] });
    const startedAt = performance.now();
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('without another target, the named time is waited, within the cap', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = (_model, call) =>
      call === 1 ? [{ error: new RateLimitedError('slow down', { retryAfterMs: 30 }) }] : ['at last'];
    const rig = rigOf({ providers: [only] });
    expect((await ask(rig)).text).toBe('at last');
    only.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 60_000 }) }];
    const startedAt = performance.now();
    await expect(ask(rig)).rejects.toMatchObject({
      code: 'E_RATE_LIMITED',
      message: 'slow down; it may be asked again in 60 s',
      retryAfterMs: 60_000,
    });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  test('a loading model is waited for when only a cloud could take over, and the cloud answers when it takes too long', async () => {
    const local = scripted('local', [{ id: 'm' }]);
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'm', permission: { origin: 'test: allow' } });
    local.provider.script = (_model, call) => (call < 3 ? [{ error: new ModelLoadingError('loading') }] : ['loaded']);
    const rig = rigOf({ providers: [local, cloud] });
    expect((await ask(rig)).text).toBe('loaded');
    local.provider.script = () => [{ error: new ModelLoadingError('loading') }];
    cloud.provider.script = () => ['from the cloud'];
    expect((await ask(rig)).text).toBe('from the cloud');
  });

  test('a loading model is left at once for a ready one of the same locality', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ error: new ModelLoadingError('loading') }];
    const rig = rigOf({ providers: [first, second] });
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
  });

  test('a silent model costs its limit and no more, even when it ignores the abort', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ hang: true }];
    const rig = rigOf({
      providers: [first, second],
      routing: { limits: { connectMs: 50, loadMs: 0, firstTokenMs: 80, idleMs: 80, totalMs: 900 } },
    });
    const startedAt = performance.now();
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(75);
    expect(tookMs).toBeLessThan(180);
    expect(first.provider.aborted).toBe(1);
    expect((await ask(rig)).response_metadata.attempts).toBe(1);
  });

  test('silence after the first token is an interruption by the idle limit', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = () => ['one', { hang: true }];
    const rig = rigOf({ providers: [only] });
    await expect(readStream(rig)).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      cause: { code: 'E_TIMEOUT', phase: 'idle' },
    });
  });
});
