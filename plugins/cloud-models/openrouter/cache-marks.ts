import type { OpenAIClient } from '@langchain/openai';
import { SHORTEST_KEPT_CHARACTERS } from '../common/shortest-kept.ts';

type Message = OpenAIClient.Chat.ChatCompletionMessageParam;
type Part = Readonly<Record<string, unknown>>;

const MARK = { cache_control: { type: 'ephemeral' } };

/** Models of Anthropic keep what is marked alone; those of other makers keep beginnings by themselves. */
export function needsMarks(model: string): boolean {
  return model.startsWith('anthropic/');
}

function lengthOf(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

/** The message with a mark on its last text; unchanged where it has none. */
function mark(message: Message): Message {
  const { content } = message;
  const parts: readonly Part[] =
    typeof content === 'string' ? [{ type: 'text', text: content }] : ((content ?? []) as unknown as Part[]);
  const place = parts.findLastIndex(({ type, text }) => type === 'text' && text !== '');
  if (place === -1) return message;
  const marked: unknown = parts.map((part, at) => (at === place ? { ...part, ...MARK } : part));
  return { ...message, content: marked } as Message;
}

/**
 * Marks what the next call will begin with, which OpenRouter passes on (its guide to prompt caching): the end of the
 * system's words, with the tools before them, and within a tool loop its last result. What is too short to be kept is
 * left unmarked.
 */
export function markBeginnings(messages: readonly Message[], tools: unknown): Message[] {
  const system = messages.findLastIndex(({ role }) => role === 'system' || role === 'developer');
  const last = messages.length - 1;
  const marked = [system, ...(messages[last]?.role === 'tool' ? [last] : [])];
  let length = lengthOf(tools);
  return messages.map((message, at) => {
    length += lengthOf(message.content);
    return marked.includes(at) && length >= SHORTEST_KEPT_CHARACTERS ? mark(message) : message;
  });
}
