import type { AgentRequest } from 'wooster';

/** A question of fewer words leans on the one before it: "and its port?". */
const WHOLE_QUESTION_WORDS = 5;

/** Longer questions hold a text to work on; what is looked for stands at their beginning. */
const LONGEST_QUERY = 1_000;

/** What to search for: the last message of the user, with the one before where the last says too little alone. */
export function questionOf({ messages }: AgentRequest): string {
  const asked = messages.filter((message) => message.getType() === 'human').map(({ text }) => text.trim());
  const last = asked.at(-1) ?? '';
  const before = asked.at(-2);
  const isShort = last.split(/\s+/).length < WHOLE_QUESTION_WORDS;
  return (isShort && before !== undefined ? `${before}\n${last}` : last).slice(0, LONGEST_QUERY);
}
