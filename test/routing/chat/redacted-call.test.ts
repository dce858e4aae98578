import { AIMessage, AIMessageChunk, HumanMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { redactMessages, restoreChunks } from '../../../src/routing/chat/content/redacted-call.ts';
import { textsOf } from '../../../src/routing/chat/content/message-texts.ts';
import { joinChunks } from '../../../src/routing/chat/join-chunks.ts';
import { redactSpans } from '../../../src/security/redact/redact-spans.ts';

/** An original that would break any JSON it stood in as it is. */
const SECRET = 'say "sesame"\nand \\ wait';

function redactionOf(texts: readonly string[]) {
  const spans = texts.map((text) => {
    const start = text.indexOf(SECRET);
    return start === -1 ? [] : [{ kind: 'secret', start, end: start + SECRET.length }];
  });
  return redactSpans(texts, spans);
}

async function redacted(text: string) {
  const call = { redact: async (texts: readonly string[]) => redactionOf(texts) };
  const { messages, redaction } = await redactMessages([new HumanMessage(text)], call as never);
  return { sent: messages[0]!.text, redaction: redaction! };
}

async function* streamOf(pieces: readonly AIMessageChunk[]): AsyncGenerator<ChatGenerationChunk> {
  for (const message of pieces) yield new ChatGenerationChunk({ text: message.text, message });
}

async function answerOf(pieces: readonly AIMessageChunk[], redaction: Parameters<typeof restoreChunks>[1]) {
  const chunks: ChatGenerationChunk[] = [];
  for await (const chunk of restoreChunks(streamOf(pieces), redaction)) chunks.push(chunk);
  return joinChunks(chunks)!.message as AIMessageChunk;
}

function cut(text: string, at: readonly number[]): string[] {
  const places = [...new Set(at.map((place) => place % (text.length + 1)))].toSorted((left, right) => left - right);
  return [0, ...places].map((place, index) => text.slice(place, places[index] ?? text.length));
}

const cuts = fc.array(fc.nat(200), { maxLength: 6 });

describe('an answer to a redacted question', () => {
  test('has its text and its reasoning put back, wherever a placeholder is cut', async () => {
    const { sent, redaction } = await redacted(`please ${SECRET} now`);
    expect(sent).not.toContain('sesame');
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const said = cut(sent, at).map((content) => new AIMessageChunk({ content }));
        const thought = cut(sent, at).map((reasoning_content) => {
          return new AIMessageChunk({ content: '', additional_kwargs: { reasoning_content } });
        });
        const answer = await answerOf([...thought, ...said], redaction);
        expect(answer.text).toBe(`please ${SECRET} now`);
        expect(answer.additional_kwargs.reasoning_content).toBe(`please ${SECRET} now`);
      }),
    );
  });

  test('has the arguments of each call put back as values, so that no original breaks their JSON', async () => {
    const { sent, redaction } = await redacted(SECRET);
    const args = JSON.stringify({ word: sent, list: [{ id: sent, type: sent }] });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const pieces = [0, 1].flatMap((index) => [
          new AIMessageChunk({
            content: '',
            tool_call_chunks: [{ index, name: 'open', id: `call_${index}`, args: '' }],
          }),
          ...cut(args, at).map(
            (piece) => new AIMessageChunk({ content: '', tool_call_chunks: [{ index, args: piece }] }),
          ),
        ]);
        const { tool_calls: calls } = await answerOf(pieces, redaction);
        const expected = { word: SECRET, list: [{ id: SECRET, type: SECRET }] };
        expect(calls?.map((call) => call.args)).toEqual([expected, expected]);
        expect(calls?.map(({ name, id }) => [name, id])).toEqual([
          ['open', 'call_0'],
          ['open', 'call_1'],
        ]);
      }),
    );
  });

  test('whose arguments are no JSON keeps them as a text, for whoever runs the tool to refuse', async () => {
    const { sent, redaction } = await redacted(SECRET);
    const piece = new AIMessageChunk({
      content: '',
      tool_call_chunks: [{ index: 0, name: 'open', args: `{"word": ${sent}` }],
    });
    expect((await answerOf([piece], redaction)).tool_call_chunks?.[0]?.args).toBe(`{"word": ${SECRET}`);
  });

  test('leaves a question in which nothing has to be replaced as it is', async () => {
    const messages = [new HumanMessage('hi')];
    expect(await redactMessages(messages, {} as never)).toEqual({ messages, redaction: undefined });
  });
});

test('an argument of any name is looked at, also one that is called like a field of the wire', () => {
  const call = { name: 'open', args: { id: 'a', type: { type: 'b' }, index: 'c' }, id: 'call_1' };
  expect(textsOf([new AIMessage({ content: '', tool_calls: [call] })])).toEqual(['', 'a', 'b', 'c']);
});
