import type { BaseMessage } from '@langchain/core/messages';
import { MalformedReplyError } from '../contracts/errors/provider-errors.ts';
import type { ModelRouterService, RoutedChatDefaults } from '../contracts/routing/router.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import { TurnState } from './turn/turn-state.ts';

/** A conversation as programs write it down; `role` as in the OpenAI wire. */
export type PlainMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string };

/** One question to the router, without tools and without history on disk. */
export interface GenerateRequest extends Omit<RoutedChatDefaults, 'onDecision'> {
  readonly messages: readonly PlainMessage[];
  readonly signal: AbortSignal;
}

/** One whole answer and where it came from. */
export interface GeneratedReply {
  readonly content: string;
  readonly model: string;
  readonly provider: string;
  readonly milliseconds: number;
  readonly tokens: {
    readonly input: number;
    readonly output: number;
    readonly total: number;
    readonly isEstimated: boolean;
  };
  readonly finishReason?: string;
  /** For `wooster why`. */
  readonly decisionId: string;
  /** Name of the model in the server's reply, where it is another than the one asked. */
  readonly repliedModel?: string;
  /** Models that broke off in the midst of the answer, which was then asked anew of the next one, in order. */
  readonly interruptions: readonly GenerateInterruption[];
}

/** A model that broke off; `tokens` is what it had given by then. */
interface GenerateInterruption {
  readonly how: 'restarted';
  readonly code: string;
  readonly targetId: string;
  readonly tokens: number;
}

/** Asks the router once and waits for the whole answer. Throws what the router throws; MalformedReplyError for no message. */
export async function generateReply(
  router: ModelRouterService,
  request: GenerateRequest,
  clock: Clock,
): Promise<GeneratedReply> {
  const { messages, signal, ...defaults } = request;
  const state = new TurnState(clock);
  const model = await router.model({ ...defaults, onDecision: (decision) => state.noteDecision(decision) });
  const answer = await model.invoke(await toLangChain(messages), { signal });
  state.add(answer);
  const reply = state.toReply();
  if (reply.decisionId === '')
    throw new MalformedReplyError('the reply names no decision: the model was not called through the router');
  const { inputTokens: input, outputTokens: output, isEstimated } = reply.usage;
  const colon = reply.ref.indexOf(':');
  return {
    content: reply.text,
    model: reply.ref.slice(colon + 1),
    provider: reply.ref.slice(0, colon),
    milliseconds: Math.round(reply.totalMs),
    tokens: { input, output, total: input + output, isEstimated },
    finishReason: reply.finishReason,
    decisionId: reply.decisionId,
    repliedModel: reply.repliedModel,
    interruptions: interruptionsOf(answer),
  };
}

/** Of the attempts that failed, those that had begun to answer. */
function interruptionsOf({ response_metadata }: BaseMessage): readonly GenerateInterruption[] {
  const { failures = [] } = response_metadata as { readonly failures?: readonly Omit<GenerateInterruption, 'how'>[] };
  return failures
    .filter(({ tokens }) => tokens > 0)
    .map(({ code, targetId, tokens }) => ({ how: 'restarted', code, targetId, tokens }));
}

async function toLangChain(messages: readonly PlainMessage[]): Promise<BaseMessage[]> {
  const { AIMessage, HumanMessage, SystemMessage } = await import('@langchain/core/messages');
  return messages.map(({ role, content }) => {
    if (role === 'system') return new SystemMessage(content);
    return role === 'assistant' ? new AIMessage(content) : new HumanMessage(content);
  });
}
