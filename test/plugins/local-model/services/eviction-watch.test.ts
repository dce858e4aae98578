import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EvictionWatch } from '../../../../plugins/local-model/services/eviction-watch.ts';
import { findEvictions, type ModelUse } from '../../../../plugins/local-model/services/find-evictions.ts';
import { KeeperService } from '../../../../plugins/local-model/services/keeper-service.ts';
import { stage, target } from './keeper-setup.ts';

const signal = new AbortController().signal;
const REMEDY = /OLLAMA_MAX_LOADED_MODELS/;

type Stage = ReturnType<typeof stage>;

/** Uses of this process, half a minute apart. */
async function use(scene: Stage, watch: EvictionWatch, models: string): Promise<void> {
  for (const modelId of models) {
    const decision = scene.decide(modelId);
    await watch.onDecision(decision, signal);
    scene.attempt(decision);
    await scene.pass(30_000);
  }
}

const loaded = async (): Promise<never> => {
  throw new Error('broken');
};

describe('two models of one server', () => {
  test('that put each other out are told once in the log and in the report, with the remedy of the engine', async () => {
    const scene = stage({ room: 1 });
    const watch = new EvictionWatch(scene.ports);
    await use(scene, watch, 'aba');
    expect(watch.evictions()).toEqual([]);
    await use(scene, watch, 'b');
    expect(watch.evictions()).toEqual([
      {
        provider: 'ollama',
        serverId: 'ollama@127.0.0.1:1',
        address: '127.0.0.1:1',
        models: ['a', 'b'],
        swaps: 2,
        remedy: expect.stringMatching(REMEDY),
        text: expect.stringMatching(
          /^ollama at 127\.0\.0\.1:1: a and b put each other out of memory \(2 times .*\), so that .*; start Ollama with OLLAMA_MAX_LOADED_MODELS=2/,
        ),
      },
    ]);
    await use(scene, watch, 'abab');
    expect(scene.lines).toHaveLength(1);
    expect(scene.lines[0]).toMatch(REMEDY);
  });

  test('that have room together are none, nor one model alone, which is not even looked at', async () => {
    const together = stage({ room: 2 });
    const watch = new EvictionWatch(together.ports);
    await use(together, watch, 'abababab');
    expect(await watch.check(signal)).toEqual([]);
    const alone = stage({ room: 1 });
    await use(alone, new EvictionWatch(alone.ports), 'aaaa');
    expect(alone.state.looks).toBe(0);
  });

  test('are forgotten when ten minutes have passed', async () => {
    const scene = stage({ room: 1 });
    const watch = new EvictionWatch(scene.ports);
    await use(scene, watch, 'abab');
    await scene.pass(10 * 60_000);
    expect(await watch.check(signal)).toEqual([]);
  });

  test('are found from the log of other processes by slow first tokens, while they are apart', async () => {
    const scene = stage({ room: 1 });
    for (const modelId of ['a', 'b', 'a', 'b']) {
      scene.attempt(scene.decide(modelId), { firstTokenMs: 3_000 });
      await scene.pass(20_000);
    }
    expect(await new EvictionWatch(scene.ports).check(signal)).toMatchObject([{ models: ['a', 'b'], swaps: 2 }]);
    scene.state.inMemory = ['a', 'b'];
    expect(await new EvictionWatch(scene.ports).check(signal)).toEqual([]);
  });

  test('are not taken for such because they are slow as they always are', async () => {
    const measurements = ['a', 'b'].map((modelId) => ({
      targetId: target(modelId),
      speed: { tokensPerSecond: 1, firstTokenMs: 2_500, measuredAt: 0 },
    }));
    const scene = stage({ room: 1, measurements });
    for (const modelId of ['a', 'b', 'a', 'b']) {
      scene.attempt(scene.decide(modelId), { firstTokenMs: 3_000 });
      await scene.pass(20_000);
    }
    expect(await new EvictionWatch(scene.ports).check(signal)).toEqual([]);
  });

  test('that the server let go by itself, long after their use, are not told', async () => {
    const scene = stage({ room: 1 });
    for (const modelId of ['a', 'b', 'a', 'b']) {
      scene.attempt(scene.decide(modelId), { firstTokenMs: 3_000 });
      await scene.pass(20_000);
    }
    await scene.pass(5 * 60_000);
    scene.state.inMemory = [];
    expect(await new EvictionWatch(scene.ports).check(signal)).toEqual([]);
  });

  test('of a server that does not answer are no fault of a call', async () => {
    const scene = stage({ room: 1, lifecycle: { loaded } });
    const watch = new EvictionWatch(scene.ports);
    await use(scene, watch, 'abab');
    expect(watch.evictions()).toEqual([]);
  });
});

const play = (text: string): readonly ModelUse[] =>
  Array.from(text, (letter, at) => ({
    targetId: `s/${letter.toLowerCase()}`,
    at: at + 1,
    wasAbsent: letter !== letter.toUpperCase(),
  }));

const swaps = (text: string): number[] => findEvictions(play(text), 100).map((pair) => pair.swaps);

describe('counting swaps', () => {
  const uses = fc.array(
    fc.record({ targetId: fc.constantFrom('s/a', 's/b', 't/a'), at: fc.nat(1_000_000), wasAbsent: fc.boolean() }),
    { maxLength: 40 },
  );

  test('never finds a pair of two servers, or one of which a model was always in memory', () => {
    fc.assert(
      fc.property(uses, (list) => {
        for (const { targets, serverId } of findEvictions(list, 600_000)) {
          expect(targets.every((each) => each.startsWith(`${serverId}/`))).toBe(true);
          for (const targetId of targets) {
            expect(list.some((each) => each.targetId === targetId && each.wasAbsent)).toBe(true);
          }
        }
      }),
    );
  });

  test('counts each way there and back, and begins anew when a use finds its model', () => {
    expect(swaps('ababa')).toEqual([3]);
    expect(swaps('aba')).toEqual([]);
    expect(swaps('abAbab')).toEqual([2]);
    expect(swaps('abcabc')).toEqual([]);
  });
});

describe('the service', () => {
  test('hears decisions until it ends, and tells what was found', async () => {
    const scene = stage({ room: 1, unloadAfterMs: 60_000 });
    const heard: ((decision: ReturnType<Stage['decide']>) => void)[] = [];
    let isHeard = true;
    const router = {
      ...scene.router,
      onDecision: (listener: (typeof heard)[number]) => {
        heard.push(listener);
        return { dispose: () => void (isHeard = false) };
      },
    };
    const controller = new AbortController();
    const service = new KeeperService({ ...scene.ports, router: () => router });
    service.start(controller.signal);
    for (const modelId of 'abab') {
      const decision = scene.decide(modelId);
      heard[0]!(decision);
      await service.evictions(signal);
      scene.attempt(decision);
      await scene.pass(1_000);
    }
    expect(await service.evictions(signal)).toMatchObject([{ models: ['a', 'b'] }]);
    expect(scene.timers.size).toBe(1);
    controller.abort();
    await service.dispose();
    expect([isHeard, scene.timers.size]).toEqual([false, 0]);
    await expect(service.preload(signal)).resolves.toBeUndefined();
  });
});
