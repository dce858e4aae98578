import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';

/** What a conversation goes on with when an answer did not fit: the answer, and what is wrong with it. */
export function repairTurns(answer: AIMessage, issues: readonly string[]): BaseMessage[] {
  const lines = issues.map((issue) => `- ${issue}`).join('\n');
  const { tool_calls: calls = [], text } = answer;
  const asked = `That does not fit what was asked for:\n${lines}\nAnswer again, whole and corrected`;
  if (calls.length > 0) {
    // Every call needs its result, or servers refuse the conversation.
    const results = calls.map(
      ({ id = '', name }) => new ToolMessage({ tool_call_id: id, name, status: 'error', content: `${asked}.` }),
    );
    return [answer, ...results];
  }
  const again = new HumanMessage(`${asked}, with the JSON and nothing else.`);
  // Some clouds refuse an answer without words, which one with broken calls has.
  return text === '' ? [again] : [new AIMessage({ content: text }), again];
}
