import { describe, expect, test } from '@jest/globals';
import { ProviderServerError, ProviderUnreachableError, RateLimitedError } from '../../src/index.ts';
import type { RoutedChatDefaults } from '../../src/index.ts';
import { ask, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';

const DOWN = [{ error: new ProviderUnreachableError('connection refused') }];

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function answeredBy(rig: ReturnType<typeof rigOf>, defaults: RoutedChatDefaults): Promise<unknown> {
  return (await ask(rig, 'hi', defaults)).response_metadata.provider;
}

/** A pair whose first goes down after an answer and comes back when told. */
async function outage() {
  const { first, second } = pair();
  const rig = rigOf({ providers: [first, second] });
  await ask(rig);
  first.provider.isUp = false;
  first.provider.script = () => DOWN;
  const comeBack = async (): Promise<void> => {
    first.provider.isUp = true;
    first.provider.script = () => ['back'];
    rig.clock.advance(30_000);
    await settle();
  };
  return { first, second, rig, comeBack };
}

describe('staying with a model', () => {
  test('a conversation returns to its first model when that is back', async () => {
    const { rig, comeBack } = await outage();
    const talk = { stickyKey: 'talk' };
    expect(await answeredBy(rig, talk)).toBe('second');
    expect(await answeredBy(rig, talk)).toBe('second');
    await comeBack();
    expect(await answeredBy(rig, talk)).toBe('first');
  });

  test('a turn stays with the stand-in until its end, although the first model is back', async () => {
    const { rig, comeBack } = await outage();
    expect(await answeredBy(rig, { stickyKey: 'talk', loopKey: 'turn-1' })).toBe('second');
    await comeBack();
    expect(await answeredBy(rig, { stickyKey: 'talk', loopKey: 'turn-1' })).toBe('second');
    expect(await answeredBy(rig, { stickyKey: 'talk', loopKey: 'turn-2' })).toBe('first');
  });

  test('a turn leaves a stand-in that fails as well', async () => {
    const { rig, second, comeBack } = await outage();
    await answeredBy(rig, { loopKey: 'turn' });
    await comeBack();
    second.provider.script = () => [{ error: new ProviderServerError('500') }];
    expect(await answeredBy(rig, { loopKey: 'turn' })).toBe('first');
    second.provider.script = () => ['well'];
    expect(await answeredBy(rig, { loopKey: 'turn' })).toBe('first');
  });

  test('a conversation returns to a model that only limited its calls', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 5_000 }) }];
    const talk = { stickyKey: 'talk' };
    expect([await answeredBy(rig, talk), await answeredBy(rig, talk)]).toEqual(['second', 'second']);
    first.provider.script = () => ['hello'];
    rig.clock.advance(5_001);
    expect(await answeredBy(rig, talk)).toBe('first');
  });

  test('one that is off, or worse, or of another privacy does not keep a conversation from staying', async () => {
    const off = scripted('off', [{ id: 'm' }], { priority: 0, isEnabled: false, disabledReason: 'KEY is not set' });
    const worse = scripted('worse', [{ id: 'm' }], { priority: 9 });
    worse.provider.isUp = false;
    const { first, second } = pair();
    const rig = rigOf({ providers: [off, worse, first, { ...second, entry: { ...second.entry, priority: 1 } }] });
    await rig.router.refresh(NEVER);
    second.provider.report = { state: 'busy', latencyMs: 1, detail: 'queue is full' };
    await rig.router.refresh(NEVER);
    expect(await answeredBy(rig, { stickyKey: 'talk' })).toBe('first');
    second.provider.report = undefined;
    first.provider.report = { state: 'loading', latencyMs: 1, detail: 'loads' };
    await rig.router.refresh(NEVER);
    expect(await answeredBy(rig, {})).toBe('second');
    expect(await answeredBy(rig, { stickyKey: 'talk' })).toBe('first');
  });

  test('targets that have failed the same turn come last, and serve when there is nobody else', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await ask(rig);
    const failed = rig.router.status().targets.find(({ ref }) => ref === 'first:m')?.targetId ?? '';
    const avoiding = { loopKey: 'turn', pinnedProvider: undefined, avoidedTargets: [failed] };
    await answeredBy(rig, { loopKey: 'turn' });
    expect(await answeredBy(rig, avoiding)).toBe('second');
    expect(await answeredBy(rig, { ...avoiding, pinned: 'first:m' })).toBe('first');
    second.provider.script = () => [{ error: new ProviderServerError('500') }];
    expect(await answeredBy(rig, avoiding)).toBe('first');
  });
});
