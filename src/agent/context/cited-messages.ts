import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { Citation } from '../../contracts/agent/agent.ts';

/** Field of an answer's metadata that holds what its numbers mean. */
const CITATIONS = 'citations';

/** The message of an answer with its cited text; what its numbers mean goes along, for they hold for one turn only. */
export async function withCitedText(
  message: AIMessage,
  text: string,
  citations: readonly Citation[],
): Promise<AIMessage> {
  if (text === message.text && citations.length === 0) return message;
  const { AIMessage: Message } = await import('@langchain/core/messages');
  const { id, name, additional_kwargs, tool_calls, invalid_tool_calls, usage_metadata } = message;
  const told = citations.map(({ number, source, title }) => ({ number, source, title }));
  const response_metadata = { ...message.response_metadata, [CITATIONS]: told };
  const rest = { id, name, additional_kwargs, tool_calls, invalid_tool_calls, usage_metadata };
  return new Message({ ...rest, content: text, response_metadata });
}

/** Takes the numbers out of an earlier answer: in this turn they would name other passages. */
export async function withoutOldNumbers(message: BaseMessage): Promise<BaseMessage> {
  const told = (message.response_metadata as Record<string, unknown>)[CITATIONS];
  if (message.getType() !== 'ai' || !Array.isArray(told) || told.length === 0) return message;
  const known = new Set(told.map((each: { readonly number?: unknown }) => String(each.number)));
  const text = message.text.replace(/ ?\[(\d{1,3}(?:, \d{1,3})*)\]/g, (marker, numbers: string) =>
    numbers.split(', ').every((number) => known.has(number)) ? '' : marker,
  );
  return withCitedText(message as AIMessage, text, []);
}
