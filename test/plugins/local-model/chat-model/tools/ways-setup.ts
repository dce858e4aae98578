import type { BaseMessage } from '@langchain/core/messages';
import { AIMessage, HumanMessage, ToolMessage, type AIMessageChunk } from '@langchain/core/messages';
import type { CallContext, ToolWay } from 'wooster';
import { LocalChatModel } from '../../../../../plugins/local-model/chat-model/local-chat-model.ts';
import type { Quirk } from '../../../../../plugins/local-model/client/quirks.ts';
import type { Rule } from '../../../../fakes/model-server/protocol.ts';
import type { FakeModelServer } from '../../../../fakes/fake-model-server.ts';
import { call, clientOf } from '../../client/client-setup.ts';

/** The two wires of local servers. */
export type Wire = 'ollama' | 'llamacpp';

/** A tool as LangChain takes it. */
export const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Tells the weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

export const QUESTION = new HumanMessage('What is the weather in Paris?');

/** The history of a turn in which the weather of Paris was asked for. */
export const AFTER_CALL: readonly BaseMessage[] = [
  QUESTION,
  new AIMessage({ content: '', tool_calls: [{ id: 'c1', name: 'get_weather', args: { city: 'Paris' } }] }),
  new ToolMessage({ content: 'Sunny, 21 degrees', tool_call_id: 'c1', name: 'get_weather' }),
];

/** Path of the chat route. */
export const pathOf = (wire: Wire): string => (wire === 'ollama' ? '/api/chat' : '/v1/chat/completions');

/** Rules that answer one request after another. */
export function inTurn(wire: Wire, replies: readonly Omit<Rule, 'match'>[]): Rule[] {
  return replies.map((reply) => ({ match: { path: pathOf(wire), times: 1 }, ...reply }));
}

/** What a model is asked with. */
export interface Asked {
  readonly wire: Wire;
  readonly way?: ToolWay;
  readonly ways?: readonly ToolWay[];
  readonly quirks?: readonly Quirk[];
  readonly changes?: Partial<CallContext>;
}

/** A chat model at a fake server. */
export function modelAt(server: FakeModelServer, { wire, way, ways, quirks = [], changes }: Asked): LocalChatModel {
  const set = new Set(quirks);
  const client = clientOf(server.url, { dialect: wire === 'ollama' ? 'ollama' : 'openai', quirks: set });
  return new LocalChatModel({
    provider: 'house',
    model: 'm',
    client,
    quirks: set,
    ways: ways ?? ['native', 'schema', 'prompt'],
    call: call({ ...(way && { toolWay: way }), ...changes }),
  });
}

/** A whole answer from its pieces, and how many pieces had text. */
export async function streamed(
  stream: AsyncIterable<AIMessageChunk>,
): Promise<{ message: AIMessageChunk; textPieces: readonly string[] }> {
  const textPieces: string[] = [];
  let message: AIMessageChunk | undefined;
  for await (const chunk of stream) {
    if (chunk.text !== '') textPieces.push(chunk.text);
    message = message?.concat(chunk) ?? chunk;
  }
  return { message: message!, textPieces };
}

/** The bodies that arrived. */
export async function bodiesAt(server: FakeModelServer): Promise<readonly Record<string, unknown>[]> {
  const records = await server.requests(500);
  return records.map(({ body }) => body as Record<string, unknown>);
}
