import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import { z } from 'zod';
import { createAgent } from '../../src/agent/agent.ts';
import { ConversationStore } from '../../src/agent/conversation-store.ts';
import {
  CONTEXT_SOURCES,
  defineTool,
  InterruptedStreamError,
  LOCAL_PRINCIPAL,
  TOOLS,
  type AgentEvent,
  type AgentRequest,
} from '../../src/index.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { createRouterDouble, type DoubleModel } from '../doubles/router-double.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../doubles/scripted-chat-model.ts';

const ABLE: DoubleModel = { providerId: 'embedded', modelId: 'able', hasTools: true };
const UNABLE: DoubleModel = { providerId: 'embedded', modelId: 'plain', hasTools: false };

const weather = defineTool({
  id: 'get_weather',
  description: 'weather of a city',
  risk: 'read',
  schema: z.object({ city: z.string() }),
  run: async ({ city }) => ({ text: `sunny in ${city}`, data: { city } }),
});
const broken = defineTool({
  id: 'broken',
  description: 'always fails',
  risk: 'read',
  schema: z.object({}),
  run: async () => {
    throw new Error('the disk is on fire');
  },
});
const dangerous = defineTool({
  id: 'erase',
  description: 'erases',
  risk: 'write',
  schema: z.object({}),
  run: async () => ({ text: 'erased', data: true }),
});
const onRequest = defineTool({
  id: 'manage',
  description: 'manages models',
  risk: 'read',
  offer: 'on-request',
  schema: z.object({}),
  run: async () => ({ text: '', data: 0 }),
});
const delegation = defineTool({
  id: 'local_chat',
  description: 'asks',
  risk: 'read',
  isDelegation: true,
  schema: z.object({}),
  run: async () => ({ text: '', data: 0 }),
});

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wooster-agent-'));
});

afterEach(() => rm(directory, { recursive: true }));

function setUp(answers: readonly ScriptedAnswer[], model: DoubleModel = ABLE, passages: readonly unknown[] = []) {
  const chatModel = new ScriptedChatModel(answers, { provider: 'embedded', model: model.modelId, decisionId: 'd1' });
  const router = createRouterDouble(chatModel, [model]);
  const conversations = new ConversationStore(directory);
  const agent = createAgent({
    router: () => router,
    extensions: createExtensionsDouble([
      [TOOLS, [weather, broken, dangerous, onRequest, delegation]],
      [CONTEXT_SOURCES, passages],
    ]),
    conversations,
    systemPrompt: async () => 'Be Wooster.\n',
    clock: { now: () => 0, monotonic: () => performance.now() },
    areToolsEnabled: true,
    interruptedText: 'stop',
    newId: () => 'turn-1',
  });
  return { agent, chatModel, router, conversations };
}

function request(fields: Partial<AgentRequest> = {}): AgentRequest {
  return {
    messages: [new HumanMessage('What is the weather in Paris?')],
    principal: LOCAL_PRINCIPAL,
    approvals: async (tool) => tool.risk === 'read',
    signal: new AbortController().signal,
    ...fields,
  };
}

async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const all: AgentEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('the agent', () => {
  test('answers plainly, without offering tools, when the model cannot call them', async () => {
    const { agent, chatModel } = setUp([{ tokens: ['Hel', 'lo'], reasoning: 'greet' }], UNABLE);
    const events = await collect(agent.run(request()));
    expect(chatModel.boundTools).toEqual([]);
    expect(events.map(({ kind }) => kind)).toEqual(['decided', 'reasoning', 'text', 'text', 'finished']);
    const last = events.at(-1);
    expect(last).toMatchObject({
      kind: 'finished',
      reply: {
        text: 'Hello',
        ref: 'embedded:plain',
        decisionId: 'd1',
        usage: { inputTokens: 7, outputTokens: 2, isEstimated: false },
        finishReason: 'stop',
      },
    });
  });

  test('runs the tool that the model calls and gives its result back to the model', async () => {
    const { agent, chatModel } = setUp([
      { toolCalls: [{ name: 'get_weather', args: { city: 'Paris' } }] },
      { tokens: ['It is ', 'sunny.'] },
    ]);
    const events = await collect(agent.run(request()));
    expect(events.find(({ kind }) => kind === 'tool-called')).toMatchObject({
      tool: 'get_weather',
      args: { city: 'Paris' },
    });
    expect(events.find(({ kind }) => kind === 'tool-finished')).toMatchObject({
      text: 'sunny in Paris',
      isError: false,
    });
    expect(events.at(-1)).toMatchObject({
      kind: 'finished',
      reply: { text: 'It is sunny.', usage: { inputTokens: 14 } },
    });
    expect(chatModel.asked[1]?.at(-1)?.getType()).toBe('tool');
    const shown = events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');
    expect(shown).toBe('It is sunny.');
  });

  test('does not offer tools that hand work to a local model to a model that is local itself', async () => {
    const { agent, chatModel } = setUp([{ tokens: ['x'] }]);
    await collect(agent.run(request()));
    expect(chatModel.boundTools[0]).toEqual(['get_weather', 'broken', 'erase']);
    const cloud = setUp([{ tokens: ['x'] }], { ...ABLE, locality: 'cloud' });
    await collect(cloud.agent.run(request()));
    expect(cloud.chatModel.boundTools[0]).toContain('local_chat');
  });

  test('offers tools on request only where all are asked for, and none where none are', async () => {
    const all = setUp([{ tokens: ['x'] }]);
    await collect(all.agent.run(request({ tools: 'all' })));
    expect(all.chatModel.boundTools[0]).toEqual(['get_weather', 'broken', 'erase', 'manage']);
    const none = setUp([{ tokens: ['x'] }]);
    await collect(none.agent.run(request({ tools: 'none' })));
    expect(none.chatModel.boundTools).toEqual([]);
  });

  test('tells the model of a failing and of a refused tool, with a code, and goes on', async () => {
    const { agent } = setUp([
      {
        toolCalls: [
          { name: 'broken', args: {} },
          { name: 'erase', args: {} },
        ],
      },
      { tokens: ['sorry'] },
    ]);
    const events = await collect(agent.run(request()));
    const results = events.flatMap((event) => (event.kind === 'tool-finished' ? [event] : []));
    expect(results.map(({ isError }) => isError)).toEqual([true, true]);
    expect(results.map(({ text }) => text).sort()).toEqual([
      'E_TOOL broken failed: the disk is on fire',
      'E_TOOL the user did not allow erase; go on without it',
    ]);
    expect(events.at(-1)).toMatchObject({ kind: 'finished', reply: { text: 'sorry' } });
  });

  test('returns calls of tools that the caller brings instead of running them', async () => {
    const mine = langChainTool(async () => '', {
      name: 'mine',
      description: 'the caller runs it',
      schema: z.object({}),
      returnDirect: true,
    });
    const { agent } = setUp([{ toolCalls: [{ name: 'mine', args: {} }] }, { tokens: ['never asked'] }]);
    const events = await collect(agent.run(request({ clientTools: [mine] })));
    expect(events.map(({ kind }) => kind)).toEqual(['decided', 'client-tool-called', 'finished']);
  });

  test('ends in an interruption that keeps the text when the stream breaks after output', async () => {
    const { agent, conversations } = setUp(
      [{ tokens: ['half an '], failure: new InterruptedStreamError('cut') }],
      UNABLE,
    );
    const events = await collect(agent.run(request({ conversationId: 'c1' })));
    const event = { kind: 'interrupted', code: 'E_INTERRUPTED', message: 'cut', text: 'half an ' };
    expect(events.at(-1)).toEqual({ ...event, wasAskedAgain: false });
    const [question, answer] = await conversations.read('c1');
    expect(question?.text).toBe('What is the weather in Paris?');
    expect(answer).toMatchObject({
      text: 'half an ',
      response_metadata: { interrupted: { code: 'E_INTERRUPTED' } },
    });
  });

  test('throws the error when nothing has been shown yet', async () => {
    const { agent, conversations } = setUp([{ failure: new InterruptedStreamError('cut at once') }], UNABLE);
    await expect(collect(agent.run(request({ conversationId: 'c1' })))).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
    });
    expect(await conversations.read('c1')).toEqual([]);
  });

  test('is cancelled by the signal with E_CANCELLED, with tools and without', async () => {
    for (const model of [UNABLE, ABLE]) {
      const controller = new AbortController();
      const { agent } = setUp([{ before: () => controller.abort(), tokens: ['x'] }], model);
      await expect(collect(agent.run(request({ signal: controller.signal })))).rejects.toMatchObject({
        code: 'E_CANCELLED',
      });
    }
  });

  test('keeps the conversation on disk and sends it with the next turn, after the standing instruction', async () => {
    const { agent, chatModel } = setUp([{ tokens: ['one'] }, { tokens: ['two'] }], UNABLE);
    await collect(agent.run(request({ conversationId: 'c1', messages: [new HumanMessage('first')] })));
    await collect(agent.run(request({ conversationId: 'c1', messages: [new HumanMessage('second')] })));
    expect(chatModel.asked[1]?.map((message) => message.text)).toEqual(['Be Wooster.', 'first', 'one', 'second']);
  });

  test('stops a model that calls the same tool for ever', async () => {
    const again = Array.from({ length: 40 }, () => ({ toolCalls: [{ name: 'get_weather', args: { city: 'Paris' } }] }));
    const { agent, chatModel } = setUp(again);
    await expect(collect(agent.run(request()))).rejects.toMatchObject({ code: 'E_TOOL' });
    expect(chatModel.asked.length).toBeLessThan(12);
  });
});
