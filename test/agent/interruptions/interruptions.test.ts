import { describe, expect, test } from '@jest/globals';
import { tool as langChainTool } from '@langchain/core/tools';
import { z } from 'zod';
import { ContentFilteredError, ProviderUnreachableError, type AgentEvent } from '../../../src/index.ts';
import { collect, CUT, makeAgentRig, readAnswer } from './rig.ts';

const TOOL = { tool: 'count' } as const;
const DOWN = { error: new ProviderUnreachableError('refused') } as const;

describe('an answer with tools that breaks off', () => {
  test('is asked anew of the other model, after what was finished, and no tool runs twice', async () => {
    await using rig = await makeAgentRig({
      hasTools: true,
      first: [
        ['Let me count. ', TOOL],
        ['It is', ' Par', CUT],
      ],
      second: [['It is Paris.']],
    });
    const events = await collect(rig.ask({ conversationId: 'c1' }));
    expect(rig.ran).toEqual(['count']);
    expect(events.filter(({ kind }) => kind === 'resumed')).toEqual([
      {
        kind: 'resumed',
        how: 'restarted',
        code: 'E_INTERRUPTED',
        message: expect.stringContaining('the connection was reset'),
        targetId: expect.stringMatching(/^first@.+\/m$/),
        brokenRef: 'first:m',
        tokens: 2,
        ref: 'second:m',
      },
    ]);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'decided');
    expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual([
      'text',
      'tool-called',
      'tool-finished',
      'text',
      'resumed',
      'text',
      'finished',
    ]);
    expect(readAnswer(events)).toBe('Let me count. It is Paris.');
    expect(events.at(-1)).toMatchObject({
      reply: { text: 'It is Paris.', ref: 'second:m', interruptions: [{ how: 'restarted', tokens: 2 }] },
    });
    const stored = await rig.conversations.read('c1');
    expect(stored.map((message) => [message.getType(), message.text])).toEqual([
      ['human', 'What is the capital of France?'],
      ['ai', 'Let me count. '],
      ['tool', 'counted 1'],
      ['ai', 'It is Paris.'],
    ]);
    expect(stored.at(-1)?.response_metadata).toMatchObject({ resumed: [{ ref: 'second:m', tokens: 2 }] });
  });

  test('is decided with the broken target avoided, in one loop', async () => {
    await using rig = await makeAgentRig({ hasTools: true, first: [[TOOL], ['It', CUT]], second: [['Paris.']] });
    await collect(rig.ask({ conversationId: 'c1' }));
    const requests = rig.decisions().map(({ request }) => request);
    expect(requests.map(({ avoidedTargets }) => avoidedTargets?.length ?? 0)).toEqual([0, 0, 1]);
    expect(requests.map(({ stickyKey }) => stickyKey)).toEqual(['c1', 'c1', 'c1']);
    expect(new Set(requests.map(({ loopKey }) => loopKey))).toEqual(new Set(['turn-1']));
  });

  test('is asked anew also where only a call of a tool had begun', async () => {
    await using rig = await makeAgentRig({ hasTools: true, first: [[TOOL, CUT]], second: [[TOOL], ['Paris.']] });
    const events = await collect(rig.ask());
    expect(rig.ran).toEqual(['count']);
    expect(events.filter(({ kind }) => kind === 'tool-called')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'finished', reply: { text: 'Paris.' } });
  });

  test('is asked anew where the caller brings the tools', async () => {
    const schema = z.object({});
    const mine = langChainTool(async () => '', { name: 'mine', description: 'mine', schema, returnDirect: true });
    await using rig = await makeAgentRig({
      first: [['I will', CUT]],
      second: [['I call. ', { tool: 'mine' }]],
      hasTools: true,
    });
    const events = await collect(rig.ask({ clientTools: [mine] }));
    expect(events.map(({ kind }) => kind)).toContain('resumed');
    expect(events.filter(({ kind }) => kind === 'client-tool-called')).toHaveLength(1);
    expect(readAnswer(events)).toBe('I call. ');
  });

  test('is told after two new beginnings, with what was shown last', async () => {
    await using rig = await makeAgentRig({
      hasTools: true,
      first: [['one', CUT]],
      second: [
        ['two', CUT],
        ['three', CUT],
      ],
    });
    const events = await collect(rig.ask());
    expect(events.filter(({ kind }) => kind === 'resumed')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ kind: 'interrupted', code: 'E_INTERRUPTED', wasAskedAgain: true });
    expect(events.at(-1)).toMatchObject({ text: readAnswer(events) });
  });

  test('keeps its tool rounds within the limit of one turn', async () => {
    const rounds = Array.from({ length: 6 }, () => [TOOL]);
    await using rig = await makeAgentRig({ hasTools: true, first: [...rounds, ['x', CUT]], second: [[TOOL]] });
    await expect(collect(rig.ask())).rejects.toMatchObject({ code: 'E_TOOL' });
    // Nine that ended well, and the one that broke off.
    expect(rig.providers.map(({ calls }) => calls)).toEqual([7, 3]);
    expect(rig.ran).toEqual(['count']);
  });

  test('loses nothing of what was finished to a reader who takes his time', async () => {
    await using rig = await makeAgentRig({
      hasTools: true,
      first: [
        ['Wait. ', TOOL],
        ['It', CUT],
      ],
      second: [['Paris.']],
    });
    const events: AgentEvent[] = [];
    for await (const event of rig.ask()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push(event);
    }
    expect(rig.ran).toEqual(['count']);
    expect(events.filter(({ kind }) => kind === 'tool-finished')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ reply: { text: 'Paris.', messages: [{}, {}, {}] } });
  });
});

describe('an answer without tools that breaks off', () => {
  const first = [['The capital of', ' France is', CUT]];

  test('is told and kept, so that the next turn can go on', async () => {
    await using rig = await makeAgentRig({ first: [...first, ['Paris.']] });
    const events = await collect(rig.ask({ conversationId: 'c1' }));
    expect(events.at(-1)).toMatchObject({
      kind: 'interrupted',
      text: 'The capital of France is',
      targetId: expect.stringMatching(/^first@/),
      tokens: 2,
      wasAskedAgain: false,
    });
    const [, partial] = await rig.conversations.read('c1');
    expect(partial).toMatchObject({
      text: 'The capital of France is',
      response_metadata: { interrupted: { code: 'E_INTERRUPTED', tokens: 2 } },
    });
  });

  test('is asked anew where the setting says so', async () => {
    await using rig = await makeAgentRig({ first, second: [['It is Paris.']], interruptedText: 'restart' });
    const events = await collect(rig.ask());
    expect(readAnswer(events)).toBe('It is Paris.');
    expect(events.at(-1)).toMatchObject({ reply: { text: 'It is Paris.', interruptions: [{ how: 'restarted' }] } });
  });

  test.each([
    ['goes on', [' Paris', '.']],
    ['repeats the last words', ['capital of', ' France is', ' Paris.']],
    ['begins anew', ['The capital', ' of France is Paris.']],
  ])('is carried on where the setting says so, by a model that %s', async (_how, second) => {
    await using rig = await makeAgentRig({ first, second: [second], interruptedText: 'continue' });
    const events = await collect(rig.ask({ conversationId: 'c1' }));
    const text = 'The capital of France is Paris.';
    expect(readAnswer(events)).toBe(text);
    expect(events.at(-1)).toMatchObject({ reply: { text, ref: 'second:m', interruptions: [{ how: 'continued' }] } });
    const stored = await rig.conversations.read('c1');
    expect(stored.map((message) => message.text)).toEqual(['What is the capital of France?', text]);
  });

  test('shows the model that carries on the answer so far, and asks for the rest', async () => {
    await using rig = await makeAgentRig({ first, second: [[' Paris.']], interruptedText: 'continue' });
    await collect(rig.ask());
    const asked = rig.providers[1]?.seenMessages.at(-1) ?? [];
    expect(asked.map((message) => message.getType())).toEqual(['system', 'human', 'ai', 'human']);
    expect(asked[2]?.text).toBe('The capital of France is');
    expect(asked[3]?.text).toMatch(/: The capital of France is$/);
  });

  test('is carried on twice, and each part is shown once', async () => {
    await using rig = await makeAgentRig({
      first: [['One two', CUT], ['three four five.']],
      second: [['two three', CUT]],
      interruptedText: 'continue',
    });
    const events = await collect(rig.ask());
    expect(readAnswer(events)).toBe('One two three four five.');
  });

  test('keeps its citations right over the break', async () => {
    const passages = [{ text: 'The gateway listens on port 7777.', source: 'guide.md:3' }];
    await using rig = await makeAgentRig({
      passages,
      first: [['The gateway listens on port', ' 7777 [', CUT]],
      second: [['port 7777 [1', ']. Bye [4].']],
      interruptedText: 'continue',
    });
    const events = await collect(rig.ask());
    expect(readAnswer(events)).toBe('The gateway listens on port 7777 [1]. Bye.');
    expect(events.at(-1)).toMatchObject({ reply: { citations: [{ number: 1 }] } });
  });

  test('stays an interruption when nobody else can answer, and says why', async () => {
    await using rig = await makeAgentRig({ first: [...first, [DOWN]], second: [[DOWN]], interruptedText: 'restart' });
    const events = await collect(rig.ask());
    expect(events.at(-1)).toMatchObject({
      kind: 'interrupted',
      code: 'E_INTERRUPTED',
      message: expect.stringMatching(/the connection was reset.*; asked again: .*refused/),
      text: 'The capital of France is',
      tokens: 2,
      wasAskedAgain: true,
    });
  });

  test('is not asked again when the model was stopped for what it said', async () => {
    const withheld = { error: new ContentFilteredError('withheld') };
    await using rig = await makeAgentRig({ first: [['It', withheld]], second: [['x']], interruptedText: 'restart' });
    const events = await collect(rig.ask());
    expect(events.at(-1)).toMatchObject({ kind: 'interrupted', code: 'E_FILTERED', text: 'It' });
    expect(rig.providers[1]?.calls).toBe(0);
  });

  test('is marked as soon as another model is asked, however long that one takes', async () => {
    await using rig = await makeAgentRig({ first, second: [[{ hang: true }]], interruptedText: 'restart' });
    const kinds: string[] = [];
    for await (const { kind } of rig.ask()) {
      kinds.push(kind);
      if (kind === 'resumed') break;
    }
    expect(kinds.at(-1)).toBe('resumed');
  });

  test('ends the call to the model when nobody reads on', async () => {
    await using rig = await makeAgentRig({ first: [['It', ' is', { hang: true }]] });
    for await (const event of rig.ask()) if (event.kind === 'text') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(rig.providers[0]?.aborted).toBe(1);
  });
});
