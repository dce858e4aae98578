import type { ChatTurn, OfferedTool, TurnPart } from '../../client/chat-request.ts';
import { toolPrompt } from '../../engine/prompt/tool-prompt.ts';
import { toolSignature } from '../../engine/prompt/tool-signature.ts';

/** Whether the model may answer in words as well. */
interface ToolWords {
  readonly tools: readonly OfferedTool[];
  readonly canAnswer: boolean;
}

/**
 * Offers tools to a model that nothing holds to a form: in the words of the Qwen template, on which many small models were
 * trained, and which tell a request that needs a tool from one that does not far better than others.
 */
export function wordsForPrompt({ tools, canAnswer }: ToolWords): string {
  const words = toolPrompt(
    tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters: { ...parameters } },
    })),
  );
  return canAnswer ? words : `${words}\n\nCall one of the functions now.`;
}

/** Offers tools to a model that is held to one JSON object, and says what it is for. */
export function wordsForSchema({ tools, canAnswer }: ToolWords): string {
  const call = '{"tool": <name>, "arguments": <object>}';
  const form = canAnswer
    ? `Reply with one JSON object: ${call} when one of the tools does what is asked. Greetings, general knowledge, explanations and writing need no tool: then reply {"answer": <text>}.`
    : `Reply with one JSON object that calls one of the tools: ${call}.`;
  const lines = tools.map(toolSignature);
  return `You have these tools:\n${lines.join('\n')}\n\n${form}`;
}

/** The turns with an instruction at the end of the system turn; templates take one, at the start. */
export function withInstruction(turns: readonly ChatTurn[], text: string): ChatTurn[] {
  const part: TurnPart = { kind: 'text', text };
  const [first, ...rest] = turns;
  if (first?.role === 'system') return [{ ...first, parts: [...first.parts, part] }, ...rest];
  return [{ role: 'system', parts: [part] }, ...turns];
}
