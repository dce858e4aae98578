import { describe, expect, test } from '@jest/globals';
import { healthCheckAction } from '../../../../plugins/local-model/actions/health-check.ts';
import type { ActionPorts } from '../../../../plugins/local-model/actions/action-ports.ts';
import type { BreakerStatus } from '../../../../src/index.ts';
import { createRig } from './rig.ts';
import type { RigOptions } from './rig.ts';

const RESTING: BreakerStatus = {
  targetId: 'ollama@127.0.0.1:11434/llama3.2:3b',
  state: { kind: 'open', fault: 'failure', openedAt: 0, probeAt: 250_000, trips: 1 },
  probeInMs: 250_000,
  cause: { code: 'E_PROVIDER_SERVER', message: 'status 500', at: 0 },
};
const REFUSED: BreakerStatus = {
  targetId: 'openai@api.openai.com',
  state: { kind: 'misconfigured', since: 0, code: 'E_PROVIDER_AUTH', trips: 1 },
  cause: { code: 'E_PROVIDER_AUTH', message: 'the key is refused', at: 0 },
};
const COUNTING: BreakerStatus = { targetId: 'local/small', state: { kind: 'closed', failures: 2, trips: 0 } };

function rigWith(breakers: readonly BreakerStatus[], options: RigOptions = {}) {
  const rig = createRig(options);
  const resets: (string | undefined)[] = [];
  Object.assign(rig.router, {
    breakers: () => breakers,
    resetBreakers: (id?: string) => {
      resets.push(id);
      return id === undefined ? breakers.length : 1;
    },
  });
  return { ...rig, resets };
}

describe('health --breakers', () => {
  test('shows state, counts and the next probe of each, and below what tripped it', async () => {
    const { text, exitCode } = await rigWith([RESTING, REFUSED, COUNTING]).run('health-check', { breakers: true });
    expect(text.split('\n').map((line) => line.trimEnd().replace(/ {2,}/g, ' | '))).toEqual([
      'target | state | failures | trips | next probe',
      expect.stringContaining('llama3.2:3b | resting | - | 1 | in 4 min 10'),
      ...Array.from({ length: text.split('\n').length - 3 }, () => expect.any(String)),
      'Calls go elsewhere meanwhile. `wooster health --reset [<target>]` lets them be tried at once.',
    ]);
    expect(text).toContain('misconfigured');
    expect(text).toContain('corrected');
    expect(exitCode).toBe(0);
  });

  test('says when all are closed', async () => {
    expect((await rigWith([]).run('health-check', { breakers: true })).text).toBe(
      'All breakers are closed: every target may be called.',
    );
    const { text } = await rigWith([COUNTING]).run('health-check', { breakers: true });
    expect(text).toMatch(/local\/small +closed +2 +0[^]*All breakers are closed/);
  });

  test('tells the same as data', async () => {
    const { result } = await rigWith([RESTING]).run('health-check', { breakers: true });
    expect(result).toEqual({
      breakers: [
        {
          target: RESTING.targetId,
          state: 'open',
          failures: undefined,
          trips: 1,
          probeInMs: 250_000,
          cause: RESTING.cause,
        },
      ],
    });
  });
});

describe('health --reset', () => {
  test('resets all, or what is named by its target, server, model or provider', async () => {
    const rig = rigWith([RESTING]);
    expect((await rig.run('health-check', { reset: true })).text).toBe('1 breaker closed: the next call may use it.');
    await rig.run('health-check', { reset: true, target: 'all' });
    await rig.run('health-check', { reset: true, target: RESTING.targetId });
    await rig.run('health-check', { reset: true, target: 'ollama@127.0.0.1:11434' });
    await rig.run('health-check', { reset: true, target: 'embedded:small' });
    await rig.run('health-check', { reset: true, target: 'embedded' });
    expect(rig.resets).toEqual([
      undefined,
      undefined,
      RESTING.targetId,
      'ollama@127.0.0.1:11434',
      'embedded@127.0.0.1:1/small',
      'embedded@127.0.0.1:1',
    ]);
  });

  test('says that there was nothing to reset', async () => {
    expect((await rigWith([]).run('health-check', { reset: true })).text).toMatch(/^Nothing to reset/);
  });

  test('names the known targets and servers when the name is unknown', async () => {
    await expect(rigWith([RESTING]).run('health-check', { reset: true, target: 'olama' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message:
        'there is no target or server "olama" (known: ollama@127.0.0.1:11434, ollama@127.0.0.1:11434/llama3.2:3b, embedded@127.0.0.1:1, embedded@127.0.0.1:1/small; or all)',
    });
  });

  test('a name without --reset is refused rather than overlooked', async () => {
    await expect(rigWith([]).run('health-check', { target: 'ollama' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: 'to try ollama at once, write health --reset ollama',
    });
    expect(healthCheckAction({} as ActionPorts).positionals).toEqual(['target']);
  });
});

describe('status', () => {
  test('names what rests, and not what only counts', async () => {
    const { text } = await rigWith([RESTING, COUNTING]).run('status');
    expect(text).toContain(`breaker     ${RESTING.targetId}: resting, see \`wooster health --breakers\``);
    expect(text).not.toContain('local/small');
  });
});
