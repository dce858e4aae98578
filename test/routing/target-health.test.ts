import { describe, expect, test } from '@jest/globals';
import { PROVIDERS, ProviderUnreachableError } from '../../src/index.ts';
import { createMemoryState } from '../../src/kernel/state/memory-state.ts';
import { snapshotOf, verdictOf } from '../../src/routing/targets/health-board.ts';
import { ask, chatRequest, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';

const ready = { state: 'ready', latencyMs: 1, detail: '' } as const;
const down = { state: 'down', latencyMs: 1, detail: '' } as const;

describe('what is known of a target', () => {
  test('a server that is down takes all its models with it', () => {
    expect(snapshotOf({ own: { report: ready, at: 5 }, server: { report: down, at: 10 } }, 12)).toMatchObject({
      state: 'down',
      ageMs: 2,
    });
  });

  test('a fault of one model is not cleared by its server’s answering a cheap question, for half a minute', () => {
    const known = { own: { report: down, at: 0 }, server: { report: ready, at: 10_000 } };
    expect(snapshotOf(known, 10_000).state).toBe('down');
    expect(snapshotOf({ ...known, server: { report: ready, at: 31_000 } }, 31_000).state).toBe('ready');
  });

  test('knowledge of ten minutes ago is none', () => {
    expect(snapshotOf({ server: { report: down, at: 0 } }, 11 * 60_000).state).toBe('unknown');
    expect(snapshotOf({}, 0)).toEqual({ state: 'unknown', ageMs: Infinity });
  });

  test('the caller’s abort and a single server error say nothing about health', () => {
    expect(verdictOf({ kind: 'cancelled', code: 'E_CANCELLED', totalMs: 1 })).toBeUndefined();
    expect(verdictOf({ kind: 'failed', code: 'E_PROVIDER_SERVER', totalMs: 1 })).toBeUndefined();
    expect(verdictOf({ kind: 'failed', code: 'E_UNREACHABLE', totalMs: 1 })).toMatchObject({ about: 'server' });
    expect(verdictOf({ kind: 'failed', code: 'E_MODEL_NOT_FOUND', totalMs: 1 })).toMatchObject({ about: 'target' });
  });
});

describe('looks', () => {
  test('those who look at once share one look, and each may stop waiting', async () => {
    const { first } = pair();
    const rig = rigOf({ providers: [first] });
    const gate = Promise.withResolvers<void>();
    first.provider.probeGate = gate.promise;
    const [instance] = rig.router.providers();
    const targetId = `${instance?.serverId}/m`;
    const controller = new AbortController();
    const given = rig.router.health.check(targetId, controller.signal);
    const kept = rig.router.health.check(targetId, NEVER);
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: 'E_CANCELLED' });
    gate.resolve();
    expect((await kept).state).toBe('ready');
    expect(first.provider.probes).toBe(1);
  });

  test('the first decision waits for first looks no longer than half a second', async () => {
    const { first, second } = pair();
    first.provider.probeGate = new Promise(() => undefined);
    const rig = rigOf({ providers: [first, second] });
    const startedAt = performance.now();
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(performance.now() - startedAt).toBeLessThan(700);
    expect(decision.chain.map(({ ref }) => ref)).toEqual(['second:m', 'first:m']);
    const againAt = performance.now();
    await rig.router.decide(chatRequest(), NEVER);
    expect(performance.now() - againAt).toBeLessThan(20);
  });

  test('a connection that fails in a call starts a look at once', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await ask(rig);
    const before = first.provider.probes;
    first.provider.script = () => [{ error: new ProviderUnreachableError('reset') }];
    await ask(rig);
    expect(first.provider.probes).toBe(before + 1);
  });

  test('listeners hear of changes, not of looks', async () => {
    const { first } = pair();
    const rig = rigOf({ providers: [first] });
    const heard: string[] = [];
    rig.router.health.onChange((targetId, { state }) => heard.push(`${targetId.split('@')[0]} ${state}`));
    await rig.router.refresh(NEVER);
    await rig.router.refresh(NEVER);
    first.provider.isUp = false;
    await rig.router.refresh(NEVER);
    expect(heard).toEqual(['first ready', 'first down']);
  });

  test('what one process found dead, the next does not ask on a user’s turn', async () => {
    const { first, second } = pair();
    const state = createMemoryState();
    first.provider.isUp = false;
    await ask(rigOf({ providers: [first, second], state }));
    const fresh = pair();
    const rig = rigOf({ providers: [fresh.first, fresh.second], state });
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    expect(fresh.first.provider.calls).toBe(0);
  });

  test('a server that lacks the configured model serves its others, and the fault ends with the look that finds it', async () => {
    const only = scripted('only', [{ id: 'other' }], { model: 'm' });
    const detail = 'it does not have the model m';
    only.provider.report = { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND', latencyMs: 1, detail };
    const rig = rigOf({ providers: [only] });
    expect((await ask(rig)).response_metadata.model).toBe('other');
    const states = () => rig.router.status().targets.map(({ ref, health }) => [ref, health.state]);
    expect(states()).toEqual([
      ['only:m', 'misconfigured'],
      ['only:other', 'ready'],
    ]);
    only.provider.report = undefined;
    only.provider.models = [{ id: 'm' }];
    await rig.router.refresh(NEVER);
    expect(states()).toEqual([['only:m', 'ready']]);
  });

  test('the status shows a server that told no model, and why a model cannot be used', async () => {
    const silent = scripted('silent', []);
    silent.provider.isUp = false;
    const lacking = scripted('lacking', [{ id: 'a' }], { model: 'm' });
    const rig = rigOf({ providers: [silent, lacking] });
    await rig.router.refresh(NEVER);
    expect(rig.router.status().targets.map(({ ref, unavailable }) => [ref, unavailable])).toEqual([
      ['silent:*', 'its models are not known yet'],
      ['lacking:m', 'not on the server (has: a)'],
      ['lacking:a', undefined],
    ]);
  });

  test('a permitted cloud without a configured model is asked for its models once', async () => {
    const cloud = scripted('cloud', [{ id: 'gpt' }], { locality: 'cloud', permission: { origin: 'test' } });
    const rig = rigOf({ providers: [cloud] });
    await rig.router.decide(chatRequest(), NEVER);
    await rig.router.decide(chatRequest(), NEVER);
    expect(cloud.provider.lists).toBe(1);
  });

  test.each([
    ['is asked for its models once where its list tells prices', true, 1],
    ['is not asked for its models where its list tells none', undefined, 0],
  ])('a permitted cloud with a configured model %s', async (_name, tellsPrices, lists) => {
    const cloud = scripted('cloud', [{ id: 'gpt' }], {
      locality: 'cloud',
      permission: { origin: 'test' },
      model: 'gpt',
    });
    const rig = rigOf({ providers: [cloud] });
    const kinds = rig.extensions.list(PROVIDERS).map((kind) => ({ ...kind, tellsPrices }));
    rig.extensions.put(PROVIDERS, kinds);
    await rig.router.decide(chatRequest(), NEVER);
    await rig.router.decide(chatRequest(), NEVER);
    expect(cloud.provider.lists).toBe(lists);
  });
});
