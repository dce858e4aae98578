import type { BaseMessage } from '@langchain/core/messages';
import { asFields, type Fields } from '../common/watched-reply.ts';

/** Fields of a detail that come in pieces; all others are said once. */
const PIECES = ['text', 'summary', 'data'] as const;

/**
 * Reasoning as OpenRouter tells it apart from the answer, with the signatures of whoever wrote it. A model that calls a
 * tool wants it back unchanged with the result (OpenRouter's guide to reasoning tokens, "preserving reasoning").
 */
export class ReasoningDetails {
  readonly #details = new Map<string, Record<string, unknown>>();

  /** Takes the details of one piece of an answer, or of a whole one. */
  take(told: unknown): void {
    const pieces: readonly unknown[] = Array.isArray(told) ? told : [];
    for (const [place, value] of pieces.entries()) this.#join(asFields(value), place);
  }

  get whole(): readonly Fields[] {
    return [...this.#details.values()];
  }

  #join(piece: Fields, place: number): void {
    const { type, index } = piece;
    const key = `${typeof type === 'string' ? type : ''} ${typeof index === 'number' ? index : place}`;
    const known = this.#details.get(key);
    if (known === undefined) {
      this.#details.set(key, { ...piece });
      return;
    }
    for (const [name, value] of Object.entries(piece)) {
      const isPiece = PIECES.some((each) => each === name) && typeof value === 'string';
      if (value !== null) known[name] = isPiece && typeof known[name] === 'string' ? known[name] + value : value;
    }
  }
}

/** The details that each answer of a conversation carries; undefined for one that has none. */
export function keptDetails(messages: readonly BaseMessage[]): readonly (readonly Fields[] | undefined)[] {
  return messages
    .filter((message) => message.getType() === 'ai')
    .map(({ additional_kwargs: kwargs }) => {
      const { reasoning_details: details } = kwargs as { reasoning_details?: readonly Fields[] };
      return Array.isArray(details) && details.length > 0 ? details : undefined;
    });
}
