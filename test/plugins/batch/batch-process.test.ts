import { describe, expect, test } from '@jest/globals';
import { batchProcessTool } from '../../../plugins/batch/tools/batch-process.ts';
import { LOCAL_PRINCIPAL, ProviderTimeoutError } from '../../../src/index.ts';
import type { Agent, DecisionLog, ModelRouterService } from '../../../src/index.ts';
import { createRouterDouble } from '../../doubles/router-double.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../../doubles/scripted-chat-model.ts';
import { signal } from './rig.ts';

const METADATA = { decisionId: 'd1', provider: 'house', model: 'm', finish_reason: 'stop' };

function makeTool(answers: readonly ScriptedAnswer[]) {
  const model = new ScriptedChatModel(answers, METADATA);
  const router = createRouterDouble(model, [{ providerId: 'house', modelId: 'm' }]);
  const tool = batchProcessTool({
    router: (): ModelRouterService => router,
    agent: (): Agent => {
      throw new Error('the tool asks no agent');
    },
    decisions: (): DecisionLog => ({ get: () => undefined, list: () => [] }),
    clock: { now: () => 0, monotonic: () => 0 },
  });
  const run = (prompts: readonly string[], more: object = {}) =>
    tool.run(tool.schema.parse({ prompts, concurrency: 1, ...more }), { signal, principal: LOCAL_PRINCIPAL });
  return { tool, run, model, router };
}

describe('batch_process', () => {
  test('answers each prompt by a model of this machine, equal ones once, in their order', async () => {
    const { run, model, router } = makeTool([{ tokens: ['red'] }, { tokens: ['blue'] }]);
    const { text, data } = await run(['apple?', 'sky?', 'apple?'], { system: 'One word.' });
    expect(text).toBe('1. red\n\n2. blue\n\n3. red');
    expect(data).toMatchObject({ tally: { items: 3, answered: 3, equal: 1 } });
    expect(model.asked.map((messages) => messages.map(({ content }) => content))).toEqual([
      ['One word.', 'apple?'],
      ['One word.', 'sky?'],
    ]);
    expect(router.defaults).toHaveLength(2);
    for (const defaults of router.defaults) {
      expect(defaults).toMatchObject({ privacy: 'local-only', parameters: { temperature: 0 } });
    }
  });

  test('tells which prompt failed, and fails only where all did', async () => {
    const failure = new ProviderTimeoutError('the model is too slow', { phase: 'total', limitMs: 1 });
    const { run } = makeTool([{ tokens: ['red'] }, { failure }]);
    expect((await run(['apple?', 'sky?'])).text).toBe('1. red\n\n2. (failed: the model is too slow)');
    await expect(makeTool([{ failure }, { failure }]).run(['a', 'b'])).rejects.toMatchObject({
      code: 'E_TOOL',
      message: expect.stringContaining('E_TIMEOUT the model is too slow'),
    });
  });

  test('takes no more prompts than a turn can wait for, and hands nothing to a model that is local itself', () => {
    const { tool } = makeTool([]);
    expect(tool.schema.safeParse({ prompts: Array.from({ length: 51 }, String) }).success).toBe(false);
    expect(tool.schema.safeParse({ prompts: [] }).success).toBe(false);
    expect(tool).toMatchObject({ risk: 'read', offer: 'on-request', isDelegation: true });
  });
});
