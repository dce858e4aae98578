import type { CallContext, CallParameters } from 'wooster';

/** A piece of what a person or the system says. Images travel as base64, never as an address a server would fetch. */
export type TurnPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mediaType: string; readonly base64: string };

/** A tool call of an earlier answer; `argumentsText` is JSON. */
export interface TurnToolCall {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

/** One turn of a conversation in no server's form; dialects translate it. */
export type ChatTurn =
  | { readonly role: 'system' | 'user'; readonly parts: readonly TurnPart[] }
  | {
      readonly role: 'assistant';
      readonly text: string;
      readonly reasoning?: string;
      readonly toolCalls: readonly TurnToolCall[];
    }
  | { readonly role: 'tool'; readonly callId: string; readonly toolName?: string; readonly text: string };

/** A JSON schema as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool the model is offered. */
export interface OfferedTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonSchema;
  readonly isStrict?: boolean;
}

/** Whether tools may, must or must not be called, or which one must be. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** One question to a model, in no server's form. */
export interface ChatRequest {
  readonly model: string;
  readonly turns: readonly ChatTurn[];
  readonly parameters: CallParameters;
  readonly tools?: readonly OfferedTool[];
  readonly toolChoice?: ToolChoice;
  /** Output constrained to a schema, or to any JSON object. */
  readonly output?: { readonly name: string; readonly schema: JsonSchema; readonly isStrict?: boolean } | 'json';
  /** Thinking on, off or how much; absent leaves it to the server. */
  readonly think?: boolean | 'low' | 'medium' | 'high';
}

/** Limits, signal and permit of one call. */
export type ClientCall = Pick<CallContext, 'limits' | 'signal' | 'permit'>;
