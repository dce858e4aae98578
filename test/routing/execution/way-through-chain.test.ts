import { describe, expect, test } from '@jest/globals';
import {
  ModelLoadingError,
  ModelNotFoundError,
  ProviderAuthError,
  ProviderServerError,
  ProviderUnreachableError,
  RateLimitedError,
} from '../../../src/index.ts';
import { answering, execute, failing } from '../doubles/execution-rig.ts';
import type { LinkScript } from '../doubles/execution-rig.ts';

describe('the way through a chain', () => {
  test('a target that began to rest is passed over without an attempt while another may serve', async () => {
    const script = { isResting: true, run: () => [{ say: 'rested' }] };
    const resting = { id: 'r', ...script };
    expect((await execute({ links: [resting, answering()] })).asked).toBe('b');
    const error = new ModelNotFoundError('no');
    expect((await execute({ links: [failing(error, []), resting, answering()] })).asked).toBe('a b');
    expect((await execute({ links: [failing(error, []), resting] })).asked).toBe('a r');
    expect((await execute({ links: [resting] })).said).toEqual(['rested']);
  });

  test('a loading model is left for the ready one of its locality, not for the cloud before it', async () => {
    const error = new ModelLoadingError('loading');
    const cloud = answering({ id: 'c', locality: 'cloud' });
    expect((await execute({ links: [failing(error, []), cloud, answering()] })).asked).toBe('a b');
  });

  test('what asked to be waited for is returned to when the others have failed', async () => {
    const limited = new RateLimitedError('slow', { retryAfterMs: 20 });
    const a: LinkScript = { id: 'a', run: (call) => (call === 1 ? [{ error: limited }] : [{ say: 'at last' }]) };
    const b = failing(new ProviderAuthError('no'), [], { id: 'b' });
    expect(await execute({ links: [a, b] })).toMatchObject({ asked: 'a b a', said: ['at last'] });
    const loading: LinkScript = {
      id: 'a',
      run: (call) => (call < 3 ? [{ error: new ModelLoadingError('loading') }] : [{ say: 'loaded' }]),
    };
    expect(await execute({ links: [loading, b], failover: { maxRetries: 0 } })).toMatchObject({
      asked: 'a b a a',
      said: ['loaded'],
    });
    expect((await execute({ links: [a, b], failover: { maxRetries: 0 } })).asked).toBe('a b');
  });

  test('what is wrong with a server is not asked of its other models, wherever they stand', async () => {
    const refused = new ProviderUnreachableError('refused');
    const links = [
      failing(refused, [], { server: 's' }),
      failing(new ModelNotFoundError('no'), [], { id: 'b' }),
      answering({ id: 'c', server: 's' }),
    ];
    expect(await execute({ links })).toMatchObject({ asked: 'a b', error: { code: 'E_MODEL_NOT_FOUND' } });
  });

  test('reasoning that was shown, since nothing could take over, is not shown again by a second try', async () => {
    const lines = [{ think: 'hmm' }, { error: new ProviderServerError('failed') }];
    const { asked, items, attempts } = await execute({ links: [{ id: 'a', run: () => lines }] });
    expect({ asked, items, outcome: attempts[0]?.outcome }).toEqual({
      asked: 'a',
      items: [{ think: 'hmm' }],
      outcome: 'failed',
    });
    expect(await execute({ links: [{ id: 'a', run: () => lines }, answering()] })).toMatchObject({
      asked: 'a b',
      items: [{ say: 'b0' }],
    });
  });

  test('a wait that no limit of the call allows is not begun', async () => {
    const limited = failing(new RateLimitedError('slow', { retryAfterMs: 300 }), []);
    const { asked, tookMs, error } = await execute({ links: [limited], limits: { totalMs: 200 } });
    expect({ asked, error }).toMatchObject({ asked: 'a', error: { code: 'E_RATE_LIMITED' } });
    expect(tookMs).toBeLessThan(200);
  });
});
