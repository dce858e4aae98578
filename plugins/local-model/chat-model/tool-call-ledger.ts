import { randomUUID } from 'node:crypto';
import type { BaseMessage, AIMessage } from '@langchain/core/messages';

/** A piece of a tool call with index and id that LangChain can join. */
interface LedgerPiece {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly args: string;
}

interface OpenCall {
  readonly index: number;
  readonly serverId: string | undefined;
}

/** Letters and digits of a new id: nine are what every vendor takes and every chat template, those of Mistral too. */
const ID_LENGTH = 9;

/** What OpenAI and Anthropic take of a server's own id, so that the call can be told to them later. */
const COMMON_ID = /^[\w-]{1,40}$/;

/**
 * Gives each tool call of one answer its own index and an id that is unique in the conversation. Servers leave ids out,
 * repeat them, or send several whole calls under index 0; the pieces of one call keep one index, and only the first
 * carries id and name.
 */
export class ToolCallLedger {
  readonly #usedIds: Set<string>;
  readonly #open = new Map<number, OpenCall>();
  #count = 0;

  constructor(history: readonly BaseMessage[]) {
    const calls = history.flatMap((message) => {
      const { tool_calls: whole = [], invalid_tool_calls: broken = [] } = message as AIMessage;
      return [...whole, ...broken];
    });
    this.#usedIds = new Set(calls.flatMap(({ id }) => (id === undefined ? [] : [id])));
  }

  /** Enters one piece as the server sent it. */
  enter(piece: { index: number; id?: string; name?: string; argumentsText: string }): LedgerPiece {
    const open = this.#open.get(piece.index);
    const isNew =
      open === undefined || (piece.name !== undefined && piece.id !== undefined && piece.id !== open.serverId);
    if (!isNew) return { index: open.index, args: piece.argumentsText };
    const index = this.#count++;
    this.#open.set(piece.index, { index, serverId: piece.id });
    return { index, id: this.#uniqueId(piece.id), name: piece.name ?? '', args: piece.argumentsText };
  }

  #uniqueId(serverId: string | undefined): string {
    const isKept = serverId !== undefined && COMMON_ID.test(serverId) && !this.#usedIds.has(serverId);
    const id = isKept ? serverId : randomUUID().replaceAll('-', '').slice(0, ID_LENGTH);
    this.#usedIds.add(id);
    return id;
  }
}
