import { describe, expect, test } from '@jest/globals';
import {
  BusyError,
  InterruptedStreamError,
  ModelLoadingError,
  ProviderTimeoutError,
  ProviderUnreachableError,
  RateLimitedError,
} from '../../../src/index.ts';
import { execute } from '../doubles/execution-rig.ts';
import type { RunLine } from '../doubles/execution-rig.ts';

async function markOf(...lines: readonly RunLine[]) {
  const { marks } = await execute({ links: [{ id: 'a', run: () => lines }], failover: { maxRetries: 0 } });
  return marks[0];
}

describe('what an attempt says about its target', () => {
  test('an answer is an answer, with its times', async () => {
    expect(await markOf({ say: 'a' })).toEqual({
      targetId: 'a@host/a',
      kind: 'answered',
      firstTokenMs: expect.any(Number),
      totalMs: expect.any(Number),
    });
  });

  test('limits of the server are no failures, and hand on the time it named', async () => {
    const limited = await markOf({ error: new RateLimitedError('slow', { retryAfterMs: 90_000 }) });
    expect(limited).toMatchObject({ kind: 'limited', code: 'E_RATE_LIMITED', message: 'slow', retryAfterMs: 90_000 });
    expect(await markOf({ error: new BusyError('full', { retryAfterMs: 90_000 }) })).toMatchObject({ kind: 'limited' });
    const loading = await markOf({ error: new ModelLoadingError('loading') });
    expect(loading).toMatchObject({ kind: 'failed', code: 'E_LOADING', isConnectionLost: false });
  });

  test('a stream that was cut by its connection says so, one that only ended early does not', async () => {
    const cut = new InterruptedStreamError('cut', { cause: new ProviderUnreachableError('reset') });
    const raw = new InterruptedStreamError('cut', {
      cause: Object.assign(new Error('aborted'), { code: 'ECONNRESET' }),
    });
    const ended = new InterruptedStreamError('no end marker');
    for (const before of [[], [{ say: 'a' }]]) {
      for (const error of [cut, raw, new ProviderUnreachableError('reset')]) {
        expect(await markOf(...before, { error })).toMatchObject({ kind: 'failed', isConnectionLost: true });
      }
      expect(await markOf(...before, { error: ended })).toMatchObject({ kind: 'failed', isConnectionLost: false });
    }
  });

  test('a limit that passes counts as one before and after output', async () => {
    const error = new ProviderTimeoutError('late', { phase: 'idle', limitMs: 1 });
    expect(await markOf({ error })).toMatchObject({ code: 'E_TIMEOUT' });
    expect(await markOf({ say: 'a' }, { error })).toMatchObject({
      code: 'E_TIMEOUT',
      message: expect.stringContaining('interrupted after 1 token: late'),
    });
  });
});
