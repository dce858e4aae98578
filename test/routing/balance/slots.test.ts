import { describe, expect, test } from '@jest/globals';
import type { AttemptRecord } from '../../../src/index.ts';
import { ProviderServerError } from '../../../src/index.ts';
import { describeTrace } from '../../../src/routing/describe-trace.ts';
import { ask, LIMITS } from '../doubles/rig.ts';
import { endpointsRig, settle } from './endpoints-rig.ts';

type Rig = ReturnType<typeof endpointsRig>;

/** Attempts of all decisions, oldest first. */
function attemptsOf({ state }: Rig): readonly AttemptRecord[] {
  return state.decisions
    .list({ limit: 1_000 })
    .toReversed()
    .flatMap(({ attempts }) => attempts);
}

/** Ends what every endpoint holds, one call after another, until all are done. */
async function drain(rig: Rig, calls: readonly Promise<unknown>[]): Promise<void> {
  for (const endpoint of rig.endpoints) endpoint.release();
  await Promise.all(calls);
}

describe('slots', () => {
  test('are never more than the configuration gives, whatever comes at once', async () => {
    const rig = endpointsRig({ weights: [1, 1], slots: 2, queue: 20 });
    const atOnce = rig.endpoints.map(() => ({ now: 0, most: 0 }));
    for (const [place, endpoint] of rig.endpoints.entries()) {
      const chat = endpoint.chat.bind(endpoint);
      endpoint.chat = async (modelId, call) => {
        const count = atOnce[place]!;
        count.now += 1;
        count.most = Math.max(count.most, count.now);
        await settle();
        count.now -= 1;
        return chat(modelId, call);
      };
    }
    const routes = await Promise.all(Array.from({ length: 40 }, () => rig.route()));
    expect(routes.every((route) => /^e[01]$/.test(route))).toBe(true);
    expect(atOnce.map(({ most }) => most)).toEqual([2, 2]);
    expect(rig.endpoints.map(({ calls }) => calls)).toEqual([20, 20]);
  });

  test('of one endpoint may differ from those of the entry', async () => {
    const rig = endpointsRig({ weights: [1, 1], slots: 1, slotsOf: [3], queue: 0 });
    for (const endpoint of rig.endpoints) endpoint.hold();
    const calls = Array.from({ length: 4 }, () => rig.route());
    await settle();
    expect(rig.endpoints.map(({ arrived }) => arrived)).toEqual([3, 1]);
    await drain(rig, calls);
  });

  test('that are taken send a call to the endpoint that has one free, not into the queue', async () => {
    const rig = endpointsRig({ weights: [100, 1], slots: 1, queue: 5 });
    for (const endpoint of rig.endpoints) endpoint.hold();
    const calls = [rig.route(), rig.route()];
    await settle();
    expect(rig.endpoints.map(({ arrived }) => arrived)).toEqual([1, 1]);
    await drain(rig, calls);
  });

  test('are waited for in the order of coming, and the wait is told', async () => {
    const rig = endpointsRig({ weights: [1], slots: 1, queue: 5 });
    const [only] = rig.endpoints;
    // The first call of all looks at the server, which takes it longer than those that come after.
    await ask(rig, 'zeroth');
    only!.hold();
    const calls = ['first', 'second', 'third'].map((text) => ask(rig, text));
    await settle();
    expect(only!.arrived).toBe(2);
    rig.clock.advanceMonotonic(250);
    await drain(rig, calls);
    expect(only!.seenMessages.map(([message]) => message?.text)).toEqual(['zeroth', 'first', 'second', 'third']);
    const attempts = attemptsOf(rig);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'answered', 'answered']);
    expect(attempts[1]).not.toHaveProperty('queuedMs');
    expect(attempts[2]?.queuedMs).toBeGreaterThanOrEqual(250);
    // What was waited is taken off the limit of the whole.
    expect(only!.contexts.map(({ limits }) => limits.totalMs <= LIMITS.totalMs - 250)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    const told = rig.state.decisions.list({ limit: 1 })[0];
    expect(JSON.stringify(told && describeTrace(told))).toMatch(/answered, after \d+ ms in the queue, in /);
  });

  test('with a full queue leave the call to another model at once, and say why', async () => {
    const rig = endpointsRig({ weights: [1], slots: 1, queue: 1, hasOther: true });
    rig.endpoints[0]!.hold();
    const calls = [rig.route(), rig.route()];
    await settle();
    expect(await rig.route()).toBe('e0 other');
    const refused = attemptsOf(rig).find(({ error }) => error !== undefined);
    expect(refused?.error).toMatchObject({
      code: 'E_BUSY',
      message:
        'many@127.0.0.1:9000/m: its one slot was taken and 1 more calls wait for it; ask again later, or raise providers.many.slots or providers.many.queue',
    });
    // What we refuse ourselves says nothing against the server.
    expect(rig.router.breakers()).toEqual([]);
    await drain(rig, calls);
  });

  test('with a full queue send the call to another endpoint first', async () => {
    const rig = endpointsRig({ weights: [1, 1], slots: 1, queue: 1, hasOther: true });
    for (const endpoint of rig.endpoints) endpoint.hold();
    const calls = Array.from({ length: 4 }, () => rig.route());
    await settle();
    const [last] = await rig.routes(1);
    expect(last).toMatch(/other$/);
    await drain(rig, calls);
    expect(rig.endpoints.map(({ calls: each }) => each)).toEqual([2, 2]);
  });

  test('with a full queue are no reason to ask another endpoint before a model that ranks before it', async () => {
    const rig = endpointsRig({ weights: [1, 1], slots: 1, queue: 0, hasOther: true, otherPriority: 1 });
    const [first, second] = rig.endpoints;
    first!.models = [{ id: 'm', isLoaded: true }];
    second!.models = [{ id: 'm', isLoaded: false }];
    rig.other.models = [{ id: 'm', isLoaded: true }];
    first!.script = () => [{ error: new ProviderServerError('500') }];
    second!.hold();
    const held = rig.route();
    await settle();
    expect(await rig.route()).toBe('e0 other');
    await drain(rig, [held]);
    expect(await held).toBe('e0 e1');
  });

  test('with a full queue and nobody else are asked for again, and had when one is free', async () => {
    const rig = endpointsRig({ weights: [1], slots: 1, queue: 0 });
    const [only] = rig.endpoints;
    only!.hold();
    const first = rig.route();
    await settle();
    const second = rig.route();
    await settle();
    only!.release();
    await first;
    expect(await second).toBe('e0 e0');
  });

  test('are given back when a call fails, is left in the middle, or is aborted', async () => {
    const rig = endpointsRig({ weights: [1], slots: 1, queue: 0, routing: { failover: OFF } });
    const [only] = rig.endpoints;
    only!.script = () => [{ error: new ProviderServerError('500') }];
    await expect(rig.route()).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    only!.script = () => ['one', 'two', 'three'];
    const model = await rig.router.model();
    for await (const chunk of await model.stream('hi')) if (chunk.text === 'one') break;
    expect(await rig.route()).toBe('e0');
    only!.script = () => [{ hang: true }];
    const controller = new AbortController();
    const hanging = model.invoke('hi', { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(hanging).rejects.toThrow();
    only!.script = () => ['hello'];
    expect(await rig.route()).toBe('e0');
  });

  test('are given back by an abort although the reader of the stream neither reads on nor leaves', async () => {
    const rig = endpointsRig({ weights: [1], slots: 1, queue: 0, routing: { failover: OFF } });
    rig.endpoints[0]!.script = () => ['one', 'two'];
    const model = await rig.router.model();
    const controller = new AbortController();
    const stream = await model.stream('hi', { signal: controller.signal });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    controller.abort();
    await settle();
    expect(await rig.route()).toBe('e0');
  });

  test('are not waited for beyond the total limit, nor by who aborts', async () => {
    const rig = endpointsRig({ weights: [1], slots: 1, queue: 5, routing: { failover: OFF } });
    const [only] = rig.endpoints;
    only!.hold();
    const first = rig.route();
    await settle();
    await expect(ask(rig, 'hi', { limits: { totalMs: 20 } })).rejects.toMatchObject({
      code: 'E_TIMEOUT',
      message: expect.stringMatching(
        /^many@127\.0\.0\.1:9000\/m: the total limit of 20 ms passed while its one slot was taken/,
      ),
    });
    const controller = new AbortController();
    const model = await rig.router.model();
    const waiting = model.invoke('hi', { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(waiting).rejects.toThrow();
    const third = rig.route();
    await drain(rig, [first, third]);
    expect(only!.arrived).toBe(2);
  });

  test('of the endpoint that a conversation stays with are waited for; a full queue is not', async () => {
    const rig = endpointsRig({ weights: [1, 1], slots: 1, queue: 1 });
    const home = await rig.route({ stickyKey: 'talk' });
    const place = Number(home.slice(1));
    for (const endpoint of rig.endpoints) endpoint.hold();
    const arrivedBefore = rig.endpoints.map(({ arrived }) => arrived);
    const calls = [rig.route({ stickyKey: 'talk' }), rig.route({ stickyKey: 'talk' })];
    await settle();
    expect(rig.endpoints[place]!.arrived).toBe(arrivedBefore[place]! + 1);
    expect(rig.endpoints[1 - place]!.arrived).toBe(arrivedBefore[1 - place]);
    calls.push(rig.route({ stickyKey: 'talk' }));
    await settle();
    expect(rig.endpoints[1 - place]!.arrived).toBe(arrivedBefore[1 - place]! + 1);
    await drain(rig, calls);
    expect(await Promise.all(calls)).toEqual([home, home, `e${1 - place}`]);
  });
});

/** So that a refusal is told at once. */
const OFF = {
  isEnabled: true,
  maxRetries: 0,
  failureThreshold: 5,
  recoveryMs: 300_000,
  interruptedText: 'stop' as const,
};
