import { describe, expect, test } from '@jest/globals';
import { ModelKeeper } from '../../../../plugins/local-model/services/model-keeper.ts';
import type { RouteRequest } from '../../../../src/index.ts';
import { stage, target } from './keeper-setup.ts';

const signal = new AbortController().signal;
const LIMIT = 60_000;

const loadAllButA = async (modelId: string): Promise<void> => {
  if (modelId === 'a') throw new Error('no memory');
};

describe('loading models beforehand', () => {
  test('loads those that are named, in order, and not what is in memory already', async () => {
    const { ports, state } = stage({ preload: ['ollama:b', 'ollama:a', 'ollama:c'] });
    state.inMemory.push('a');
    await new ModelKeeper(ports).preload(signal);
    expect(state.loads).toEqual(['b', 'c']);
  });

  test('loads the model that would answer a chat for "auto", by a preview, and none of a cloud', async () => {
    const local = stage({ preload: ['auto'], models: [{ providerId: 'ollama', modelId: 'a' }] });
    const previews: unknown[] = [];
    const router = {
      ...local.router,
      decide: async (request: RouteRequest) => {
        previews.push(request.isPreview);
        const decision = local.decide('a');
        return { ...decision, request };
      },
    };
    await new ModelKeeper({ ...local.ports, router: () => router }).preload(signal);
    expect([previews, local.state.loads]).toEqual([[true], ['a']]);

    const cloud = stage({ preload: ['auto'], models: [{ providerId: 'openai', modelId: 'x', locality: 'cloud' }] });
    await new ModelKeeper(cloud.ports).preload(signal);
    expect(cloud.state.loads).toEqual([]);
  });

  test('never throws, tells why in the log, and goes on with the next', async () => {
    const { ports, lines } = stage({
      preload: ['ollama:a', 'nonsense', 'ollama:z', 'ollama:b'],
      lifecycle: { load: loadAllButA },
    });
    await new ModelKeeper(ports).preload(signal);
    expect(lines).toEqual([
      'ollama:a of lifecycle.preload was not loaded: no memory',
      'lifecycle.preload: "nonsense" names no model; write provider:model, or auto',
      'lifecycle.preload: no provider has ollama:z; fetch it first',
    ]);
  });

  test('fetches nothing in the background', async () => {
    const { ports, state } = stage({ preload: ['ollama:a', 'ollama:b'], isHere: async (ref) => ref === 'ollama:b' });
    await new ModelKeeper(ports).preload(signal);
    expect(state.loads).toEqual(['b']);
  });

  test('ends with the keeper, without a word', async () => {
    const begun = Promise.withResolvers<void>();
    const load = (_model: string, abort: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        abort.addEventListener('abort', () => reject(new Error('aborted')));
        begun.resolve();
      });
    const { ports, lines, timers } = stage({
      preload: ['ollama:a', 'ollama:b'],
      lifecycle: { load },
      unloadAfterMs: LIMIT,
    });
    const keeper = new ModelKeeper(ports);
    const running = keeper.preload(signal);
    await begun.promise;
    keeper.dispose();
    await expect(running).resolves.toBeUndefined();
    expect([lines, timers.size]).toEqual([[], 0]);
  });
});

const unload = async (): Promise<void> => {
  throw new Error('busy');
};

describe('unloading models that nobody uses', () => {
  test('unloads each after its own time since its last use, and says so', async () => {
    const { ports, state, lines, decide, attempt, pass } = stage({ unloadAfterMs: LIMIT });
    const keeper = new ModelKeeper(ports);
    for (const modelId of ['a', 'b']) {
      const decision = decide(modelId);
      keeper.onDecision(decision);
      attempt(decision);
      await pass(20_000);
    }
    await pass(20_100);
    expect(state.unloads).toEqual([]);
    await pass(200);
    expect(state.unloads).toEqual(['a']);
    await pass(20_000);
    expect(state.unloads).toEqual(['a', 'b']);
    expect(lines).toEqual(['unloaded ollama:a, unused for 60 s', 'unloaded ollama:b, unused for 60 s']);
  });

  test('does nothing without the setting, and nothing to what it has not used', async () => {
    const off = stage();
    const decision = off.decide('a');
    new ModelKeeper(off.ports).onDecision(decision);
    expect(off.timers.size).toBe(0);

    const { ports, state, decide, attempt, pass } = stage({ unloadAfterMs: LIMIT });
    state.inMemory.push('of-another-program');
    const keeper = new ModelKeeper(ports);
    const used = decide('a');
    keeper.onDecision(used);
    keeper.onDecision(decide('cloudy', 'cloud'));
    attempt(used);
    await pass(LIMIT + 1_000);
    expect(state.unloads).toEqual(['a']);
    expect(state.inMemory).toEqual(['of-another-program']);
  });

  test('counts a stand-in that answered, and leaves what still answers or another process uses', async () => {
    const { ports, state, decide, attempt, pass, traces } = stage({ unloadAfterMs: LIMIT });
    const keeper = new ModelKeeper(ports);
    const decision = decide('a');
    const withStandIn = {
      ...decision,
      chain: [...decision.chain, { ...decision.chain[0]!, ref: 'ollama:b' as const, targetId: target('b') }],
    };
    keeper.onDecision(withStandIn);
    attempt(withStandIn, { targetId: target('b'), ref: 'ollama:b', outcome: 'running', totalMs: undefined });
    await pass(LIMIT + 1_000);
    expect(state.unloads).toEqual([]);
    traces[0] = {
      ...traces[0]!,
      attempts: [{ ...traces[0]!.attempts[0]!, outcome: 'answered', totalMs: LIMIT + 5_000 }],
    };
    attempt(decide('b'));
    await pass(LIMIT / 2);
    expect(state.unloads).toEqual([]);
    await pass(LIMIT);
    expect(state.unloads).toEqual(['b']);
  });

  test('leaves nothing running after its end', async () => {
    const { ports, state, timers, decide, attempt, pass } = stage({ unloadAfterMs: LIMIT });
    const keeper = new ModelKeeper(ports);
    const decision = decide('a');
    keeper.onDecision(decision);
    attempt(decision);
    expect(timers.size).toBe(1);
    keeper.dispose();
    keeper.onDecision(decide('b'));
    expect(timers.size).toBe(0);
    await pass(2 * LIMIT);
    expect(state.unloads).toEqual([]);
  });

  test('tells when a server refuses', async () => {
    const { ports, lines, decide, attempt, pass } = stage({ unloadAfterMs: LIMIT, lifecycle: { unload } });
    const keeper = new ModelKeeper(ports);
    const decision = decide('a');
    keeper.onDecision(decision);
    attempt(decision);
    await pass(LIMIT + 1_000);
    expect(lines).toEqual(['ollama:a could not be unloaded: busy']);
  });
});
