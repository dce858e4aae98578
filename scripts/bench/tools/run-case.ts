import type { ToolCase, OfferedTool, EarlierTurn } from './cases/tool-case.ts';
import type { MadeCall, Message, Reply } from './conversation.ts';
import { isWanted } from './judge/judge-case.ts';
import { faultOfCall } from './judge/valid-call.ts';

/** One model asked one way. */
export interface AskedModel {
  /** Never rejects for what the model does; only where it cannot be asked at all. */
  ask(messages: readonly Message[], tools: readonly OfferedTool[]): Promise<Reply>;
}

/** A question with two calls may take them one after the other, and then a request for the answer. */
const STEPS_OF_SEVERAL_CALLS = 3;
const SYSTEM = 'You are a helpful assistant.';

function messagesOf(turn: EarlierTurn, at: number): Message[] {
  if ('user' in turn) return [{ role: 'user', text: turn.user }];
  if ('assistant' in turn) return [{ role: 'assistant', text: turn.assistant }];
  const call = { id: `call_earlier_${at}`, name: turn.tool, arguments: turn.arguments };
  return [
    { role: 'calls', calls: [call] },
    { role: 'result', callId: call.id, name: turn.tool, text: turn.result },
  ];
}

/** What a tool says: what the case has for a wanted call, else what the tool always says. */
function resultOf(call: MadeCall, asked: ToolCase, tools: readonly OfferedTool[]): string {
  const wanted = asked.wanted.find((each) => isWanted(each, call));
  return wanted?.result ?? tools.find(({ name }) => name === call.name)?.result ?? 'There is no such tool.';
}

/** Puts a case to a model, giving it the results of its calls where it needs several; stops as soon as a call is wrong. */
export async function runCase(
  model: AskedModel,
  asked: ToolCase,
  tools: readonly OfferedTool[],
): Promise<readonly Reply[]> {
  const messages: Message[] = [
    { role: 'system', text: SYSTEM },
    ...(asked.earlier ?? []).flatMap(messagesOf),
    { role: 'user', text: asked.question },
  ];
  const steps = asked.wanted.length > 1 ? STEPS_OF_SEVERAL_CALLS : 1;
  const replies: Reply[] = [];
  while (replies.length < steps) {
    const reply = await model.ask(messages, tools);
    replies.push(reply);
    const isWrong = (call: MadeCall): boolean =>
      faultOfCall(call, tools) !== undefined || !asked.wanted.some((wanted) => isWanted(wanted, call));
    if (reply.calls.length === 0 || reply.calls.some(isWrong)) break;
    messages.push({ role: 'calls', calls: reply.calls });
    for (const call of reply.calls) {
      messages.push({ role: 'result', callId: call.id, name: call.name, text: resultOf(call, asked, tools) });
    }
  }
  return replies;
}
