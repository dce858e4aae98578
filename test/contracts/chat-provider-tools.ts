import { describe, expect, test } from '@jest/globals';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, HumanMessage, ToolMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { ToolWay } from 'wooster';
import type { ReplyScript } from '../fakes/model-server/protocol.ts';
import { contractCall, joined, type ChatProviderCase, type ChatSubject } from './chat-provider.ts';

/** A call as a script has it. */
interface PlayedCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

/** How a scripted server plays a model that is brought to call tools in one way. */
export interface PlayedToolWay {
  readonly way: ToolWay;
  /** What the model says when it makes one call. */
  readonly call: (call: PlayedCall) => ReplyScript;
  /** What it says when it answers in words although there are tools. */
  readonly words: (text: string) => ReplyScript;
  /** Several calls in one answer; without it the way has one at a time. */
  readonly calls?: (calls: PlayedCall[]) => ReplyScript;
}

/** By what the server offers for tools. */
export const NATIVE_WAY: PlayedToolWay = {
  way: 'native',
  call: (call) => ({ toolCalls: [call] }),
  words: (text) => ({ text }),
  calls: (toolCalls) => ({ toolCalls }),
};

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const TOOLS = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: { name, description: `Tells a person: ${name}`, parameters },
}));
const PARIS: PlayedCall = { name: 'get_weather', arguments: { city: 'Paris' } };

/** What every vendor takes as the id of a call. */
const ID = /^[\w-]{1,40}$/;

/** The same question, plain and streamed. */
async function both(model: BaseChatModel, asked?: BaseMessage[]): Promise<readonly (AIMessage | AIMessageChunk)[]> {
  const messages = asked ?? [new HumanMessage('Is it warm in Paris?')];
  return [await model.invoke(messages), await joined(await model.stream(messages))];
}

/** The part of the contract on tools, for each way in which the server can be scripted to call them. */
export function describeChatTools(subjectOf: ChatProviderCase, subject: () => ChatSubject): void {
  const { path, toolWays = [NATIVE_WAY] } = subjectOf;
  const play = (reply: ReplyScript, fault?: { kind: 'duplicate-tool-ids' | 'invalid-tool-arguments' }): Promise<void> =>
    subject().script!([{ match: { path }, reply, ...(fault && { fault }) }]);
  const bind = async (toolWay: ToolWay, tool_choice?: unknown): Promise<BaseChatModel> => {
    const chat = await subject().provider.chat!(subject().model, contractCall(subject(), { toolWay }));
    const options = tool_choice === undefined ? {} : { tool_choice };
    return chat.bindTools!(TOOLS as never, options as never) as unknown as BaseChatModel;
  };
  describe.each(toolWays)('that calls tools by $way', ({ way, call, words, calls }) => {
    test.each(['auto', 'any', 'required', 'get_weather', { type: 'function', function: { name: 'get_weather' } }])(
      'calls one that it may or must call (%j)',
      async (choice) => {
        await play(call(PARIS));
        for (const { tool_calls: made, response_metadata: metadata, text } of await both(await bind(way, choice))) {
          expect(made).toEqual([
            { name: 'get_weather', args: { city: 'Paris' }, id: expect.stringMatching(ID), type: 'tool_call' },
          ]);
          expect(metadata).toMatchObject({ finish_reason: 'tool_calls' });
          expect(text).toBe('');
        }
      },
    );

    test('answers in words where it needs none, and where it must call none', async () => {
      for (const [choice, reply] of [
        ['auto', words('It is warm.')],
        [undefined, words('It is warm.')],
        ['none', { text: 'It is warm.' }],
      ] as const) {
        await play(reply);
        for (const { tool_calls: made, response_metadata: metadata, text } of await both(await bind(way, choice))) {
          expect([text, made ?? []]).toEqual(['It is warm.', []]);
          expect(metadata).toMatchObject({ finish_reason: 'stop' });
        }
      }
    });

    test('reads the results of its calls', async () => {
      const made = ['Paris', 'Oslo'].map((city, place) => ({
        id: `call_${place}`,
        name: 'get_weather',
        args: { city },
      }));
      const history = [
        new HumanMessage('Is it warm in Paris and Oslo?'),
        new AIMessage({ content: '', tool_calls: made }),
        new ToolMessage({ content: 'eighteen degrees', tool_call_id: 'call_0', name: 'get_weather' }),
        new ToolMessage({ content: 'minus four degrees', tool_call_id: 'call_1', name: 'get_weather' }),
      ];
      await play(words('Only in Paris.'));
      for (const { text } of await both(await bind(way), history)) expect(text).toBe('Only in Paris.');
      const records = (await subject().requests?.(500)) ?? [];
      expect(JSON.stringify(records.at(-1)?.body)).toMatch(/eighteen degrees.*minus four degrees/s);
    });

    (calls === undefined ? test.skip : test)('makes several calls at once, each with an id of its own', async () => {
      const asked = ['Paris', 'Oslo', 'Rome'].map((city) => ({ name: 'get_weather', arguments: { city } }));
      for (const fault of [undefined, { kind: 'duplicate-tool-ids' } as const]) {
        await play(calls!(asked), fault);
        for (const { tool_calls: made = [] } of await both(await bind(way))) {
          expect(made.map(({ args }) => args.city as unknown)).toEqual(['Paris', 'Oslo', 'Rome']);
          expect(new Set(made.map(({ id }) => id)).size).toBe(3);
          for (const { id } of made) expect(id).toMatch(ID);
        }
      }
    });
  });

  test('never gives a tool the half of its arguments', async () => {
    await play({ toolCalls: [PARIS] }, { kind: 'invalid-tool-arguments' });
    const outcome = await joined(await (await bind('native')).stream('Is it warm in Paris?')).catch(
      (error: unknown) => error,
    );
    const { code, tool_calls: made = [] } = outcome as { code?: string; tool_calls?: { args: { city?: string } }[] };
    // What is mended is whole: the beginning of a name is none.
    expect([code, made.some(({ args }) => args.city === 'Par')]).toEqual([
      code === undefined ? code : 'E_MALFORMED',
      false,
    ]);
  });
}
