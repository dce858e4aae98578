import { describe, expect, test } from '@jest/globals';
import { ContextTooLongError, ProviderServerError } from '../../../src/index.ts';
import { neededWindow } from '../../../src/routing/execution/needed-window.ts';
import { execute } from '../doubles/execution-rig.ts';
import type { LinkScript } from '../doubles/execution-rig.ts';

function overflow(limitTokens?: number, actualTokens?: number): ContextTooLongError {
  return new ContextTooLongError('too long', { limitTokens, actualTokens });
}

function link(id: string, contextTokens: number | undefined, error?: Error): LinkScript {
  return { id, contextTokens, run: () => [error === undefined ? { say: id } : { error }] };
}

describe('a conversation that does not fit', () => {
  test('goes to a window that holds what the server counted and the answer, past all that are smaller or unknown', async () => {
    const links = [
      link('a', 4_096, overflow(4_096, 5_000)),
      link('b', 5_100),
      link('c', undefined),
      link('d', 4_096),
      link('e', 5_256),
    ];
    expect(await execute({ links })).toMatchObject({ asked: 'a e', said: ['e'] });
  });

  test('is bounded above by our estimate where the server counted nothing', async () => {
    const links = [link('a', 4_096, overflow()), link('b', 6_000), link('c', 8_000)];
    expect((await execute({ links, neededTokens: 7_000 })).asked).toBe('a c');
    expect((await execute({ links })).asked).toBe('a b');
  });

  test('goes to nobody where neither window nor size is known', async () => {
    expect((await execute({ links: [link('a', undefined, overflow()), link('b', 8_000)] })).asked).toBe('a');
  });

  test('is not sent to a window that is known too small, whatever fails after', async () => {
    const links = [
      link('a', 4_096, overflow(4_096, 5_000)),
      link('b', 4_200),
      link('c', 9_000, new ProviderServerError('failed')),
    ];
    expect(await execute({ links })).toMatchObject({ asked: 'a c c', error: { code: 'E_PROVIDER_SERVER' } });
  });

  test('says both figures when no larger window is left', async () => {
    const { error, attempts } = await execute({
      links: [link('a', 4_096, overflow(2_048, 3_000)), link('b', 4_096, overflow(4_096, 3_900)), link('c', 2_000)],
    });
    expect(error).toMatchObject({
      code: 'E_CONTEXT',
      limitTokens: 4_096,
      actualTokens: 3_900,
      message: expect.stringContaining('need 4,156 tokens and the largest window is 4,096'),
      cause: { message: 'too long' },
    });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    const alone = await execute({ links: [link('a', 4_096, overflow())], neededTokens: 3_500 });
    expect(alone.error).toMatchObject({ message: expect.stringContaining('need up to 4,097 tokens') });
    const unknown = await execute({ links: [link('a', undefined, overflow())] });
    expect(unknown.error).toMatchObject({ message: expect.stringContaining('none of the windows is known') });
  });

  test('has room kept for the answer that was asked for, and none for embeddings', () => {
    const chain = [{ ref: 'a:m' as const, targetId: 'a', locality: 'local' as const, score: 0, contextTokens: 512 }];
    const decisionFor = (task: string) => ({
      id: 'd',
      decidedAt: 0,
      request: { task, needs: { contextTokens: 90_000 }, privacy: 'any' as const, principal: { id: 'x' } as never },
      strategy: 's',
      chain,
      rejected: [],
    });
    const told = { error: overflow(512, 600), step: chain[0]!, maxTokens: 1_000 };
    expect(neededWindow({ ...told, decision: decisionFor('chat') })).toBe(1_600);
    expect(neededWindow({ ...told, maxTokens: undefined, decision: decisionFor('chat') })).toBe(856);
    expect(neededWindow({ ...told, decision: decisionFor('embed') })).toBe(600);
    expect(neededWindow({ ...told, error: overflow(), decision: decisionFor('embed') })).toBe(513);
  });
});
