import type { AgentRequest } from '../../contracts/agent/agent.ts';
import type { ModelRouterService, RoutedChatDefaults } from '../../contracts/routing/router.ts';
import { withoutOldNumbers } from '../context/cited-messages.ts';
import type { ConversationStore } from '../conversation-store.ts';
import { summariseTurns } from './summarise-turns.ts';
import { trimHistory, type FittedHistory } from './trim-history.ts';

/** What was said before a turn, and how much of it there is room for. */
interface RecallParts {
  readonly conversations: ConversationStore;
  readonly router: ModelRouterService;
  readonly request: AgentRequest;
  /** How the calls of the turn are routed. */
  readonly routing: RoutedChatDefaults;
  /** Tokens that it may take, and the window of the model, where they are known. */
  readonly room: number | undefined;
  readonly contextTokens: number | undefined;
  readonly signal: AbortSignal;
  /** Tells the person, at once. */
  readonly tell: (notice: string) => void;
}

/** The conversation of a turn as it is put before the model. */
export async function recall(parts: RecallParts): Promise<FittedHistory> {
  const { conversations, router, room, contextTokens, signal, tell } = parts;
  const { conversationId: id } = parts.request;
  if (id === undefined) return { messages: [] };
  // A summary is a call of its own: neither the news of the turn's calls nor one of their loop.
  const { onDecision: _onDecision, loopKey: _loopKey, ...routing } = parts.routing;
  return trimHistory({
    history: await Promise.all((await conversations.read(id)).map(withoutOldNumbers)),
    room,
    signal,
    known: () => conversations.readSummary(id),
    summarise: (turns, previous) => summariseTurns({ router, routing, turns, previous, contextTokens, signal }),
    keep: (summary) => conversations.writeSummary(id, summary),
    tell,
  });
}
