import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
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
  type TurnContext,
} from '../../src/index.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { createRouterDouble, type DoubleModel } from '../doubles/router-double.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../doubles/scripted-chat-model.ts';

const ABLE: DoubleModel = { providerId: 'embedded', modelId: 'able', hasTools: true, contextTokens: 8192 };
const NARROW: DoubleModel = { ...ABLE, contextTokens: 4096 };
const UNABLE: DoubleModel = { providerId: 'embedded', modelId: 'plain', hasTools: false };
const PORT = { text: 'The gateway listens on port 7777.', source: 'guide.md:3', title: 'Gateway' };
const FRUIT = { text: 'Bananas grow in bunches.', source: 'fruit.md:1' };

const searchProject = defineTool({
  id: 'search_project',
  description: 'searches',
  risk: 'read',
  needsProject: true,
  schema: z.object({ query: z.string() }),
  run: async (_args, { project }) => ({ text: `searched ${project}`, data: 1, passages: [PORT, FRUIT] }),
});

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wooster-context-'));
});
afterEach(() => rm(directory, { recursive: true }));

function setUp(answers: readonly ScriptedAnswer[], context: Partial<TurnContext> = {}, model: DoubleModel = UNABLE) {
  const chatModel = new ScriptedChatModel(answers, { provider: 'embedded', model: model.modelId, decisionId: 'd1' });
  const router = createRouterDouble(chatModel, [model]);
  const conversations = new ConversationStore(directory);
  const source = { id: 'project', collect: async (): Promise<TurnContext> => ({ passages: [], ...context }) };
  const agent = createAgent({
    router: () => router,
    extensions: createExtensionsDouble([
      [TOOLS, [searchProject]],
      [CONTEXT_SOURCES, [source]],
    ]),
    conversations,
    systemPrompt: async () => 'Be Wooster.',
    clock: { now: () => 0, monotonic: () => 0 },
    areToolsEnabled: true,
    interruptedText: 'stop',
    newId: () => 'turn-1',
  });
  const ask = async (fields: Partial<AgentRequest> = {}): Promise<AgentEvent[]> => {
    const events: AgentEvent[] = [];
    const request: AgentRequest = {
      messages: [new HumanMessage('On which port does the gateway listen?')],
      principal: LOCAL_PRINCIPAL,
      approvals: async () => true,
      signal: new AbortController().signal,
      ...fields,
    };
    for await (const event of agent.run(request)) events.push(event);
    return events;
  };
  return { ask, chatModel, conversations };
}

function shownText(events: readonly AgentEvent[]): string {
  return events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');
}

describe('a turn with context', () => {
  test('tells what was found before the first text, cites it, and drops numbers that mean nothing', async () => {
    const { ask } = setUp([{ tokens: ['On port 77', '77 [', '7', ']', '. Bye.'] }], {
      passages: [PORT, FRUIT, PORT],
      notices: ['only the text was searched'],
    });
    const events = await ask();
    expect(events[0]).toEqual({
      kind: 'context',
      passages: [
        { ...PORT, number: 1 },
        { ...FRUIT, number: 2 },
      ],
      notices: ['only the text was searched'],
    });
    expect(shownText(events)).toBe('On port 7777 [1]. Bye.');
    expect(events.at(-1)).toMatchObject({
      reply: { text: 'On port 7777 [1]. Bye.', citations: [{ number: 1, source: 'guide.md:3' }] },
    });
  });

  test('puts passages, by number and marked as data, before the question', async () => {
    const { ask, chatModel } = setUp([{ tokens: ['7'] }], { passages: [FRUIT] });
    await ask();
    expect(chatModel.asked[0]?.map(({ text }) => text)).toEqual([
      'Be Wooster.',
      expect.stringMatching(
        /data.*do not follow[^]*\n\n\[1\] fruit\.md:1\nBananas grow[^]*Question: On which port does the gateway listen\?$/,
      ),
    ]);
  });

  test('keeps the cited text, and hides its numbers from the next turn', async () => {
    const { ask, chatModel, conversations } = setUp([{ tokens: ['On port 7777.'] }, { tokens: ['Yes.'] }], {
      passages: [PORT],
    });
    await ask({ conversationId: 'c1' });
    const [question, answer] = await conversations.read('c1');
    expect(question?.text).toBe('On which port does the gateway listen?');
    expect(answer?.text).toBe('On port 7777 [1].');
    expect(answer?.response_metadata).toMatchObject({
      citations: [{ number: 1, source: 'guide.md:3', title: 'Gateway' }],
    });
    await ask({ conversationId: 'c1' });
    expect(chatModel.asked[1]?.filter((message) => AIMessage.isInstance(message)).map(({ text }) => text)).toEqual([
      'On port 7777.',
    ]);
  });

  test('tells facts and instructions apart from passages, in the standing message', async () => {
    const { ask, chatModel } = setUp([{ tokens: ['x'] }], {
      facts: ['The user is called Ada.'],
      instructions: ['Nothing was found in project x.'],
    });
    const events = await ask();
    expect(events.map(({ kind }) => kind)).toEqual(['decided', 'text', 'finished']);
    expect(chatModel.asked[0]?.map(({ text }) => text)).toEqual([
      'Be Wooster.\n\nWhat is known of the user:\n- The user is called Ada.\n\nNothing was found in project x.',
      'On which port does the gateway listen?',
    ]);
  });

  test('never fills more of the window than it leaves, and says when there is no room', async () => {
    const long = Array.from({ length: 30 }, (_, at) => ({ text: 'word '.repeat(300), source: `${at}.md:1` }));
    const { ask, chatModel } = setUp([{ tokens: ['x'] }, { tokens: ['y'] }], { passages: long });
    const [context] = await ask();
    const found = context?.kind === 'context' ? context.passages.length : 0;
    expect(found).toBeGreaterThan(1);
    expect(chatModel.asked[0]?.at(-1)?.text.length).toBeLessThan(4_500);
    const full = await ask({ parameters: { maxTokens: 4_000 } });
    expect(full[0]).toMatchObject({ passages: [], notices: [expect.stringMatching(/no room/)] });
    expect(chatModel.asked[1]?.at(-1)?.text).toBe('On which port does the gateway listen?');
  });

  test('offers tools of a project in turns about one, and numbers what they find', async () => {
    const { ask, chatModel } = setUp(
      [
        { toolCalls: [{ name: 'search_project', args: { query: 'port' } }] },
        { tokens: ['Port 7777 for the gateway.'] },
      ],
      {},
      ABLE,
    );
    const events = await ask({ project: 'x' });
    expect(chatModel.boundTools[0]).toEqual(['search_project']);
    const read = chatModel.asked[1]?.at(-1)?.text;
    expect(read).toBe(
      '[1] guide.md:3 › Gateway\nThe gateway listens on port 7777.\n\n[2] fruit.md:1\nBananas grow in bunches.',
    );
    expect(events.map(({ kind }) => kind)).toEqual([
      'decided',
      'tool-called',
      'tool-finished',
      'context',
      'text',
      'text',
      'finished',
    ]);
    expect(shownText(events)).toBe('Port 7777 for the gateway [1].');
    expect(events.at(-1)).toMatchObject({ reply: { citations: [{ number: 1 }] } });
    const plain = setUp([{ tokens: ['x'] }], {}, ABLE);
    await plain.ask();
    expect(plain.chatModel.boundTools).toEqual([]);
  });

  test('a model with a small window searches again only where all tools are asked for', async () => {
    const small = setUp([{ tokens: ['x'] }, { tokens: ['y'] }], {}, NARROW);
    await small.ask({ project: 'x' });
    expect(small.chatModel.boundTools).toEqual([]);
    await small.ask({ project: 'x', tools: 'all' });
    expect(small.chatModel.boundTools).toEqual([['search_project']]);
  });

  test('leaves brackets alone where nothing was found and no project is asked about', async () => {
    const { ask } = setUp([{ tokens: ['Use items[0] of it [3].'] }]);
    expect(shownText(await ask())).toBe('Use items[0] of it [3].');
  });

  test('shows what was held back of an answer that breaks off', async () => {
    const { ask } = setUp([{ tokens: ['half of [', '1'], failure: new InterruptedStreamError('cut') }]);
    const events = await ask();
    expect(events.at(-1)).toMatchObject({ kind: 'interrupted', text: 'half of [1' });
    expect(shownText(events)).toBe('half of [1');
  });
});
