import { describe, expect, test } from '@jest/globals';
import { tool as langChainTool } from '@langchain/core/tools';
import { z } from 'zod';
import { defineTool } from '../../../src/index.ts';
import type { ScriptedAnswer } from '../../doubles/scripted-chat-model.ts';
import { answerOf, makeToolRig, resultsOf } from './tool-rig.ts';

const SORRY = { tokens: ['I do not know.'] };

function weatherTool() {
  const ran: unknown[] = [];
  const tool = defineTool({
    id: 'get_weather',
    description: 'weather of a city',
    risk: 'read',
    schema: z.object({ city: z.string(), unit: z.string().optional() }),
    run: async (args) => {
      ran.push(args);
      return { text: `sunny in ${args.city}`, data: args };
    },
  });
  return { ran, tool };
}

function call(args: Record<string, unknown>, name = 'get_weather'): ScriptedAnswer {
  return { toolCalls: [{ name, args }] };
}

describe('a call that cannot be run', () => {
  test('is asked for once more with what does not fit, and runs when it is mended', async () => {
    const { ran, tool } = weatherTool();
    const answers = [call({ town: 'Paris' }), call({ city: 'Paris' }), { tokens: ['Sunny.'] }];
    const { ask } = makeToolRig({ tools: [tool], answers });
    const events = await ask();
    expect(resultsOf(events)).toEqual([
      expect.stringMatching(/^E_TOOL get_weather was not run.*city: Invalid input: expected string.*call it once more/),
      'sunny in Paris',
    ]);
    expect(ran).toEqual([{ city: 'Paris' }]);
    expect(answerOf(events)).toBe('Sunny.');
  });

  test('is not asked for a third time, and a local model then answers in words', async () => {
    const { ran, tool } = weatherTool();
    const { ask, chatModel } = makeToolRig({ tools: [tool], answers: [call({}), call({ city: 7 }), SORRY] });
    const events = await ask();
    const [first, second] = resultsOf(events);
    expect(first).toContain('once more');
    expect(second).toMatch(/^E_TOOL get_weather was not run.*second time: answer in words/);
    expect(ran).toEqual([]);
    expect(answerOf(events)).toBe('I do not know.');
    expect(chatModel.boundTools).toEqual([['get_weather'], ['get_weather'], []]);
  });

  test('of a tool that is not offered names those that are', async () => {
    const { tool } = weatherTool();
    const { ask } = makeToolRig({ tools: [tool], answers: [call({}, 'send_email'), call({ city: 'Rome' }), SORRY] });
    expect(resultsOf(await ask())).toEqual([
      'E_TOOL there is no tool "send_email"; there are get_weather: call one of these, or answer in words',
      'sunny in Rome',
    ]);
  });

  test('with arguments that are no JSON is told too, instead of ending the turn with nothing', async () => {
    const { ran, tool } = weatherTool();
    const garbled: ScriptedAnswer = { toolCalls: [{ name: 'get_weather', args: {}, text: 'Paris, please' }] };
    const { ask, chatModel } = makeToolRig({ tools: [tool], answers: [garbled, call({ city: 'Paris' }), SORRY] });
    const events = await ask();
    expect(resultsOf(events)).toEqual([
      expect.stringMatching(/^E_TOOL get_weather was not run.*no JSON: Paris, please.*once more/),
      'sunny in Paris',
    ]);
    expect(ran).toHaveLength(1);
    const [, asked] = chatModel.asked;
    expect(asked?.slice(-2).map((message) => message.getType())).toEqual(['ai', 'tool']);
    expect(asked?.at(-2)).toMatchObject({ tool_calls: [{ name: 'get_weather', args: {} }] });
  });

  test('of a tool of the caller is returned as it is', async () => {
    const mine = langChainTool(async () => '', {
      name: 'mine',
      description: 'the caller runs it',
      schema: z.object({}),
      returnDirect: true,
    });
    const { ask } = makeToolRig({ tools: [weatherTool().tool], answers: [call({ any: 1 }, 'mine'), SORRY] });
    const events = await ask({ clientTools: [mine] });
    expect(events.find(({ kind }) => kind === 'client-tool-called')).toMatchObject({ args: { any: 1 } });
    expect(answerOf(events)).toBe('');
  });
});

describe('a call that was made before in the turn', () => {
  test('is not run again, also when only what is optional differs', async () => {
    const { ran, tool } = weatherTool();
    const answers = [call({ city: 'Paris' }), call({ city: 'Paris', unit: 'C' }), { tokens: ['Sunny.'] }];
    const { ask, chatModel } = makeToolRig({ tools: [tool], answers });
    const events = await ask();
    expect(resultsOf(events)).toEqual(['sunny in Paris', expect.stringMatching(/result stands above. Answer now/)]);
    expect(ran).toHaveLength(1);
    expect(chatModel.boundTools).toHaveLength(3);
  });

  test('and is repeated twice leaves a local model without tools, and a cloud with them', async () => {
    const answers = [call({ city: 'Paris' }), call({ city: 'Paris' }), call({ city: 'Paris' }), { tokens: ['Sunny.'] }];
    const local = makeToolRig({ tools: [weatherTool().tool], answers });
    expect(answerOf(await local.ask())).toBe('Sunny.');
    expect(local.chatModel.boundTools.at(-1)).toEqual([]);
    const cloud = makeToolRig({ tools: [weatherTool().tool], answers, model: { locality: 'cloud' } });
    expect(answerOf(await cloud.ask())).toBe('Sunny.');
    expect(cloud.chatModel.boundTools).toEqual(Array.from({ length: 4 }, () => ['get_weather']));
  });

  test('may vary what is optional where a cloud calls, for it reads a long text in pieces', async () => {
    const { ran, tool } = weatherTool();
    const answers = [call({ city: 'Paris' }), call({ city: 'Paris', unit: 'C' }), call({ city: 'Paris' }), SORRY];
    const { ask } = makeToolRig({ tools: [tool], answers, model: { locality: 'cloud' } });
    await ask();
    expect(ran).toHaveLength(2);
  });

  test('runs once when both are in one answer', async () => {
    const { ran, tool } = weatherTool();
    const twice = { toolCalls: [call({ city: 'Paris' }), call({ city: 'Paris' })].flatMap((each) => each.toolCalls!) };
    const { ask } = makeToolRig({ tools: [tool], answers: [twice, SORRY] });
    expect(resultsOf(await ask())).toHaveLength(2);
    expect(ran).toHaveLength(1);
  });

  test('with other arguments is another call', async () => {
    const { ran, tool } = weatherTool();
    const { ask } = makeToolRig({ tools: [tool], answers: [call({ city: 'Paris' }), call({ city: 'Rome' }), SORRY] });
    await ask();
    expect(ran).toEqual([{ city: 'Paris' }, { city: 'Rome' }]);
  });
});
