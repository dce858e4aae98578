import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import { estimateTextTokens } from '../../routing/chat/estimate-text.ts';

/** Longest form of one message, then shorter ones until all fit. */
const LENGTHS = [4000, 1500, 600, 250, 100];

/** Turns as a text to be read by a model, within so many tokens by estimate; the longest messages are cut first. */
export function writeTurns(messages: readonly BaseMessage[], tokens: number): string {
  for (const length of LENGTHS) {
    const text = messages.map((message) => writeMessage(message, length)).join('\n');
    if (estimateTextTokens(text) <= tokens) return text;
  }
  const lines = messages.map((message) => writeMessage(message, LENGTHS.at(-1) ?? 0));
  // What stands nearest to the present matters most.
  while (lines.length > 1 && estimateTextTokens(lines.join('\n')) > tokens)
    lines.splice(0, Math.ceil(lines.length / 8));
  return lines.join('\n');
}

function writeMessage(message: BaseMessage, length: number): string {
  const kind = message.getType();
  const text = cut(message.text, length);
  if (kind === 'human') return `User: ${text}`;
  if (kind === 'tool') return `Result of ${message.name ?? 'a tool'}: ${text}`;
  const names = ((message as AIMessage).tool_calls ?? []).map(({ name }) => name);
  const called = names.length === 0 ? '' : ` (called ${names.join(', ')})`;
  return `Assistant${called}: ${text}`;
}

function cut(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
