import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type AIMessageChunk } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { LOCAL_PRINCIPAL, type CallContext, type CallLimits, type CloudPermit, type Provider } from 'wooster';
import { z } from 'zod';
import type { Rule } from '../fakes/model-server/protocol.ts';
import { pathFits } from '../fakes/model-server/rules.ts';
import { describeChatFaults } from './chat-provider-faults.ts';
import { describeChatForms } from './chat-provider-structured.ts';
import { describeChatTools, type PlayedToolWay } from './chat-provider-tools.ts';

/** What a server under test can do; a real one says honestly what its model cannot. */
export interface ChatAbilities {
  readonly tools: boolean;
  /** Output constrained to a schema by the server. */
  readonly json: boolean;
  readonly vision: boolean;
  readonly reasoning: boolean;
  /** False for a server that tells no usage at the end of a stream. */
  readonly streamUsage?: boolean;
}

/** A provider that is ready to be asked, with the server behind it. */
export interface ChatSubject {
  readonly provider: Provider;
  readonly model: string;
  readonly permit?: CloudPermit;
  /** Scripts the fake server; a real server has none, and the tests that need a script are left out. */
  readonly script?: (rules: Rule[]) => Promise<void>;
  readonly requests?: (waitMs: number) => Promise<readonly { outcome: string; body: unknown; path: string }[]>;
  stop(): Promise<void>;
}

/** One provider to be held to the contract. */
export interface ChatProviderCase {
  readonly name: string;
  readonly abilities: ChatAbilities;
  readonly isScripted: boolean;
  /** Path of the chat route, for scripts; a prefix where it ends in `*`. */
  readonly path: string;
  /** Ways in which the scripted server is played to call tools; by its own wire alone where none are given. */
  readonly toolWays?: readonly PlayedToolWay[];
  start(): Promise<ChatSubject>;
}

/** Makes a call context for tests of the contract. */
export function contractCall(
  subject: ChatSubject,
  changes: Partial<CallContext> = {},
  limits: Partial<CallLimits> = {},
): CallContext {
  return {
    parameters: { maxTokens: 64, temperature: 0 },
    limits: { connectMs: 2000, loadMs: 60_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 120_000, ...limits },
    principal: LOCAL_PRINCIPAL,
    attemptId: 'contract',
    signal: new AbortController().signal,
    permit: subject.permit,
    ...changes,
  };
}

const weather = tool(async ({ city }) => `18 degrees in ${city}`, {
  name: 'get_weather',
  description: 'Tells the weather of a city',
  schema: z.object({ city: z.string() }),
});

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The pieces of a stream as one message. */
export async function joined(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let sum: AIMessageChunk | undefined;
  for await (const chunk of stream) sum = sum?.concat(chunk) ?? chunk;
  return sum!;
}

/** The contract of a chat provider: what the router, the agent and LangChain rely on. */
export function describeChatProvider(subjectOf: ChatProviderCase): void {
  describe(`the chat provider ${subjectOf.name}`, () => {
    let subject: ChatSubject;
    beforeAll(async () => {
      subject = await subjectOf.start();
    }, 120_000);
    afterEach(() => subject.script?.([]));
    afterAll(() => subject.stop());

    const { abilities, path, isScripted } = subjectOf;
    const scripted = isScripted ? test : test.skip;
    const model = async (...parameters: [Partial<CallContext>?, Partial<CallLimits>?]): Promise<BaseChatModel> =>
      subject.provider.chat!(subject.model, contractCall(subject, ...parameters));
    const play = (rule: Omit<Rule, 'match'>): Promise<void> => subject.script!([{ match: { path }, ...rule }]);

    test('answers a plain question with text, usage and metadata', async () => {
      const answer = await (await model()).invoke([new SystemMessage('Be brief.'), new HumanMessage('Say hello.')]);
      expect(answer.text.length).toBeGreaterThan(0);
      expect(answer.usage_metadata).toMatchObject({
        input_tokens: expect.any(Number),
        output_tokens: expect.any(Number),
      });
      expect(answer.response_metadata).toMatchObject({
        provider: subject.provider.id,
        model_name: expect.any(String),
        finish_reason: expect.stringMatching(/^(stop|length)$/),
        timings: { totalMs: expect.any(Number) },
      });
    });

    test('streams the same kind of answer in pieces', async () => {
      const answer = await joined(await (await model()).stream('Say hello.'));
      expect(answer.text.length).toBeGreaterThan(0);
      if (abilities.streamUsage !== false) expect(answer.usage_metadata?.output_tokens).toBeGreaterThan(0);
      expect(answer.response_metadata).toMatchObject({ finish_reason: expect.stringMatching(/^(stop|length)$/) });
      expect(answer.response_metadata.timings).toMatchObject({ firstTokenMs: expect.any(Number) });
    });

    test('keeps to the largest number of tokens', async () => {
      if (isScripted) await play({ reply: { text: 'one', finishReason: 'length' } });
      const answer = await (await model({ parameters: { maxTokens: 2 } })).invoke('Count to one hundred in words.');
      expect(answer.response_metadata.finish_reason).toBe('length');
    });

    test('closes the connection when it is aborted in the middle', async () => {
      if (isScripted)
        await play({
          reply: { tokens: Array.from({ length: 50 }, () => 'x ') },
          fault: { kind: 'drip', intervalMs: 30 },
        });
      const controller = new AbortController();
      const chat = await model({ signal: controller.signal, parameters: { maxTokens: 400 } });
      const reading = (async () => {
        for await (const chunk of chat._streamResponseChunks([new HumanMessage('Write a long story.')], {
          signal: controller.signal,
        })) {
          if (chunk.text !== '') controller.abort();
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: 'E_CANCELLED' });
      const records = await subject.requests?.(2000);
      if (records === undefined) return;
      expect(records.filter((record) => pathFits(record.path, path)).at(-1)?.outcome).toBe('client-closed');
    });

    (abilities.tools ? test : test.skip)('calls a tool, streamed and plain, and reads its result', async () => {
      if (isScripted) await play({ reply: { toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] } });
      const question = new HumanMessage('What is the weather in Paris? Use the tool.');
      const bound = (await model()).bindTools!([weather]);
      const plain = await bound.invoke([question]);
      const streamed = await joined(await bound.stream([question]));
      for (const answer of [plain, streamed]) {
        expect(answer.tool_calls).toEqual([
          {
            name: 'get_weather',
            args: { city: expect.stringContaining('Paris') },
            id: expect.any(String),
            type: 'tool_call',
          },
        ]);
      }
      await subject.script?.([]);
      const result = await weather.invoke(streamed.tool_calls![0]!);
      expect(result).toBeInstanceOf(ToolMessage);
      const history = [question, new AIMessage({ content: '', tool_calls: streamed.tool_calls }), result];
      expect((await (await model()).invoke(history)).text.length).toBeGreaterThan(0);
    });

    (abilities.json ? test : test.skip)('keeps to a schema', async () => {
      if (isScripted) await play({ reply: { text: '{"city":"Paris","count":3}' } });
      const schema = z.object({ city: z.string(), count: z.number() });
      const structured = (await model()).withStructuredOutput(schema, { name: 'place', includeRaw: true });
      const { parsed, raw } = await structured.invoke('Paris, 3');
      expect(parsed).toEqual({ city: expect.any(String), count: expect.any(Number) });
      expect(raw).toBeInstanceOf(AIMessage);
    });

    (abilities.vision ? test : test.skip)('takes images in the forms of LangChain', async () => {
      for (const block of [
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
        { type: 'image', mimeType: 'image/png', data: PIXEL },
      ]) {
        const message = new HumanMessage({ content: [{ type: 'text', text: 'What is this?' }, block] });
        expect((await (await model()).invoke([message])).text.length).toBeGreaterThan(0);
      }
      if (subject.requests !== undefined) {
        const bodies = JSON.stringify((await subject.requests(0)).map(({ body }) => body));
        expect(bodies.split(PIXEL).length - 1).toBeGreaterThanOrEqual(2);
      }
    });

    (abilities.reasoning ? scripted : test.skip)('keeps reasoning apart from the answer', async () => {
      await play({ reply: { text: 'Four.', reasoning: 'two and two' } });
      const answer = await joined(await (await model()).stream('2+2?'));
      expect(answer.text).toBe('Four.');
      expect(answer.additional_kwargs.reasoning_content).toBe('two and two');
      const plain = await (await model()).invoke('2+2?');
      expect([plain.text, plain.additional_kwargs.reasoning_content]).toEqual(['Four.', 'two and two']);
    });

    scripted('sends nothing for a call that was aborted before it began', async () => {
      const before = (await subject.requests?.(0))?.length;
      const controller = new AbortController();
      const chat = await model({ signal: controller.signal });
      controller.abort();
      for (const ask of [chat.invoke('hi'), chat._streamResponseChunks([new HumanMessage('hi')], {}).next()]) {
        await expect(ask).rejects.toMatchObject({ code: 'E_CANCELLED' });
      }
      expect((await subject.requests?.(0))?.length).toBe(before);
    });

    if (!isScripted) return;
    if (abilities.tools) describeChatTools(subjectOf, () => subject);
    if (abilities.json) describeChatForms(subjectOf, () => subject);
    describeChatFaults(subjectOf, () => subject);
  });
}
