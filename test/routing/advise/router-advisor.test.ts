import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import type { ModelPreferences, ModelTask } from '../../../src/index.ts';
import { RouterAdvisor } from '../../../src/routing/advise/router-advisor.ts';
import { NEVER, rigOf, scripted } from '../doubles/rig.ts';
import type { ScriptedEntry } from '../doubles/rig.ts';

const here = { origin: 'config/local.json: routing.cloud.allow' };

function house(): { rig: ReturnType<typeof rigOf>; advisor: RouterAdvisor; entries: readonly ScriptedEntry[] } {
  const entries = [
    scripted(
      'desk',
      [
        { id: 'quick', contextTokens: 4_000, can: { chat: true }, tokensPerSecond: 80, grade: 'good' },
        {
          id: 'wise',
          contextTokens: 32_000,
          can: { chat: true, tools: true, json: true },
          tokensPerSecond: 9,
          grade: 'best',
        },
        { id: 'eyes', contextTokens: 8_000, can: { chat: true, vision: true } },
        { id: 'vectors', can: { embed: true, chat: false } },
      ],
      { priority: 1, model: 'quick' },
    ),
    scripted(
      'sky',
      [{ id: 'large', locality: 'cloud', contextTokens: 128_000, can: { chat: true, tools: true, json: true } }],
      {
        locality: 'cloud',
        priority: 100,
      },
    ),
  ];
  const rig = rigOf({ providers: entries, routing: { cloudPermission: here } });
  return { rig, advisor: new RouterAdvisor(() => rig.router), entries };
}

async function select(task: ModelTask, preferences: ModelPreferences = {}) {
  const { advisor } = house();
  const { primary, fallbacks, rejected } = await advisor.selectOptimalModel(task, preferences, NEVER);
  return { primary: primary?.ref, fallbacks: fallbacks.map(({ ref }) => ref), rejected };
}

describe('all available models', () => {
  test('are local and cloud ones with their kinds, and counted', async () => {
    const { models, statistics } = await house().advisor.getAllAvailableModels(NEVER);
    expect(models.map(({ model, kinds }) => [model.ref, kinds])).toEqual([
      ['desk:quick', ['text']],
      ['desk:wise', ['text']],
      ['desk:eyes', ['text', 'vision']],
      ['desk:vectors', ['embedding']],
      ['sky:large', ['text']],
    ]);
    expect(statistics).toEqual({
      total: 5,
      local: 4,
      cloud: 1,
      ready: 5,
      byProvider: { desk: 4, sky: 1 },
      byKind: { text: 4, vision: 1, embedding: 1, image: 0, video: 0, speech: 0 },
    });
  });
});

describe('the optimal model', () => {
  test('is what the router would choose, with the others behind it', async () => {
    expect(await select('chat')).toMatchObject({ primary: 'desk:quick' });
    expect((await select('chat')).fallbacks).toContain('sky:large');
  });

  test.each<[ModelTask, ModelPreferences, string]>([
    ['chat', { optimizeFor: 'quality' }, 'desk:wise'],
    ['chat', { optimizeFor: 'speed' }, 'desk:quick'],
    ['chat', { hasImages: true }, 'desk:eyes'],
    ['vision', {}, 'desk:eyes'],
    ['chat', { needsRealTimeData: true }, 'desk:wise'],
    ['chat', { contextTokens: 20_000 }, 'desk:wise'],
    ['chat', { contextTokens: 100_000 }, 'sky:large'],
    ['chat', { prefer: 'cloud' }, 'sky:large'],
    ['embedding', {}, 'desk:vectors'],
  ])('%s with %j is %s', async (task, preferences, wanted) => {
    expect((await select(task, preferences)).primary).toBe(wanted);
  });

  test('tells the reason against each of the others', async () => {
    const { rejected, primary } = await select('chat', { quality: 'better', tokensPerSecond: 5 });
    expect(primary).toBe('desk:wise');
    const texts = Object.fromEntries(
      rejected.map(({ ref, reasons }) => [ref, reasons.map(({ text }) => text).join('; ')]),
    );
    expect(texts['desk:quick']).toBe('is good, not better');
    expect(texts['desk:eyes']).toBe('nobody graded it, better is asked for');
    expect(texts['sky:large']).toMatch(/nobody graded it/);
  });

  test('is none where nothing will do, and says so of each', async () => {
    const { primary, rejected } = await select('image');
    expect(primary).toBeUndefined();
    expect(rejected).toHaveLength(5);
    expect(rejected[0]?.reasons.map(({ text }) => text)).toContain('is not known to do image');
  });

  test('is found without a trace in the log of decisions', async () => {
    const { rig, advisor } = house();
    await advisor.selectOptimalModel('chat', {}, NEVER);
    expect(rig.state.decisions.list()).toEqual([]);
  });
});

describe('a call that is routed by what it needs', () => {
  test('is answered by the model that was selected, and is one decision in the log', async () => {
    const { rig, advisor } = house();
    const call = {
      task: 'chat' as const,
      preferences: { optimizeFor: 'quality' as const },
      messages: [new HumanMessage('hi')],
      signal: NEVER,
    };
    const { text, ref, selection } = await advisor.executeWithOptimalRouting(call);
    expect({ text, ref, primary: selection.primary?.ref }).toEqual({
      text: 'hello',
      ref: 'desk:wise',
      primary: 'desk:wise',
    });
    expect(rig.state.decisions.list().map(({ decision }) => decision.id)).toEqual([selection.decision.id]);
  });

  test('refuses a task whose answer is no text', async () => {
    const call = { task: 'image' as const, messages: [new HumanMessage('a boat')], signal: NEVER };
    await expect(house().advisor.executeWithOptimalRouting(call)).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
