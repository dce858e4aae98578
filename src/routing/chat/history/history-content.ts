import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages';
import { asBlock, blocksOf, textOr, type Block } from './content-block.ts';

/** Fields in which the vendors' blocks name the call they belong to. */
const ID_FIELDS: ReadonlySet<string> = new Set(['id', 'call_id', 'tool_call_id', 'tool_use_id', 'toolUseId']);

/** The ids of tool calls by the order in which they appear: what counts is which result belongs to which call. */
class CallNumbers {
  readonly #numbers = new Map<string, string>();

  of(id: string | undefined): string | undefined {
    if (id === undefined || id === '') return undefined;
    const number = this.#numbers.get(id) ?? `#${this.#numbers.size}`;
    this.#numbers.set(id, number);
    return number;
  }

  /** A value with the ids of known calls replaced, where its fields say that they are ids. */
  within(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.within(each));
    const block = asBlock(value);
    if (block === undefined) return value;
    const fields = Object.entries(block).map(([name, field]) => {
      const number = ID_FIELDS.has(name) && typeof field === 'string' ? this.#numbers.get(field) : undefined;
      return [name, number ?? this.within(field)] as const;
    });
    return Object.fromEntries(fields);
  }
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** What stands beside the content and is sent on; the vendor's copy of the calls says nothing new. */
function besideOf({ additional_kwargs: kwargs }: BaseMessage, hasCalls: boolean): Block | undefined {
  const kept = Object.entries(kwargs ?? {}).filter(
    ([name, value]) => isSaid(value) && !(hasCalls && (name === 'tool_calls' || name === 'function_call')),
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Blocks and what stands beside them go back as they are to the vendor that wrote them, and to no other. */
function writerOf({ response_metadata: metadata }: BaseMessage): string | undefined {
  const { provider, model_provider: vendor } = (metadata ?? {}) as Block;
  return textOr(provider ?? vendor) || undefined;
}

function toContent(message: BaseMessage, numbers: CallNumbers): Block {
  const { tool_calls: calls = [], invalid_tool_calls: broken = [] } = message as AIMessage;
  const beside = besideOf(message, calls.length > 0);
  const hasSeals = beside !== undefined || blocksOf(message) !== undefined;
  return {
    type: message.getType(),
    role: 'role' in message ? message.role : undefined,
    name: message.name,
    calls: calls.map(({ id, name, args }) => ({ id: numbers.of(id), name, args })),
    broken: broken.map(({ id, name, args }) => ({ id: numbers.of(id), name, args })),
    answers: numbers.of((message as ToolMessage).tool_call_id),
    status: (message as ToolMessage).status,
    content: numbers.within(message.content),
    beside: numbers.within(beside),
    writer: hasSeals && message.getType() === 'ai' ? writerOf(message) : undefined,
  };
}

/**
 * What of a conversation an answer depends on, as JSON can hold it. The ids of messages, what their servers told of
 * them, and how the ids of tool calls are written make no difference.
 */
export function historyContent(messages: readonly BaseMessage[]): readonly Block[] {
  const numbers = new CallNumbers();
  return messages.map((message) => toContent(message, numbers));
}
