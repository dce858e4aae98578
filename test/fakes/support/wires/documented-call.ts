import type { DialectId, Rule } from '../../model-server/protocol.ts';

/** One call of a cloud's wire, and an answer with every name that its documents or recordings show there. */
export interface DocumentedCall {
  readonly what: string;
  readonly dialect: DialectId;
  /** Where the names were read. */
  readonly source: string;
  readonly path: string;
  readonly body?: unknown;
  readonly rules?: Rule[];
  readonly status?: number;
  /** Frames of a stream, or a whole answer. */
  readonly frames?: readonly unknown[];
  readonly whole?: unknown;
}

/** What is said where everything is said. */
export const CALL: Rule[] = [
  { reply: { text: 'Yes.', reasoning: 'hm', signature: 's', toolCalls: [{ name: 'f', arguments: { a: 1 } }] } },
];

/** A question in the words that most wires share. */
export const question = { model: 'm', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] };
