import { expect, test } from '@jest/globals';
import { cacheAction } from '../../../plugins/response-cache/cache-action.ts';
import type { ActionContext } from '../../../src/index.ts';
import { cacheOf, keyOf, replyOf } from '../../cache/cache-rig.ts';

test('tells what is kept and within which bounds, and drops it', async () => {
  const { cache } = cacheOf();
  const settings = { mode: 'auto', ttlMs: 3_600_000, maxBytes: 1024 * 1024 } as const;
  const action = cacheAction({ settings, cache: () => cache });
  const run = async (args: object): Promise<string | undefined> => {
    const result = await action.run(action.args.parse(args), {} as ActionContext);
    return action.render?.(action.result.parse(result), { width: 80, hasColor: false });
  };
  expect(await run({})).toBe(
    'calls at temperature 0 are answered from kept answers\n0 kept, 0.0 of 1.0 MiB, each for 1 h',
  );
  cache.keep(keyOf('a'), replyOf('one'));
  expect(await run({})).toMatch(/^.*\n1 kept, 0\.0 of 1\.0 MiB, each for 1 h\noldest of 2023-11-14T/);
  expect(await run({ clear: true })).toBe('1 dropped');
  expect(cache.find(keyOf('a'))).toBeUndefined();
  expect(await run({ clear: true })).toBe('0 dropped');
});
