import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import type { BaseMessage, MessageContent } from '@langchain/core/messages';
import type { ToolCall } from '@langchain/core/messages/tool';
import { readAnswer } from './answer-blocks.ts';
import { CallIds } from './call-ids.ts';
import { blocksOf, keptFields, textOr } from './content-block.ts';
import { fitBlock } from './fit-content.ts';
import type { HistoryTarget } from './history-target.ts';
import { isPicture } from './picture-blocks.ts';

/** The result of a call that has none: its turn was interrupted or cancelled. */
const NO_RESULT = 'No result was given: the call was interrupted.';

/** A call whose results are being read. */
interface OpenCall {
  readonly call: ToolCall;
  readonly id: string;
  isAnswered: boolean;
}

/** What follows the results of one turn on the side of the user. */
interface Turn {
  readonly calls: readonly OpenCall[];
  readonly results: BaseMessage[];
  readonly asides: BaseMessage[];
}

function callsOf(message: BaseMessage): readonly ToolCall[] {
  return message.getType() === 'ai' ? ((message as AIMessage).tool_calls ?? []) : [];
}

function isResult(message: BaseMessage | undefined): boolean {
  const kind = message?.getType();
  return kind === 'tool' || kind === 'function';
}

function withIds(message: AIMessage, calls: readonly OpenCall[]): AIMessage {
  if (calls.every(({ call, id }) => call.id === id)) return message;
  const { tool_calls: _raw, function_call: _legacy, ...kwargs } = message.additional_kwargs;
  // A vendor's blocks repeat the calls under their old ids.
  const blocks = blocksOf(message);
  return new AIMessage({
    ...keptFields(message),
    content: blocks === undefined ? message.content : readAnswer(blocks).text,
    tool_calls: calls.map(({ call, id }) => ({ ...call, id })),
    additional_kwargs: kwargs,
    usage_metadata: message.usage_metadata,
  });
}

/** The call that a result answers; the first of several that are alike. Undefined when it answers none of these. */
function findCall(result: BaseMessage, calls: readonly OpenCall[]): OpenCall | undefined {
  const id = textOr((result as ToolMessage).tool_call_id);
  const meant = id === '' ? calls : calls.filter(({ call }) => (call.id ?? '') === id);
  const open = meant.filter(({ isAnswered }) => !isAnswered);
  return open.find(({ call }) => call.name === result.name) ?? open[0] ?? (id === '' ? undefined : meant[0]);
}

/** A result under the id of its call. Pictures follow from the user's side, since no wire takes them in a result. */
function placeResult(result: ToolMessage, id: string, asides: BaseMessage[]): ToolMessage {
  const blocks = blocksOf(result)?.map(fitBlock);
  const pictures = blocks?.filter(isPicture) ?? [];
  const isSame = blocks === undefined || blocks.every((block, index) => block === blocksOf(result)![index]);
  if (isSame && pictures.length === 0 && result.tool_call_id === id) return result;
  if (pictures.length > 0) {
    const text = `The result of the tool ${result.name ?? ''} shows:`.replace('  ', ' ');
    asides.push(new HumanMessage({ content: [{ type: 'text', text }, ...pictures] as unknown as MessageContent }));
  }
  const rest = blocks?.filter((block) => !isPicture(block));
  const content = rest?.length === 0 ? 'The result is a picture, which follows.' : (rest ?? result.content);
  return new ToolMessage({
    ...keptFields(result),
    content: content as unknown as MessageContent,
    tool_call_id: id,
    status: result.status,
    artifact: result.artifact as unknown,
  });
}

/** A result whose call is gone, as words of the user's side. */
function toUserText(result: BaseMessage): HumanMessage {
  const lead = `Result of the tool ${result.name ?? 'that was called'}:`;
  const blocks = blocksOf(result)?.map(fitBlock);
  if (blocks === undefined) return new HumanMessage(`${lead}\n${result.content as string}`);
  return new HumanMessage({ content: [{ type: 'text', text: lead }, ...blocks] as unknown as MessageContent });
}

function readResult(result: BaseMessage, turn: Turn): void {
  const found = findCall(result, turn.calls);
  if (found === undefined || result.getType() === 'function') {
    turn.asides.push(toUserText(result));
  } else if (!found.isAnswered) {
    found.isAnswered = true;
    turn.results.push(placeResult(result as ToolMessage, found.id, turn.asides));
  }
}

function missingResult({ call, id }: OpenCall): ToolMessage {
  return new ToolMessage({ content: NO_RESULT, tool_call_id: id, name: call.name, status: 'error' });
}

/** Whether every call is followed by its result, in order and under an id that stays: the usual case, made cheap. */
function isWhole(messages: readonly BaseMessage[], ids: CallIds): boolean {
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index]!;
    if (isResult(message)) return false;
    for (const { id } of callsOf(message)) {
      const result = messages[++index] as ToolMessage | undefined;
      const isAnswer = result?.getType() === 'tool' && result.tool_call_id === id && typeof result.content === 'string';
      if (!isAnswer || !ids.keep(id)) return false;
    }
  }
  return true;
}

/**
 * Gives every call exactly one result, right after it and under one id: a missing one says so, the first of several
 * counts, and one without a call becomes text of the user's side. The same list when every pair is whole.
 */
export function pairResults(messages: readonly BaseMessage[], target: HistoryTarget): readonly BaseMessage[] {
  if (isWhole(messages, new CallIds(target))) return messages;
  const ids = new CallIds(target);
  const paired: BaseMessage[] = [];
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index]!;
    const calls = callsOf(message);
    if (calls.length === 0) {
      paired.push(isResult(message) ? toUserText(message) : message);
      continue;
    }
    const open = calls.map((call): OpenCall => ({ call, id: ids.next(call.id, call.name), isAnswered: false }));
    const turn: Turn = { calls: open, results: [], asides: [] };
    while (isResult(messages[index + 1])) readResult(messages[++index]!, turn);
    const missing = open.filter(({ isAnswered }) => !isAnswered).map(missingResult);
    paired.push(withIds(message as AIMessage, open), ...turn.results, ...missing, ...turn.asides);
  }
  return paired;
}
