import { answerHistory } from '../prompt/chat-history.ts';
import type { WireMessage } from '../prompt/chat-request.ts';

/** One turn of a conversation in words. */
export interface PlainTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

const SPEAKERS = { user: 'User', assistant: 'Assistant', system: 'System' } as const;

/** Where the answer of a model that goes on with a written dialogue ends. */
export const DIALOGUE_STOPS: readonly string[] = [`\n${SPEAKERS.user}:`, `\n${SPEAKERS.system}:`];

/**
 * The conversation in turns of words: the system's text first, two turns of one speaker in one, calls of tools left out
 * and what they returned told by the user. Refuses pictures and sounds.
 */
export function plainTurns(messages: readonly WireMessage[]): readonly PlainTurn[] {
  const turns: PlainTurn[] = [];
  // The history ends in an empty turn of the model, which is the answer to be made.
  for (const item of answerHistory(messages).slice(0, -1)) {
    const pieces = item.type === 'model' ? item.response : [item.text];
    const content = pieces.filter((piece) => typeof piece === 'string').join('');
    const turn: PlainTurn = { role: item.type === 'model' ? 'assistant' : item.type, content };
    const last = turns.at(-1);
    if (last?.role === turn.role) turns[turns.length - 1] = joined(last, turn);
    else turns.push(turn);
  }
  return turns;
}

function joined(first: PlainTurn, second: PlainTurn): PlainTurn {
  return { role: first.role, content: `${first.content}\n\n${second.content}` };
}

/** The system's text put before the first words of the user, for templates that know no system. */
export function withoutSystem(turns: readonly PlainTurn[]): readonly PlainTurn[] {
  const [system, ...others] = turns;
  if (system?.role !== 'system') return turns;
  const [first, ...rest] = others;
  const content = first?.role === 'user' ? `${system.content}\n\n${first.content}` : system.content;
  return [{ role: 'user', content }, ...(first?.role === 'user' ? rest : others)];
}

/** A dialogue that a model without a template goes on with. */
export function dialogueText(turns: readonly PlainTurn[]): string {
  const lines = turns.map(({ role, content }) => (role === 'system' ? content : `${SPEAKERS[role]}: ${content}`));
  const system = turns[0]?.role === 'system' ? [`${lines[0]}\n`] : [];
  return [...system, ...lines.slice(system.length), `${SPEAKERS.assistant}:`].join('\n');
}

/**
 * One instruction for a model that turns a text into a text: the system's text, as many of the latest turns as `hasRoom`
 * leaves, and the last words of the user.
 */
export function instructionText(turns: readonly PlainTurn[], hasRoom: (text: string) => boolean): string {
  const system = turns.filter(({ role }) => role === 'system').map(({ content }) => content);
  const spoken = turns.filter(({ role }) => role !== 'system');
  const last = spoken.findLastIndex(({ role }) => role === 'user');
  const request = spoken.slice(Math.max(0, last)).map(({ content }) => content);
  const earlier = spoken.slice(0, Math.max(0, last));
  const withHistory = (count: number): string => {
    const lines = earlier.slice(earlier.length - count).map(({ role, content }) => `${SPEAKERS[role]}: ${content}`);
    const history = lines.length === 0 ? [] : [lines.join('\n')];
    return [...system, ...history, ...request].join('\n\n');
  };
  for (let count = earlier.length; count > 0; count -= 1) {
    const text = withHistory(count);
    if (hasRoom(text)) return text;
  }
  return withHistory(0);
}

/** The text with a space inside each control token, so that what somebody wrote cannot end a turn or begin another. */
export function withoutControlTokens(text: string, controlTokens: readonly string[]): string {
  return controlTokens
    .filter((token) => token.length > 1)
    .reduce((rest, token) => rest.replaceAll(token, `${token.slice(0, 1)} ${token.slice(1)}`), text);
}
