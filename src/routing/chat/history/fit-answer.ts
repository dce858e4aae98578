import { AIMessage } from '@langchain/core/messages';
import type { ToolCall } from '@langchain/core/messages/tool';
import { readAnswer, reasoningBeside } from './answer-blocks.ts';
import { asBlock, blocksOf, isStandardFormat, keptFields, type Block } from './content-block.ts';
import type { HistoryTarget } from './history-target.ts';

/** Names of functions that OpenAI and Anthropic take; a small model may have called a tool that has none of these. */
const TOOL_NAME = /^[\w-]{1,64}$/;

/** Said in place of an answer without text and calls: vendors refuse an empty one, templates two questions in a row. */
const NOTHING_SAID = '(no answer)';

function isFitCall({ name, args }: ToolCall): boolean {
  return TOOL_NAME.test(name) && asBlock(args) !== undefined;
}

function fitCall({ id, name, args }: ToolCall): ToolCall {
  const value: unknown = args;
  const fitName = (name ?? '').replaceAll(/[^\w-]/g, '_').slice(0, 64) || 'unknown';
  const fitArgs = asBlock(value) ?? (value === undefined || value === null ? {} : { value });
  return { type: 'tool_call', id, name: fitName, args: fitArgs };
}

/** A call with broken arguments was answered with an error; the pair stays, with arguments that can be read. */
function callsOf(message: AIMessage): ToolCall[] {
  const whole = message.tool_calls ?? [];
  const broken = message.invalid_tool_calls ?? [];
  if (broken.length === 0 && whole.every(isFitCall)) return whole;
  return [...whole, ...broken.map(({ id, name }) => ({ id, name: name ?? '', args: {} }))].map(fitCall);
}

/** Who wrote an answer: our provider's id, else the vendor's name as LangChain's packages put it. */
function isWrittenBy({ response_metadata: metadata }: AIMessage, { providerId }: HistoryTarget): boolean {
  const { provider, model_provider: vendor } = (metadata ?? {}) as Block;
  return (provider ?? vendor) === providerId;
}

/** What packages keep beside the content may go where it came from; elsewhere only our reasoning, within the machine. */
function isFitBeside(kwargs: Block, hasCalls: boolean, isCloud: boolean): boolean {
  for (const key in kwargs) {
    const value = kwargs[key];
    if (value === undefined || value === null) continue;
    // A vendor's copy of the calls is read only where `tool_calls` is empty.
    if (key === 'tool_calls' && hasCalls) continue;
    if (key === 'reasoning_content' && !isCloud) continue;
    return false;
  }
  return true;
}

/** The provider reads its own blocks and seals; only calls that it could not read again are mended. */
function fitOwn(message: AIMessage, calls: ToolCall[]): AIMessage {
  const { tool_calls: raw, function_call: legacy, ...kwargs } = message.additional_kwargs;
  const isMended = calls !== (message.tool_calls ?? calls);
  if (!isMended && (calls.length > 0 || (!raw && !legacy))) return message;
  const blocks = isMended ? blocksOf(message) : undefined;
  return new AIMessage({
    ...keptFields(message),
    content: blocks === undefined ? message.content : readAnswer(blocks).text,
    tool_calls: calls,
    additional_kwargs: kwargs,
    usage_metadata: message.usage_metadata,
  });
}

/**
 * An answer in the form every target reads: text as one text, calls as `tool_calls`, reasoning where our dialects read
 * it or left out for a cloud that did not write it, no seal of one vendor to another. The same message when it is so.
 */
export function fitAnswer(message: AIMessage, target: HistoryTarget): AIMessage {
  const calls = callsOf(message);
  const blocks = blocksOf(message);
  const isEmpty = calls.length === 0 && blocks === undefined && (message.content as string).trim() === '';
  if (target.isCloud && !isEmpty && isWrittenBy(message, target)) return fitOwn(message, calls);
  const isPlain =
    !isEmpty &&
    blocks === undefined &&
    calls === message.tool_calls &&
    !isStandardFormat(message) &&
    isFitBeside(message.additional_kwargs, calls.length > 0, target.isCloud);
  if (isPlain) return message;
  const said = blocks === undefined ? { text: message.content as string, reasoning: '' } : readAnswer(blocks);
  const reasoning = target.isCloud ? '' : reasoningBeside(message.additional_kwargs) || said.reasoning;
  return new AIMessage({
    ...keptFields(message),
    content: calls.length === 0 && said.text.trim() === '' ? NOTHING_SAID : said.text,
    tool_calls: calls,
    invalid_tool_calls: [],
    additional_kwargs: reasoning === '' ? {} : { reasoning_content: reasoning },
    usage_metadata: message.usage_metadata,
  });
}
