/** Why the model stopped, in one vocabulary; a word of a server's own passes unchanged. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | (string & {});

/** Tokens counted by the server. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
}

/** Durations told by the server, milliseconds. */
export interface ServerTimings {
  readonly loadMs?: number;
  readonly promptMs?: number;
  readonly generationMs?: number;
}

/** What comes with or after the last piece of a stream; parts may arrive in several deltas. */
export interface ReplyFacts {
  readonly finishReason?: FinishReason;
  readonly usage?: TokenUsage;
  readonly timings?: ServerTimings;
  /** The model that answered by the server's account. */
  readonly model?: string;
}

/** One piece of a streamed answer. Pieces of one tool call share its index; the name comes with the first. */
export type ChatDelta =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | {
      readonly kind: 'tool-call';
      readonly index: number;
      readonly id?: string;
      readonly name?: string;
      readonly argumentsText: string;
    }
  | ({ readonly kind: 'facts' } & ReplyFacts);

/** A whole answer. */
export interface ChatReply extends ReplyFacts {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id?: string; readonly name: string; readonly argumentsText: string }[];
}

/** What one record of a stream means: pieces, and whether it is the end marker after which an answer is whole. */
export interface StreamStep {
  readonly deltas: readonly ChatDelta[];
  readonly isEnd: boolean;
}

/** An answer without text, reasoning or call, for which the server counted no token either: a failure, not an answer. */
export function isEmptyAnswer(answer: ChatReply): boolean {
  const hasSomething = answer.text !== '' || answer.reasoning !== '' || answer.toolCalls.length > 0;
  return !hasSomething && answer.finishReason !== 'length' && (answer.usage?.outputTokens ?? 0) === 0;
}

/** A whole answer as the pieces of a stream. */
export function answerToDeltas(answer: ChatReply): ChatDelta[] {
  const { text, reasoning, toolCalls, ...facts } = answer;
  return [
    ...(reasoning === '' ? [] : [{ kind: 'reasoning', text: reasoning } as const]),
    ...(text === '' ? [] : [{ kind: 'text', text } as const]),
    ...toolCalls.map((call, index) => ({ kind: 'tool-call', index, ...call }) as const),
    { kind: 'facts', ...facts },
  ];
}
