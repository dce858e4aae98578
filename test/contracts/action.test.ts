import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ACTIONS } from '../../src/contracts/commands/action.ts';
import { createHost } from '../../src/host.ts';
import { describeAction, runAndCheck } from './action.ts';
import { BUILT_IN } from './host-parts.ts';

const home = join(tmpdir(), 'wooster-no-such-home');
const host = await createHost({ flags: { home }, environment: {}, home, plugins: BUILT_IN });

describe('every action of the host and of its plugins', () => {
  afterAll(() => host.stop());

  for (const action of host.extensions.list(ACTIONS)) describeAction(action);

  test.each([
    ['help', []],
    ['help', ['config']],
    ['config', []],
    ['config', ['--check', 'routing']],
    ['plugins', []],
    ['completion', ['zsh']],
  ])('%s %j gives what its schema says', async (id, argv) => {
    const action = host.extensions.find(ACTIONS, id);
    expect(action).toBeDefined();
    if (action !== undefined) await runAndCheck(action, argv);
  });
});
