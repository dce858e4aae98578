import type { BaseMessage } from '@langchain/core/messages';
import { estimatePromptTokens } from '../../routing/chat/estimate-tokens.ts';

/** Tokens that messages add to a prompt. */
export function tokensOf(messages: readonly BaseMessage[]): number {
  return estimatePromptTokens(messages, undefined) - estimatePromptTokens([], undefined);
}

/** Where turns begin: each question, with all that answers it, is one; what stands before the first belongs to it. */
export function turnStarts(messages: readonly BaseMessage[]): readonly number[] {
  const questions = messages.flatMap((message, at) => (message.getType() === 'human' ? [at] : []));
  return messages.length === 0 ? [] : [0, ...questions.slice(1)];
}

/** Index from which on the newest whole turns fit into so many tokens; the length where not even the last one does. */
export function firstThatFits(messages: readonly BaseMessage[], room: number): number {
  const starts = turnStarts(messages);
  let first = messages.length;
  let left = room;
  for (const start of starts.toReversed()) {
    left -= tokensOf(messages.slice(start, first));
    if (left < 0) break;
    first = start;
  }
  return first;
}
