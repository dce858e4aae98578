import { randomUUID } from 'node:crypto';
import { AIMessageChunk } from '@langchain/core/messages';
import type { ToolCall } from '@langchain/core/messages/tool';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { MalformedReplyError, parseJson } from 'wooster';
import type { Place } from './call-faults.ts';

/** An id that every vendor takes. */
export function newCallId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

/** The calls of a whole answer; one with an id that another has gets one of its own. */
export function withOwnIds(calls: readonly ToolCall[]): ToolCall[] {
  const taken = new Set<string>();
  return calls.map((call) => {
    const id = call.id === undefined || call.id === '' || taken.has(call.id) ? newCallId() : call.id;
    taken.add(id);
    return id === call.id ? call : { ...call, id };
  });
}

interface CallPiece {
  readonly name: string;
  readonly args: string;
}

/**
 * The tool calls of one streamed answer, put together from their pieces. Servers behind this wire repeat ids, and
 * LangChain mends arguments that break off, so that a tool would run with the half of them.
 */
export class CallPieces {
  readonly #calls = new Map<number, CallPiece>();
  readonly #indexOfId = new Map<string, number>();

  /** Takes note of a chunk; it comes back with an id of its own where another call has the same. */
  take(chunk: ChatGenerationChunk): ChatGenerationChunk {
    const message = chunk.message as AIMessageChunk;
    const pieces = message.tool_call_chunks ?? [];
    if (pieces.length === 0) return chunk;
    const own = pieces.map((piece) => ({ ...piece, id: this.#note(piece) }));
    if (own.every(({ id }, at) => id === pieces[at]?.id)) return chunk;
    const { content, additional_kwargs, response_metadata, usage_metadata, id } = message;
    const fields = { content, additional_kwargs, response_metadata, usage_metadata, id, tool_call_chunks: own };
    const { text, generationInfo } = chunk;
    return new ChatGenerationChunk({ text, generationInfo, message: new AIMessageChunk(fields) });
  }

  /** Throws MalformedReplyError for arguments that are no JSON; none at all are allowed. */
  requireWhole({ provider, address, model }: Place): void {
    const broken = [...this.#calls.values()].find(({ args }) => args.trim() !== '' && parseJson(args) === undefined);
    if (broken === undefined) return;
    const text = `${provider} at ${address}: it called ${broken.name} with arguments that are no JSON; ask again or use another model`;
    throw new MalformedReplyError(text, { provider, model });
  }

  #note({ index = 0, name, args, id }: Partial<CallPiece> & { index?: number; id?: string }): string | undefined {
    const begun = this.#calls.get(index);
    this.#calls.set(index, { name: begun?.name ?? name ?? '', args: (begun?.args ?? '') + (args ?? '') });
    if (id === undefined) return undefined;
    const holder = this.#indexOfId.get(id) ?? index;
    this.#indexOfId.set(id, holder);
    // The pieces of one call are joined by their index, and only the first carries an id.
    return holder === index ? id : newCallId();
  }
}
