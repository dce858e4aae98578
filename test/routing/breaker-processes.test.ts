import { describe, expect, test } from '@jest/globals';
import { ProviderAuthError, ProviderServerError, ProviderUnreachableError, Secret } from '../../src/index.ts';
import type { RoutingState } from '../../src/index.ts';
import { temporaryState } from '../kernel/state/state-samples.ts';
import { createMemoryState } from '../../src/kernel/state/memory-state.ts';
import { ask, chatRequest, NEVER, rigOf, scripted } from './doubles/rig.ts';

/** A pair of providers and a router of its own over the state of the workspace, as each process has them. */
function processOver(state: RoutingState, key = 'sk-right-0123456789') {
  const first = scripted('first', [{ id: 'm' }], { priority: 1, model: 'm', apiKey: new Secret(key) });
  const second = scripted('second', [{ id: 'm' }], { priority: 2, model: 'm' });
  return { first: first.provider, second: second.provider, rig: rigOf({ providers: [first, second], state }) };
}

function answeredBy(reply: { response_metadata: Record<string, unknown> }): unknown {
  return reply.response_metadata.provider;
}

describe('the breakers of several processes', () => {
  test('what one found broken, the next does not try', async () => {
    const state = createMemoryState();
    const one = processOver(state);
    one.first.script = () => [{ error: new ProviderServerError('status 500') }];
    for (let turn = 0; turn < 5; turn += 1) await ask(one.rig);
    const next = processOver(state);
    expect(answeredBy(await ask(next.rig))).toBe('second');
    expect(next.first.calls).toBe(0);
    const { rejected } = await next.rig.router.decide(chatRequest(), NEVER);
    expect(rejected[0]?.reasons).toEqual([
      {
        filter: 'breaker',
        text: expect.stringMatching(
          /^rests 5 min more after failures in a row \(last: E_PROVIDER_SERVER status 500\); `wooster health --reset` tries it now$/,
        ),
      },
    ]);
  });

  test('failures are counted across processes that make one call each', async () => {
    const state = createMemoryState();
    for (let turn = 0; turn < 5; turn += 1) {
      const { first, rig } = processOver(state);
      first.script = () => [{ error: new ProviderServerError('status 500') }];
      await ask(rig);
      expect(first.calls).toBe(1);
    }
    const last = processOver(state);
    await ask(last.rig);
    expect(last.first.calls).toBe(0);
  });

  test('each sees within two seconds what another finds, broken or well', async () => {
    const state = createMemoryState();
    const [one, other] = [processOver(state), processOver(state)];
    await Promise.all([ask(one.rig), ask(other.rig)]);
    one.first.script = () => [{ error: new ProviderServerError('status 500') }];
    for (let turn = 0; turn < 5; turn += 1) await ask(one.rig);
    other.rig.clock.advance(2_001);
    expect(answeredBy(await ask(other.rig))).toBe('second');
    expect(one.rig.router.resetBreakers()).toBe(1);
    other.rig.clock.advance(2_001);
    expect(answeredBy(await ask(other.rig))).toBe('first');
  });

  test('the state.db of a workspace carries them from one to another, both ways', async () => {
    const place = temporaryState();
    try {
      const [one, other] = [processOver(place.open()), processOver(place.open())];
      await Promise.all([ask(one.rig), ask(other.rig)]);
      one.first.script = () => [{ error: new ProviderServerError('status 500') }];
      for (let turn = 0; turn < 5; turn += 1) await ask(one.rig);
      other.rig.clock.advance(2_001);
      expect(answeredBy(await ask(other.rig))).toBe('second');
      expect(other.first.calls).toBe(1);
      other.rig.router.resetBreakers();
      one.first.script = () => ['well'];
      one.rig.clock.advance(2_001);
      expect(answeredBy(await ask(one.rig))).toBe('first');
      expect(place.warnings).toEqual([]);
    } finally {
      await place.remove();
    }
  });

  test('a look that was running when its process died holds nobody up', async () => {
    const state = createMemoryState();
    const one = processOver(state);
    await ask(one.rig);
    one.first.probeGate = new Promise(() => undefined);
    one.first.script = () => [{ error: new ProviderUnreachableError('refused') }];
    await ask(one.rig);
    expect(one.rig.router.breakers()).toMatchObject([{ state: { kind: 'half-open' } }]);
    const next = processOver(state);
    await ask(next.rig);
    expect(answeredBy(await ask(next.rig))).toBe('first');
  });
});

const refused = () => [{ error: new ProviderAuthError('401: the key is not valid') }];

describe('a refused key', () => {
  test('keeps the target out in this process and the next, until the key changes', async () => {
    const state = createMemoryState();
    const one = processOver(state, 'sk-wrong-0123456789');
    one.first.script = refused;
    await ask(one.rig);
    for (let turn = 0; turn < 3; turn += 1) {
      one.rig.clock.advance(3_600_000);
      await one.rig.router.refresh(NEVER);
      await ask(one.rig);
    }
    expect(one.first.calls).toBe(1);
    const same = processOver(state, 'sk-wrong-0123456789');
    await ask(same.rig);
    expect(same.first.calls).toBe(0);
    const { rejected } = await same.rig.router.decide(chatRequest(), NEVER);
    expect(rejected[0]?.reasons[0]?.text).toBe(
      'refused our key (last: E_PROVIDER_AUTH 401: the key is not valid): correct it, or `wooster health --reset first@127.0.0.1:8005/m`',
    );
    const changed = processOver(state, 'sk-right-0123456789');
    expect(answeredBy(await ask(changed.rig))).toBe('first');
    const back = processOver(state, 'sk-wrong-0123456789');
    await ask(back.rig);
    expect(back.first.calls).toBe(0);
    expect(JSON.stringify(state.breakers.list())).not.toContain('sk-');
  });

  test('comes back when a look proves it, and not when a look proves nothing', async () => {
    const { first, rig } = processOver(createMemoryState());
    first.script = refused;
    await ask(rig);
    first.script = () => ['hello'];
    await rig.router.refresh(NEVER);
    expect(answeredBy(await ask(rig))).toBe('second');
    first.report = { state: 'ready', latencyMs: 1, detail: 'lists its models', isKeyProven: true };
    await rig.router.refresh(NEVER);
    expect(answeredBy(await ask(rig))).toBe('first');
  });
});

describe('a reset', () => {
  test('closes a target with its server, a server with its targets, or all, and pardons what health holds against them', async () => {
    const { first, rig } = processOver(createMemoryState());
    const { router } = rig;
    first.script = () => [{ hang: true }];
    expect(answeredBy(await ask(rig))).toBe('second');
    const [{ targetId } = { targetId: '' }] = router.breakers();
    expect(targetId).toBe('first@127.0.0.1:8005/m');
    expect(router.resetBreakers('nobody@127.0.0.1:1')).toBe(0);
    first.script = () => ['hello'];
    expect(router.resetBreakers(targetId)).toBe(1);
    expect(answeredBy(await ask(rig))).toBe('first');
    first.script = () => [{ hang: true }];
    await ask(rig);
    expect(router.resetBreakers('first@127.0.0.1:8005')).toBe(1);
    expect(router.breakers()).toEqual([]);
  });
});
