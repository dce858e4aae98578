import type { ChatTurn, TurnPart, TurnToolCall } from '../../client/chat-request.ts';

type UserTurn = Extract<ChatTurn, { readonly parts: readonly TurnPart[] }>;

function text(words: string): readonly TurnPart[] {
  return [{ kind: 'text', text: words }];
}

/** How a model is asked to write a call, so that it goes on in that form: one object, or between tags. */
type CallForm = 'object' | 'tags';

/** A call as the model writes it. */
export function callText({ name, argumentsText }: Omit<TurnToolCall, 'id'>, form: CallForm): string {
  const given = argumentsText === '' ? '{}' : argumentsText;
  if (form === 'object') return `{"tool": ${JSON.stringify(name)}, "arguments": ${given}}`;
  return `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${given}}\n</tool_call>`;
}

/** Templates that know two speakers want them in turns. */
function joined(turns: readonly ChatTurn[]): ChatTurn[] {
  const result: ChatTurn[] = [];
  for (const turn of turns) {
    const last = result.at(-1);
    if (turn.role === 'user' && last?.role === 'user') {
      result[result.length - 1] = { role: 'user', parts: [...last.parts, ...turn.parts] } satisfies UserTurn;
    } else result.push(turn);
  }
  return result;
}

/** As a model that is asked for a call or an answer writes one, so that its earlier answers teach it the form. */
export function answersAsJson(turns: readonly ChatTurn[]): ChatTurn[] {
  return turns.map((turn) => {
    const isAnswer = turn.role === 'assistant' && turn.toolCalls.length === 0 && turn.text !== '';
    return isAnswer ? { ...turn, text: JSON.stringify({ answer: turn.text }) } : turn;
  });
}

/**
 * Calls and results as words, for templates that have no place for them: a call as the model writes it, its
 * result as what the user says next.
 */
export function turnsAsText(turns: readonly ChatTurn[], form: CallForm = 'object'): ChatTurn[] {
  return joined(
    turns.map((turn): ChatTurn => {
      if (turn.role === 'tool') {
        const name = turn.toolName === undefined ? '' : ` name=${JSON.stringify(turn.toolName)}`;
        return { role: 'user', parts: text(`<tool_response${name}>\n${turn.text}\n</tool_response>`) };
      }
      if (turn.role !== 'assistant' || turn.toolCalls.length === 0) return turn;
      const words = [turn.text, ...turn.toolCalls.map((call) => callText(call, form))].filter((part) => part !== '');
      return { ...turn, text: words.join('\n'), toolCalls: [] };
    }),
  );
}

/**
 * The conversation for an answer from results, without the calls: a small model that sees a call writes another. What the
 * tools gave stands beside the question.
 */
export function turnsForAnswer(turns: readonly ChatTurn[]): ChatTurn[] {
  const told = turns.flatMap((turn): ChatTurn[] => {
    if (turn.role === 'tool') {
      return [{ role: 'user', parts: text(`${turn.toolName ?? 'A tool'} returned: ${turn.text}`) }];
    }
    if (turn.role !== 'assistant' || turn.toolCalls.length === 0) return [turn];
    return turn.text === '' ? [] : [{ ...turn, toolCalls: [] }];
  });
  return joined(told);
}

/** The turns with what the model wrote and what was wrong with it. */
export function withObjection(turns: readonly ChatTurn[], written: string, objection: string): ChatTurn[] {
  return joined([
    ...turns,
    { role: 'assistant', text: written, toolCalls: [] },
    { role: 'user', parts: text(objection) },
  ]);
}
