import { describe, expect, test } from '@jest/globals';
import {
  BusyError,
  InterruptedStreamError,
  ModelLoadingError,
  ProviderServerError,
  ProviderTimeoutError,
  ProviderUnreachableError,
  RateLimitedError,
} from '../../../src/index.ts';
import { readStream } from '../doubles/read-stream.ts';
import { chatRequest, NEVER } from '../doubles/rig.ts';
import { endpointsRig, settle } from './endpoints-rig.ts';

function countOf(seen: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of seen) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

describe('calls to a model with several endpoints', () => {
  test('are shared out by weight, in turn', async () => {
    const rig = endpointsRig({ weights: [3, 2, 1] });
    expect((await rig.routes(6)).join(' ')).toBe('e0 e1 e0 e2 e1 e0');
    expect(countOf(await rig.routes(60))).toEqual({ e0: 30, e1: 20, e2: 10 });
  });

  test('are shared out by weight when they stream, and when many come at once', async () => {
    const rig = endpointsRig({ weights: [2, 1] });
    for (let call = 0; call < 6; call += 1) expect(await readStream(rig)).toEqual(['hello']);
    expect(rig.endpoints.map(({ calls }) => calls)).toEqual([4, 2]);
    await Promise.all(Array.from({ length: 30 }, () => rig.route()));
    expect(rig.endpoints.map(({ calls }) => calls)).toEqual([24, 12]);
  });

  test('go to the least busy for its weight', async () => {
    const rig = endpointsRig({ weights: [2, 1, 1], balance: 'least-busy' });
    for (const endpoint of rig.endpoints) endpoint.hold();
    const calls = Array.from({ length: 8 }, () => rig.route());
    await settle();
    expect(rig.endpoints.map(({ arrived }) => arrived)).toEqual([4, 2, 2]);
    // One that is done is free again, and the next calls are its.
    rig.endpoints[1]?.release();
    await settle();
    const two = [rig.route(), rig.route()];
    expect(await Promise.all(two)).toEqual(['e1', 'e1']);
    for (const endpoint of rig.endpoints) endpoint.release();
    await Promise.all(calls);
    expect(await rig.route()).toBe('e0');
  });

  test('go the more to an endpoint the faster it is, and to the slowest still', async () => {
    const rig = endpointsRig({ weights: [1, 1, 1], balance: 'latency' });
    const times = [40, 80, 40_000];
    for (const [place, endpoint] of rig.endpoints.entries()) {
      endpoint.script = () => {
        rig.clock.advanceMonotonic(times[place] ?? 0);
        return ['hello'];
      };
    }
    const seen = countOf(await rig.routes(160, { limits: { totalMs: 100_000, firstTokenMs: 100_000 } }));
    // 1 : 1/2 : 1/10 of 160.
    expect(seen['e0']).toBeGreaterThanOrEqual(95);
    expect(seen['e1']).toBeGreaterThanOrEqual(45);
    expect(seen['e2']).toBeGreaterThanOrEqual(8);
    expect(seen['e2']).toBeLessThanOrEqual(14);
  });

  test('take no other way where a model has one endpoint', async () => {
    const rig = endpointsRig({ weights: [1], hasOther: true });
    expect(await rig.routes(3)).toEqual(['e0', 'e0', 'e0']);
  });
});

describe('an endpoint that fails', () => {
  test.each([
    ['is gone', new ProviderUnreachableError('refused')],
    ['answers with a fault', new ProviderServerError('500')],
    ['is busy', new BusyError('queue full', { retryAfterMs: 60_000 })],
    ['limits our calls', new RateLimitedError('slow down', { retryAfterMs: 60_000 })],
    ['loads its model', new ModelLoadingError('loading')],
    ['lets a limit pass', new ProviderTimeoutError('late', { phase: 'first-token', limitMs: 1 })],
  ])('because it %s costs no answer: the others of its model come before another model', async (_, error) => {
    const rig = endpointsRig({ weights: [1, 1], hasOther: true });
    await rig.routes(2);
    rig.endpoints[0]!.script = () => [{ error }];
    const seen = await rig.routes(6);
    expect(seen.every((route) => route.endsWith('e1') && !route.includes('other'))).toBe(true);
    expect(seen.filter((route) => route === 'e0 e1').length).toBeGreaterThan(0);
  });

  test('is passed over while it asked to be left alone, and gets its turns again after that', async () => {
    const rig = endpointsRig({ weights: [1, 1] });
    rig.endpoints[0]!.script = () => [{ error: new BusyError('queue full', { retryAfterMs: 5_000 }) }];
    expect(countOf(await rig.routes(8))).toEqual({ 'e0 e1': 1, e1: 7 });
    rig.endpoints[0]!.script = () => ['hello'];
    rig.clock.advance(5_001);
    const after = countOf(await rig.routes(8));
    expect(after['e0']).toBeGreaterThanOrEqual(3);
    expect(after['e0']).toBeLessThanOrEqual(5);
  });

  test.each(['loading', 'busy'] as const)('that was seen %s gets no call while another is ready', async (state) => {
    const rig = endpointsRig({ weights: [1, 1] });
    rig.endpoints[0]!.report = { state, latencyMs: 1, detail: state };
    await rig.router.refresh(NEVER);
    expect(await rig.routes(4)).toEqual(['e1', 'e1', 'e1', 'e1']);
    rig.endpoints[1]!.report = { state, latencyMs: 1, detail: state };
    await rig.router.refresh(NEVER);
    rig.endpoints[1]!.script = () => [{ error: new ProviderServerError('500') }];
    expect(await rig.route()).toMatch(/e0$/);
  });

  test('leaves after it was found dead, and returns when a look finds it well', async () => {
    const rig = endpointsRig({ weights: [1, 1, 2] });
    await rig.routes(4);
    const dead = rig.endpoints[2]!;
    dead.isUp = false;
    dead.script = () => [{ error: new ProviderUnreachableError('refused') }];
    const without = await rig.routes(40);
    expect(without.filter((route) => route.startsWith('e2'))).toHaveLength(1);
    const shares = countOf(without.map((route) => route.slice(-2)));
    expect(Math.abs((shares['e0'] ?? 0) - (shares['e1'] ?? 0))).toBeLessThanOrEqual(2);
    dead.isUp = true;
    dead.script = () => ['hello'];
    rig.clock.advance(31_000);
    await settle();
    expect(countOf(await rig.routes(40))['e2']).toBeGreaterThanOrEqual(19);
  });

  test('after its first word is an interruption like any other', async () => {
    const rig = endpointsRig({ weights: [1, 1] });
    rig.endpoints[0]!.script = () => ['one', { error: new InterruptedStreamError('cut') }];
    await expect(readStream(rig)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(rig.endpoints[1]!.calls).toBe(0);
  });

  test('is followed by another of its model although another model ranks between the two', async () => {
    const rig = endpointsRig({ weights: [1, 1], hasOther: true, otherPriority: 1 });
    const [first, second] = rig.endpoints;
    first!.models = [{ id: 'm', isLoaded: true }];
    second!.models = [{ id: 'm', isLoaded: false }];
    rig.other.models = [{ id: 'm', isLoaded: true }];
    first!.script = () => [{ error: new ProviderServerError('500') }];
    const routes = await rig.routes(2);
    const [trace] = rig.state.decisions.list({ limit: 1 });
    expect(trace?.decision.chain.map(({ targetId }) => rig.nameOf(targetId))).toEqual(['e0', 'other', 'e1']);
    expect(routes).toEqual(['e0 e1', 'e1']);
  });

  test('since the decision was made is passed over when the decision is executed', async () => {
    const rig = endpointsRig({ weights: [100, 1] });
    await rig.routes(2);
    const decision = await rig.router.decide(chatRequest(), NEVER, () => []);
    rig.endpoints[0]!.script = () => [
      { error: new ProviderTimeoutError('late', { phase: 'first-token', limitMs: 1 }) },
    ];
    expect(await rig.route()).toBe('e0 e1');
    await (await rig.router.open(decision)).invoke('hi');
    const { attempts = [] } = rig.state.decisions.get(decision.id) ?? {};
    expect(attempts.map(({ targetId }) => rig.nameOf(targetId))).toEqual(['e1']);
  });

  test('leaves the answer to another model when all of its model fail', async () => {
    const rig = endpointsRig({ weights: [1, 1], hasOther: true });
    await rig.router.refresh(NEVER);
    for (const endpoint of rig.endpoints) endpoint.script = () => [{ error: new ProviderServerError('500') }];
    const route = (await rig.route()).split(' ');
    expect(route).toEqual(['e0', 'e1', 'other']);
  });
});

describe('a conversation', () => {
  test('stays with the endpoint that has its prompt; new ones and calls without a key are shared out', async () => {
    const rig = endpointsRig({ weights: [1, 1, 1] });
    const homes = new Map<string, string>();
    for (let talk = 0; talk < 9; talk += 1) homes.set(`talk-${talk}`, await rig.route({ stickyKey: `talk-${talk}` }));
    expect(countOf([...homes.values()])).toEqual({ e0: 3, e1: 3, e2: 3 });
    for (let turn = 0; turn < 3; turn += 1) {
      for (const [stickyKey, home] of homes) expect(await rig.route({ stickyKey })).toBe(home);
    }
    expect(countOf(await rig.routes(30))).toEqual({ e0: 10, e1: 10, e2: 10 });
  });

  test('keeps the calls of one turn together', async () => {
    const rig = endpointsRig({ weights: [1, 1, 1] });
    for (const turn of ['a', 'b', 'c']) {
      const seen = await rig.routes(3, { loopKey: turn });
      expect(new Set(seen).size).toBe(1);
    }
  });

  test('moves for good when its endpoint dies: the next one has its prompt now', async () => {
    const rig = endpointsRig({ weights: [1, 1, 1] });
    const home = Number((await rig.route({ stickyKey: 'talk' })).slice(1));
    const dead = rig.endpoints[home]!;
    dead.isUp = false;
    dead.script = () => [{ error: new ProviderUnreachableError('refused') }];
    const [, next = ''] = (await rig.route({ stickyKey: 'talk' })).split(' ');
    expect(next).not.toBe(`e${home}`);
    expect(await rig.routes(3, { stickyKey: 'talk' })).toEqual([next, next, next]);
    dead.isUp = true;
    dead.script = () => ['hello'];
    rig.clock.advance(31_000);
    await settle();
    expect(await rig.routes(3, { stickyKey: 'talk' })).toEqual([next, next, next]);
  });

  test('moves for good, too, when another call found its endpoint dead', async () => {
    const rig = endpointsRig({ weights: [1, 1, 1] });
    expect(await rig.route({ stickyKey: 'talk' })).toBe('e0');
    rig.endpoints[0]!.isUp = false;
    await rig.router.refresh(NEVER);
    const next = await rig.route({ stickyKey: 'talk' });
    expect(await rig.routes(4, { stickyKey: 'talk' })).toEqual([next, next, next, next]);
  });

  test('that begins while an endpoint is dead stays where it began', async () => {
    const rig = endpointsRig({ weights: [1, 1, 1] });
    rig.endpoints[0]!.isUp = false;
    await rig.router.refresh(NEVER);
    const home = await rig.route({ stickyKey: 'talk' });
    expect(await rig.routes(4, { stickyKey: 'talk' })).toEqual([home, home, home, home]);
  });

  test('returns from another model to an endpoint of its own', async () => {
    const rig = endpointsRig({ weights: [1, 1], hasOther: true });
    await rig.route({ stickyKey: 'talk' });
    for (const endpoint of rig.endpoints) endpoint.script = () => [{ error: new ProviderServerError('500') }];
    expect((await rig.route({ stickyKey: 'talk' })).endsWith('other')).toBe(true);
    for (const endpoint of rig.endpoints) endpoint.script = () => ['hello'];
    expect(await rig.route({ stickyKey: 'talk' })).toMatch(/^e[01]$/);
  });

  test('leaves an endpoint that has just failed the same turn', async () => {
    const rig = endpointsRig({ weights: [1, 1] });
    await rig.route({ loopKey: 'turn' });
    const failed = rig.router.status().targets.find(({ targetId }) => rig.nameOf(targetId) === 'e0')?.targetId ?? '';
    expect(await rig.route({ loopKey: 'turn', avoidedTargets: [failed] })).toBe('e1');
  });
});
