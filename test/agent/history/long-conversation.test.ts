import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { createAgent } from '../../../src/agent/agent.ts';
import { ConversationStore } from '../../../src/agent/conversation-store.ts';
import {
  CONTEXT_SOURCES,
  LOCAL_PRINCIPAL,
  NoRouteError,
  TOOLS,
  type AgentEvent,
  type AgentRequest,
} from '../../../src/index.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { createRouterDouble } from '../../doubles/router-double.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../../doubles/scripted-chat-model.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wooster-history-'));
});
afterEach(() => rm(directory, { recursive: true }));

const LONG = 'a long answer about the harbour and its ships. '.repeat(30);

function setUp(answers: readonly ScriptedAnswer[], contextTokens = 4096) {
  const chatModel = new ScriptedChatModel(answers, { provider: 'house', model: 'small', decisionId: 'd1' });
  const router = createRouterDouble(chatModel, [
    { providerId: 'house', modelId: 'small', hasTools: false, contextTokens },
  ]);
  const conversations = new ConversationStore(directory);
  const agent = createAgent({
    router: () => router,
    extensions: createExtensionsDouble([
      [TOOLS, []],
      [CONTEXT_SOURCES, [{ id: 'none', collect: async () => ({ passages: [] }) }]],
    ]),
    conversations,
    systemPrompt: async () => 'Be Wooster.',
    clock: { now: () => 0, monotonic: () => 0 },
    areToolsEnabled: true,
    interruptedText: 'stop',
    newId: () => 'turn-1',
  });
  const ask = async (text: string, fields: Partial<AgentRequest> = {}): Promise<AgentEvent[]> => {
    const events: AgentEvent[] = [];
    const request: AgentRequest = {
      messages: [new HumanMessage(text)],
      conversationId: 'c1',
      principal: LOCAL_PRINCIPAL,
      approvals: async () => true,
      signal: new AbortController().signal,
      ...fields,
    };
    for await (const event of agent.run(request)) events.push(event);
    return events;
  };
  /** Turns that are answered at length, as far as they fit. */
  const talk = async (count: number): Promise<void> => {
    for (let at = 1; at <= count; at += 1) await ask(`question ${at}`);
  };
  return { ask, talk, chatModel, router, conversations };
}

const long = (count: number): ScriptedAnswer[] => Array.from({ length: count }, () => ({ tokens: [LONG] }));

function noticesOf(events: readonly AgentEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'context' ? event.notices : []));
}

describe('a conversation that is longer than the window', () => {
  test('is put before the model as a summary and its newest turns, and the person is told once', async () => {
    const rig = setUp([...long(10), { tokens: ['They spoke of ships.'] }, { tokens: ['Last.'] }]);
    await rig.talk(10);
    const before = await readFile(join(directory, 'c1.jsonl'), 'utf8');
    const events = await rig.ask('question 11');
    expect(noticesOf(events)).toEqual([
      expect.stringMatching(/^this conversation is longer than the window.*oldest \d+ turns are summarised$/),
    ]);
    const [summarising, asked] = rig.chatModel.asked.slice(-2).map((messages) => messages.map(({ text }) => text));
    expect(summarising?.[1]).toContain('User: question 1\nAssistant: a long answer');
    expect(summarising?.[1]).not.toContain('question 10');
    expect(asked?.slice(0, 3)).toEqual([
      'Be Wooster.',
      expect.stringMatching(/It is no new request:\nThey spoke of ships\.$/),
      'I know what was said before.',
    ]);
    expect(asked?.slice(-3)).toEqual(['question 10', LONG, 'question 11']);
    expect(events.at(-1)).toMatchObject({ kind: 'finished', reply: { text: 'Last.' } });
    expect((await readFile(join(directory, 'c1.jsonl'), 'utf8')).startsWith(before)).toBe(true);
  });

  test('is summarised once for a stretch of turns, and the summary grows with the next', async () => {
    const rig = setUp([...long(10), { tokens: ['First summary.'] }, ...long(2)]);
    await rig.talk(10);
    await rig.ask('question 11');
    const events = await rig.ask('question 12');
    expect(noticesOf(events)).toEqual([expect.stringMatching(/oldest \d+ turns are told to the model as a summary/)]);
    expect(rig.chatModel.asked).toHaveLength(13);

    const next = setUp([...long(4), { tokens: ['Second summary.'] }, ...long(1)]);
    let asked: readonly (readonly { readonly text: string }[])[] = [];
    for (let at = 13; asked.length === 0; at += 1) {
      await next.ask(`question ${at}`);
      asked = next.chatModel.asked.filter(([first]) => first?.text.startsWith('You shorten'));
    }
    expect(asked[0]?.[1]?.text).toMatch(/^Summary so far:\nFirst summary\.\n\nWhat was said after it:\nUser: question/);
    expect(asked[0]?.[1]?.text).not.toContain('question 1\n');
    expect(await next.conversations.readSummary('c1')).toMatchObject({ text: 'Second summary.', privacy: 'any' });
  });

  test('is whole again before a model whose window holds it', async () => {
    const small = setUp([...long(10), { tokens: ['Short.'] }, { tokens: ['x'] }]);
    await small.talk(10);
    await small.ask('question 11');
    const large = setUp([{ tokens: ['y'] }], 131_072);
    const events = await large.ask('question 12');
    expect(noticesOf(events)).toEqual([]);
    expect(large.chatModel.asked[0]).toHaveLength(1 + 22 + 1);
  });

  test('loses its oldest turns where no summary can be made, and the person is told', async () => {
    const failure = new NoRouteError('no model may answer', { reasons: [] });
    const rig = setUp([...long(10), { failure }, { tokens: ['Still here.'] }]);
    await rig.talk(10);
    const events = await rig.ask('question 11');
    expect(noticesOf(events)).toEqual([
      expect.stringMatching(/are summarised$/),
      'they could not be summarised and the model does not see them: E_NO_ROUTE no model may answer',
    ]);
    const asked = rig.chatModel.asked.at(-1)!.map(({ text }) => text);
    expect(asked[0]).toBe('Be Wooster.');
    expect(asked[1]).toMatch(/^question [2-9]$/);
    expect(asked.at(-1)).toBe('question 11');
    expect(await rig.conversations.readSummary('c1')).toBeUndefined();
  });

  test('is not answered when the turn is cancelled while it is summarised', async () => {
    const controller = new AbortController();
    const rig = setUp([...long(10), { before: () => controller.abort(), tokens: ['x'] }]);
    await rig.talk(10);
    await expect(rig.ask('question 11', { signal: controller.signal })).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });

  test('is summarised as privately as it is led, and stays so', async () => {
    const rig = setUp([...long(10), { tokens: ['Secrets.'] }, ...long(2)]);
    await rig.talk(10);
    await rig.ask('question 11', { privacy: 'local-only', project: 'p', pinned: 'house:small' });
    const summarising = rig.router.defaults.at(-2);
    expect(summarising).toMatchObject({
      privacy: 'local-only',
      project: 'p',
      pinned: 'house:small',
      conversationId: 'c1',
      principal: LOCAL_PRINCIPAL,
      parameters: { maxTokens: 300 },
    });
    await rig.ask('question 12');
    expect(rig.router.defaults.at(-1)).toMatchObject({ privacy: 'local-only' });
  });

  test('does without a summary file that is damaged, or is of another conversation', async () => {
    for (const text of [
      '{"upTo":',
      '{"text":"x","privacy":"any","upTo":3}',
      '{"text":"x","privacy":"any","upTo":999}',
    ]) {
      await rm(join(directory, 'c1.jsonl'), { force: true });
      const rig = setUp([...long(10), { tokens: ['Made anew.'] }, { tokens: ['x'] }]);
      await rig.talk(10);
      await writeFile(join(directory, 'c1.summary.json'), text);
      await rig.ask('question 11');
      expect(await rig.conversations.readSummary('c1')).toMatchObject({ text: 'Made anew.' });
      await rm(join(directory, 'c1.summary.json'));
    }
  });

  test('has room for no summary in the smallest windows, and says so', async () => {
    const rig = setUp([...long(3), { tokens: ['x'] }], 1024);
    await rig.talk(3);
    const events = await rig.ask('question 4');
    expect(noticesOf(events)).toEqual([expect.stringMatching(/leaves no room for its oldest/)]);
    expect(rig.chatModel.asked.at(-1)?.at(-1)?.text).toBe('question 4');
  });
});
