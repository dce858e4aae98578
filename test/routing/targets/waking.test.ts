import { describe, expect, test } from '@jest/globals';
import { chatRequest, NEVER, rigOf, scripted } from '../doubles/rig.ts';

/** A provider whose server is started when it is needed, and is well at the third look. */
function sleeper() {
  const asleep = scripted('asleep', [{ id: 'm' }], { model: 'm' });
  const woken: (string | undefined)[] = [];
  const loading = { state: 'loading', latencyMs: 0, detail: 'starting', code: 'E_LOADING' } as const;
  const { provider } = asleep;
  Object.assign(provider, {
    wake: (task?: string): boolean => {
      woken.push(task);
      provider.report = provider.probes < 2 ? loading : undefined;
      return provider.probes < 3;
    },
  });
  return { asleep, woken };
}

describe('a server that is started when it is needed', () => {
  test('is woken by a decision with its task, and looked at again while it starts', async () => {
    const { asleep, woken } = sleeper();
    const { router } = rigOf({ providers: [asleep] });
    for (let count = 0; count < 3; count += 1) await router.decide(chatRequest(), NEVER);
    expect(woken).toEqual(['chat', 'chat', 'chat']);
    expect(asleep.provider.probes).toBe(3);
    expect(router.status().targets[0]?.health.state).toBe('ready');
  });

  test('is not woken by a preview', async () => {
    const { asleep, woken } = sleeper();
    const { router } = rigOf({ providers: [asleep] });
    await router.decide(chatRequest({ isPreview: true }), NEVER);
    expect(woken).toEqual([]);
  });
});
