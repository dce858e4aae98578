import { describe, expect, test } from '@jest/globals';
import { AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { tool } from '@langchain/core/tools';
import * as fc from 'fast-check';
import { z } from 'zod';
import { canonicalJson } from '../../../src/cache/cache-key.ts';
import type { ChatCallOptions } from '../../../src/routing/chat/chat-operation.ts';
import { joinChunks } from '../../../src/routing/chat/join-chunks.ts';
import { chatCodec } from '../../../src/routing/chat/reply-codec.ts';

const QUESTION = [new HumanMessage('What is the weather?')];

function chunkOf({ content = '', ...fields }: Record<string, unknown> & { content?: string }): ChatGenerationChunk {
  return new ChatGenerationChunk({ text: content, message: new AIMessageChunk({ ...fields, content }) });
}

function end(reason: unknown = 'stop'): ChatGenerationChunk {
  return chunkOf({
    response_metadata: { finish_reason: reason, model_name: 'smol' },
    usage_metadata: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  });
}

function callOf(id: string, args: string, index = 0): ChatGenerationChunk {
  return chunkOf({ tool_call_chunks: [{ type: 'tool_call_chunk', index, id, name: 'look', args }] });
}

/** What a reader of an answer sees, apart from ids. */
function seen(chunks: readonly ChatGenerationChunk[]): unknown {
  const joined = joinChunks(chunks);
  const message = joined?.message as AIMessageChunk;
  return JSON.parse(
    JSON.stringify({
      text: joined?.text,
      content: message.content,
      calls: message.tool_calls?.map(({ name, args }) => ({ name, args })),
      beside: message.additional_kwargs,
      metadata: message.response_metadata,
      usage: message.usage_metadata,
    }),
  );
}

function toolCallsOf(chunks: readonly ChatGenerationChunk[]) {
  const message = joinChunks(chunks)?.message;
  return message instanceof AIMessageChunk ? (message.tool_calls ?? []) : [];
}

function keptOf(chunks: readonly ChatGenerationChunk[]): string | undefined {
  return chatCodec(QUESTION, {}).encode(chunks);
}

function contentOf(messages: readonly BaseMessage[], options: ChatCallOptions = {}): string {
  return canonicalJson(chatCodec(messages, options).content());
}

describe('an answer that was written down', () => {
  test('is made again as it was, whatever its pieces were', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '😀', '\n', '語'), maxLength: 300 });
    const part = fc.oneof(
      text.map((content) => chunkOf({ content })),
      text.map((reasoning_content) => chunkOf({ additional_kwargs: { reasoning_content } })),
    );
    const call = fc.tuple(fc.constantFrom('call_0', 'call_1'), fc.jsonValue());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.array(call, { maxLength: 3 }), (parts, calls) => {
        const called = calls.map(([id, value], index) => callOf(id, JSON.stringify({ value }), index));
        const chunks = [chunkOf({ content: 'So: ' }), ...parts, ...called, end()];
        const kept = keptOf(chunks);
        expect(kept).toBeDefined();
        expect(seen(chatCodec(QUESTION, {}).decode(kept ?? ''))).toEqual(seen(chunks));
      }),
      { numRuns: 60 },
    );
  });

  test('comes in a few pieces, none of which breaks a word', () => {
    const words = Array.from({ length: 200 }, (_, at) => `word${at}`).join(' ');
    const pieces = chatCodec(QUESTION, {})
      .decode(keptOf([chunkOf({ content: words }), end()]) ?? '')
      .map(({ text }) => text)
      .filter((text) => text !== '');
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.length).toBeLessThanOrEqual(8);
    expect(pieces.slice(0, -1).every((piece) => piece.endsWith(' '))).toBe(true);
  });

  test('has new ids of its calls each time, in the blocks of the vendor too', () => {
    const blocks = [
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { id: 'x' } },
    ];
    const message = new AIMessageChunk({
      content: blocks,
      tool_calls: [{ id: 'toolu_1', name: 'look', args: { id: 'x' }, type: 'tool_call' }],
      response_metadata: { stop_reason: 'tool_use' },
    });
    const kept = keptOf([new ChatGenerationChunk({ text: 'I look.', message })]) ?? '';
    const ids = [1, 2].map(() => {
      const chunks = chatCodec(QUESTION, {}).decode(kept);
      const id = toolCallsOf(chunks)[0]?.id;
      expect(seen(chunks)).toMatchObject({ text: 'I look.', content: [blocks[0], { ...blocks[1], id }] });
      return id;
    });
    expect(new Set([...ids, 'toolu_1', undefined]).size).toBe(4);
    const twins = chatCodec(QUESTION, {}).decode(keptOf([callOf('same', '{}', 0), callOf('same', '{}', 1), end()])!);
    const [one, two] = toolCallsOf(twins);
    expect(one?.id).not.toBe(two?.id);
  });

  test.each([
    ['says nothing', [chunkOf({ content: ' \n' }), end()]],
    ['only thinks', [chunkOf({ additional_kwargs: { reasoning_content: 'hm' } }), end()]],
    ['was cut at its limit', [chunkOf({ content: 'So' }), end('length')]],
    ['was cut at the limit of another vendor', [chunkOf({ content: 'So' }), end('max_tokens')]],
    ['was withheld', [chunkOf({ content: 'So' }), end('content_filter')]],
    ['tells no reason for its end', [chunkOf({ content: 'So' })]],
    ['calls a tool with arguments that are no JSON', [callOf('1', '["a'), end('tool_calls')]],
    ['is none', []],
  ])('is none where it %s', (_name, chunks) => {
    expect(keptOf(chunks)).toBeUndefined();
  });

  test.each(['', 'null', '{}', '[]', '{"content":1,"calls":[]}'])('is not read from %j', (text) => {
    expect(() => chatCodec(QUESTION, {}).decode(text)).toThrow();
  });
});

function conversation(id: string, messageId: string): BaseMessage[] {
  return [
    new SystemMessage({ content: 'Be brief.', id: `${messageId}-system` }),
    new HumanMessage({ content: 'Look it up.', id: `${messageId}-human` }),
    new AIMessage({
      id: messageId,
      content: [{ type: 'tool_use', id, name: 'look', input: {} }],
      tool_calls: [{ id, name: 'look', args: {}, type: 'tool_call' }],
      response_metadata: { finish_reason: 'tool_calls', timings: { totalMs: Math.random() } },
      usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    }),
    new ToolMessage({ content: 'rain', tool_call_id: id, name: 'look' }),
  ];
}

/** Two calls whose results follow under these ids. */
function crossed(first: string, second: string): string {
  const calls = ['a', 'b'].map((id, at) => ({ id, name: 'look', args: { at }, type: 'tool_call' as const }));
  return contentOf([
    new AIMessage({ content: '', tool_calls: calls }),
    new ToolMessage({ content: 'rain', tool_call_id: first }),
    new ToolMessage({ content: 'sun', tool_call_id: second }),
  ]);
}

function answered(fields: ConstructorParameters<typeof AIMessage>[0]): string {
  return contentOf([...QUESTION, new AIMessage(fields)]);
}

function offered(description: string): string {
  const look = tool(() => '', { name: 'look', description, schema: z.object({ at: z.string() }) });
  return contentOf(QUESTION, { tools: [look] });
}

describe('what an answer depends on', () => {
  test('is not how ids are written, nor what servers told of earlier answers', () => {
    expect(contentOf(conversation('call_1', 'a'))).toBe(contentOf(conversation('toolu_2', 'b')));
  });

  test('is which result belongs to which call', () => {
    expect(crossed('a', 'b')).not.toBe(crossed('b', 'a'));
  });

  test.each<[string, readonly BaseMessage[], ChatCallOptions]>([
    ['another text', [new HumanMessage('What is the time?')], {}],
    ['another role', [new SystemMessage('What is the weather?')], {}],
    ['another message', [...QUESTION, new AIMessage('Rain.')], {}],
    ['a name', [new HumanMessage({ content: 'What is the weather?', name: 'Ann' })], {}],
    ['a tool', QUESTION, { tools: [{ type: 'function', function: { name: 'look', parameters: {} } }] }],
    ['a choice of tools', QUESTION, { tool_choice: 'any' }],
    ['a format', QUESTION, { response_format: { type: 'json_object' } }],
    ['a stop', QUESTION, { stop: ['\n'] }],
    ['a picture', [new HumanMessage({ content: [{ type: 'image_url', image_url: { url: 'data:1' } }] })], {}],
  ])('is %s', (_name, messages, options) => {
    expect(contentOf(messages, options)).not.toBe(contentOf(QUESTION));
  });

  test('is what earlier answers thought, and whose blocks they are', () => {
    const thought = { content: 'Rain.', additional_kwargs: { reasoning_content: 'It is May.' } };
    expect(answered(thought)).not.toBe(answered({ content: 'Rain.' }));
    expect(answered({ content: 'Rain.', additional_kwargs: { refusal: null } })).toBe(answered({ content: 'Rain.' }));
    const blocks = [{ type: 'text' as const, text: 'Rain.' }];
    const by = (provider: string): string => answered({ content: blocks, response_metadata: { provider } });
    expect(by('openai')).not.toBe(by('anthropic'));
  });

  test('is the schema of a tool and not its object', () => {
    expect(offered('Looks.')).toBe(offered('Looks.'));
    expect(offered('Looks.')).not.toBe(offered('Looks twice.'));
  });
});
