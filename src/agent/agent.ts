import { setImmediate } from 'node:timers/promises';
import type { BaseMessage } from '@langchain/core/messages';
import type { Agent, AgentEvent, AgentRequest } from '../contracts/agent/agent.ts';
import { CancelledError } from '../contracts/errors/host-errors.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import { TurnCitations } from './citations/turn-citations.ts';
import { collectContext } from './context/collect-context.ts';
import { injectContext, type PromptedTurn } from './context/inject-context.ts';
import { withoutOldNumbers } from './context/cited-messages.ts';
import { writePassage } from './context/write-context.ts';
import type { ConversationStore } from './conversation-store.ts';
import { toLangChainTool } from './langchain-tools.ts';
import { offerTools, type ToolOffering } from './offer-tools.ts';
import { runPlainTurn } from './plain-turn.ts';
import { runToolTurn } from './tool-turn.ts';
import { TurnState } from './turn-state.ts';

/** What an agent is made of. */
interface AgentDependencies {
  /** Read when a turn begins, since the router is a plugin's. */
  readonly router: () => ModelRouterService;
  readonly extensions: Extensions;
  readonly conversations: ConversationStore;
  /** The standing instruction, read once a turn. */
  readonly systemPrompt: () => Promise<string>;
  readonly clock: Clock;
  readonly areToolsEnabled: boolean;
  readonly newId: () => string;
}

/**
 * Runs turns through the router. Context is collected first and put before whichever model is chosen; one that is known
 * to call tools is offered them besides. Throws contract errors before the first output; after it, an interruption is
 * an event that holds the text shown so far.
 */
export function createAgent(dependencies: AgentDependencies): Agent {
  return { run: (request) => runTurn(dependencies, request) };
}

/** What the parts of one turn share. */
interface Turn {
  readonly request: AgentRequest;
  readonly stickyKey: string;
  readonly state: TurnState;
  readonly citations: TurnCitations;
  /** Events that came up where none can be given out. */
  readonly pending: AgentEvent[];
}

/** A server may send hundreds of tokens at once; other work of the process gets its turn between them. */
const BURST_MS = 10;

async function* runTurn(dependencies: AgentDependencies, request: AgentRequest): AsyncGenerator<AgentEvent> {
  const { clock } = dependencies;
  const state = new TurnState(clock);
  const question = request.messages.at(-1)?.text ?? '';
  const citations = new TurnCitations(question, request.project !== undefined);
  const stickyKey = request.conversationId ?? dependencies.newId();
  const turn: Turn = { request, stickyKey, state, citations, pending: [] };
  const { pending } = turn;
  try {
    const events = await startTurn(dependencies, turn);
    yield* pending.splice(0);
    let step = await events.next();
    let restedAt = clock.monotonic();
    while (step.done !== true) {
      yield* pending.splice(0);
      yield step.value;
      if (clock.monotonic() - restedAt > BURST_MS) {
        await setImmediate();
        restedAt = clock.monotonic();
      }
      step = await events.next();
    }
    yield* pending.splice(0);
    await remember(dependencies, request, step.value);
    yield { kind: 'finished', reply: state.toReply(step.value, citations.cited) };
  } catch (error) {
    yield* pending.splice(0);
    if (request.signal.aborted) throw new CancelledError('the answer was cancelled', { cause: error });
    if (!isWoosterError(error) || state.text === '') throw error;
    yield { kind: 'interrupted', code: error.code, message: error.message, text: state.text };
  }
}

async function startTurn(
  dependencies: AgentDependencies,
  turn: Turn,
): Promise<AsyncGenerator<AgentEvent, readonly BaseMessage[]>> {
  const { request, stickyKey, state, citations, pending } = turn;
  const { principal, privacy, pinned, conversationId, project, strategy, parameters, signal } = request;
  const router = dependencies.router();
  const context = await collectContext(dependencies.extensions, request);
  const { extensions, areToolsEnabled } = dependencies;
  const offering = await offerTools({ router, extensions, areToolsEnabled, request, stickyKey });
  const prompted = await promptTurn(dependencies, { turn, context, offering });
  if (prompted.event !== undefined) pending.push(prompted.event);
  const model = await router.model({
    principal,
    privacy,
    pinned,
    conversationId,
    project,
    strategy,
    parameters,
    stickyKey,
    onDecision: (decision) => {
      state.noteDecision(decision);
      pending.push({ kind: 'decided', decision });
    },
  });
  const { messages } = prompted;
  const clientTools = request.clientTools ?? [];
  if (offering.tools.length + clientTools.length === 0) {
    return runPlainTurn({ model, messages, state, citations, signal });
  }
  const cite = (passages: Parameters<TurnCitations['add']>[0]): string =>
    citations.add(passages, prompted.budget).map(writePassage).join('\n\n');
  const binding = { principal, approvals: request.approvals, signal, project, cite };
  const tools = await Promise.all(offering.tools.map((descriptor) => toLangChainTool(descriptor, binding)));
  const clientToolNames = new Set(clientTools.map((tool) => tool.name));
  return runToolTurn({ model, messages, tools: [...tools, ...clientTools], clientToolNames, state, citations, signal });
}

interface PromptParts {
  readonly turn: Turn;
  readonly context: Awaited<ReturnType<typeof collectContext>>;
  readonly offering: ToolOffering;
}

async function promptTurn(
  dependencies: AgentDependencies,
  { turn, context, offering }: PromptParts,
): Promise<PromptedTurn> {
  const { request, citations } = turn;
  const { conversationId } = request;
  const stored = conversationId === undefined ? [] : await dependencies.conversations.read(conversationId);
  const history = await Promise.all(stored.map(withoutOldNumbers));
  const prompt = (await dependencies.systemPrompt()).trim();
  return injectContext({ prompt, history, request, citations, context, offering });
}

async function remember(
  dependencies: AgentDependencies,
  request: AgentRequest,
  added: readonly BaseMessage[],
): Promise<void> {
  if (request.conversationId === undefined) return;
  const spoken = added.filter((message) => message.getType() !== 'ai' || message.text !== '' || hasToolCalls(message));
  await dependencies.conversations.append(request.conversationId, [...request.messages, ...spoken]);
}

function hasToolCalls(message: BaseMessage): boolean {
  return 'tool_calls' in message && Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
}
