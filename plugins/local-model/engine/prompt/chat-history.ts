import type { ChatHistoryItem } from 'node-llama-cpp';
import { RequestRefusal } from '../child/request-refusal.ts';
import { spacedJson } from '../grammar/spaced-json.ts';
import type { WireMessage } from './chat-request.ts';

/**
 * The history that a chat template renders, ending in an empty model turn. Calls are shown in the form the grammar makes
 * them and results as the user's words: templates of small models have no place for either, and this form they follow.
 */
export function chatHistory(messages: readonly WireMessage[], toolInstructions = ''): ChatHistoryItem[] {
  const items: ChatHistoryItem[] = [];
  const system = messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map((message) => textOf(message));
  const instructions = [...system, toolInstructions].filter((text) => text !== '').join('\n\n');
  if (instructions !== '') items.push({ type: 'system', text: instructions });
  for (const message of messages) append(items, message);
  items.push({ type: 'model', response: [''] });
  return items;
}

/**
 * The history for an answer from results: no tools are offered and no calls shown, because a small model that sees a call
 * writes another; what the tools returned stands beside the question.
 */
export function answerHistory(messages: readonly WireMessage[]): ChatHistoryItem[] {
  const names = new Map(
    messages.flatMap(({ tool_calls: calls }) => (calls ?? []).map((call) => [call.id, call.function.name] as const)),
  );
  const told = messages.flatMap((message): WireMessage[] => {
    if (message.role === 'tool') {
      const name = names.get(message.tool_call_id ?? undefined) ?? 'A tool';
      return [{ role: 'user', content: `${name} returned: ${textOf(message)}` }];
    }
    const isOnlyCalls = message.role === 'assistant' && textOf(message) === '';
    return isOnlyCalls ? [] : [{ ...message, tool_calls: null }];
  });
  return chatHistory(told);
}

function append(items: ChatHistoryItem[], message: WireMessage): void {
  if (message.role === 'system' || message.role === 'developer') return;
  if (message.role === 'assistant') {
    items.push({ type: 'model', response: [assistantText(message)] });
    return;
  }
  const text = message.role === 'tool' ? `<tool_response>\n${textOf(message)}\n</tool_response>` : textOf(message);
  const last = items.at(-1);
  if (last?.type === 'user') last.text += `\n\n${text}`;
  else items.push({ type: 'user', text });
}

function assistantText(message: WireMessage): string {
  const calls = (message.tool_calls ?? []).map(
    ({ function: call }) => `{"name": ${JSON.stringify(call.name)}, "arguments": ${respaced(call.arguments)}}`,
  );
  const text = textOf(message);
  return [text, ...calls].filter((part) => part !== '').join('\n');
}

/** Arguments as the grammar spaces them: the tokens then equal those the model made, and their evaluation is reused. */
function respaced(text: string): string {
  try {
    return spacedJson(JSON.parse(text === '' ? '{}' : text));
  } catch {
    // A client may send back what was no JSON; the model is shown it as it is.
    return text;
  }
}

/** The text of a message; anything but text is a capability the engine does not have. */
function textOf({ content }: WireMessage): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return content
    .map((part) => {
      if (part.type === 'text' || part.type === 'input_text') return part.text ?? '';
      const capability = part.type.includes('image') ? 'vision' : part.type.includes('audio') ? 'audio' : part.type;
      throw new RequestRefusal(
        400,
        'not_supported_error',
        `this model reads text only; the request holds ${part.type}`,
        {
          capability,
        },
      );
    })
    .join('\n');
}
