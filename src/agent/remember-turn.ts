import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { AgentEvent, AgentReply, AgentRequest, Citation } from '../contracts/agent/agent.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import { withCitedText } from './context/cited-messages.ts';
import type { ConversationStore } from './conversation-store.ts';

/** A turn that broke off, as it is kept. */
interface BrokenTurn {
  readonly event: Extract<AgentEvent, { kind: 'interrupted' }>;
  /** Whole messages of the turn. */
  readonly added: readonly BaseMessage[];
  /** What was shown of the answer that is not whole. */
  readonly partial: string;
  readonly citations: readonly Citation[];
}

/** Keeps the question and what answered it; an answer that was taken up again says so in its metadata (`resumed`). */
export async function rememberAnswer(
  conversations: ConversationStore,
  request: AgentRequest,
  { messages, interruptions = [] }: AgentReply,
): Promise<void> {
  if (request.conversationId === undefined) return;
  const spoken = messages.filter((message) => message.getType() !== 'ai' || message.text !== '' || hasCalls(message));
  const last = spoken.at(-1);
  if (interruptions.length > 0 && last?.getType() === 'ai') {
    const resumed = interruptions.map(({ how, code, targetId, tokens, ref }) => ({ how, code, targetId, tokens, ref }));
    last.response_metadata = { ...last.response_metadata, resumed };
  }
  await conversations.append(request.conversationId, [...(await asked(request)), ...spoken]);
}

/**
 * Keeps the question and what was shown of the answer, marked in its metadata (`interrupted`), so that it can go on.
 * The interruption is what a person must hear of: that it could not be kept is added to its message.
 */
export async function rememberBrokenTurn(
  conversations: ConversationStore,
  request: AgentRequest,
  { event, added, partial, citations }: BrokenTurn,
): Promise<BrokenTurn['event']> {
  if (request.conversationId === undefined) return event;
  const { AIMessage: Message } = await import('@langchain/core/messages');
  const { code, tokens, targetId } = event;
  const interrupted = { code, tokens, targetId };
  const message = new Message({ content: partial, response_metadata: { interrupted } });
  const answer = partial.trim() === '' ? [] : [await withCitedText(message, partial, citations)];
  try {
    await conversations.append(request.conversationId, [...(await asked(request)), ...answered(added), ...answer]);
    return event;
  } catch (error) {
    if (!isWoosterError(error)) throw error;
    return { ...event, message: `${event.message}; and it is not kept: ${error.message}` };
  }
}

/** What was said to the model; the question tells which project it was about. */
async function asked({ messages, project }: AgentRequest): Promise<readonly BaseMessage[]> {
  const last = messages.at(-1);
  if (project === undefined || last?.getType() !== 'human') return messages;
  const { HumanMessage } = await import('@langchain/core/messages');
  const { id, name, content, additional_kwargs } = last;
  const response_metadata = { ...last.response_metadata, project };
  return [...messages.slice(0, -1), new HumanMessage({ id, name, content, additional_kwargs, response_metadata })];
}

function callsOf(message: BaseMessage): readonly { readonly id?: string }[] {
  return message.getType() === 'ai' ? ((message as AIMessage).tool_calls ?? []) : [];
}

function hasCalls(message: BaseMessage): boolean {
  return callsOf(message).length > 0;
}

/** Without a last call whose tools have not answered: servers refuse a conversation that holds one. */
function answered(messages: readonly BaseMessage[]): readonly BaseMessage[] {
  const at = messages.findLastIndex(hasCalls);
  const call = messages[at];
  if (call === undefined) return messages;
  const results = messages.slice(at + 1).filter((message) => message.getType() === 'tool').length;
  return results < callsOf(call).length ? messages.slice(0, at) : messages;
}
