import { setImmediate } from 'node:timers/promises';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Agent, AgentEvent, AgentRequest } from '../contracts/agent/agent.ts';
import { CancelledError } from '../contracts/errors/host-errors.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { ModelRouterService, RoutedChatDefaults } from '../contracts/routing/router.ts';
import type { InterruptedText } from '../contracts/settings/settings.ts';
import { linkAbort } from '../resilience/linked-abort.ts';
import { TurnCitations } from './citations/turn-citations.ts';
import { collectContext } from './context/collect-context.ts';
import { injectContext, type PromptedTurn } from './context/inject-context.ts';
import { withoutOldNumbers } from './context/cited-messages.ts';
import { writePassage } from './context/write-context.ts';
import type { ConversationStore } from './conversation-store.ts';
import { toLangChainTool } from './langchain-tools.ts';
import { offerTools, type ToolOffering } from './offer-tools.ts';
import { rememberAnswer, rememberBrokenTurn } from './remember-turn.ts';
import { runPlainTurn } from './turn/plain-turn.ts';
import { Resumptions } from './turn/resumptions.ts';
import { runToolTurn } from './turn/tool-turn.ts';
import { TurnNews } from './turn/turn-news.ts';
import { TurnState } from './turn/turn-state.ts';

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
  /** What follows an answer without tools that breaks off. */
  readonly interruptedText: InterruptedText;
  readonly newId: () => string;
}

/**
 * Runs turns through the router. Context is collected first and put before whichever model is chosen; one that is known
 * to call tools is offered them besides. An answer that breaks off is taken up again by another model, in a turn with
 * tools always and in one without as the setting says. Throws contract errors before the first output; after it, an
 * interruption that stays is an event that holds the text shown so far.
 */
export function createAgent(dependencies: AgentDependencies): Agent {
  return { run: (request) => runTurn(dependencies, request) };
}

/** What the parts of one turn share. */
interface Turn {
  readonly request: AgentRequest;
  /** Keeps a conversation together, and the calls of this turn. */
  readonly stickyKey: string;
  readonly loopKey: string;
  readonly state: TurnState;
  readonly citations: TurnCitations;
  readonly resumptions: Resumptions;
  readonly news: TurnNews;
  /** Aborts with that of the request, and when nobody reads the events any more. */
  readonly signal: AbortSignal;
}

/** A server may send hundreds of tokens at once; other work of the process gets its turn between them. */
const BURST_MS = 10;

async function* runTurn(dependencies: AgentDependencies, request: AgentRequest): AsyncGenerator<AgentEvent> {
  const { conversations } = dependencies;
  const link = linkAbort(request.signal);
  const turn = beginTurn(dependencies, request, link.signal);
  const { state, citations, resumptions, news } = turn;
  let hasEnded = false;
  try {
    yield* follow(turn, startTurn(dependencies, turn), dependencies.clock);
    hasEnded = true;
    const reply = state.toReply({ citations: citations.cited, interruptions: resumptions.resumed });
    await rememberAnswer(conversations, request, reply);
    yield { kind: 'finished', reply };
  } catch (error) {
    hasEnded = true;
    yield* news.take();
    if (request.signal.aborted) throw new CancelledError('the answer was cancelled', { cause: error });
    if (!isWoosterError(error) || state.text === '') throw error;
    const event = resumptions.end(error);
    const { added, partial } = state;
    yield await rememberBrokenTurn(conversations, request, { event, added, partial, citations: citations.cited });
  } finally {
    if (!hasEnded) link.abort();
    await link.dispose();
  }
}

function beginTurn(dependencies: AgentDependencies, request: AgentRequest, signal: AbortSignal): Turn {
  const state = new TurnState(dependencies.clock);
  const question = request.messages.at(-1)?.text ?? '';
  const loopKey = dependencies.newId();
  return {
    request,
    stickyKey: request.conversationId ?? loopKey,
    loopKey,
    state,
    citations: new TurnCitations(question, request.project !== undefined),
    resumptions: new Resumptions(state),
    news: new TurnNews(),
    signal,
  };
}

/** The events of a running turn, with the news between them as they come up. */
async function* follow(
  { news }: Turn,
  events: AsyncGenerator<AgentEvent, void>,
  clock: Clock,
): AsyncGenerator<AgentEvent, void> {
  let restedAt = clock.monotonic();
  let next = events.next();
  for (;;) {
    const step = await Promise.race([next, news.arrival()]);
    yield* news.take();
    if (step === undefined) continue;
    if (step.done === true) return;
    yield step.value;
    if (clock.monotonic() - restedAt > BURST_MS) {
      await setImmediate();
      restedAt = clock.monotonic();
    }
    next = events.next();
  }
}

async function* startTurn(dependencies: AgentDependencies, turn: Turn): AsyncGenerator<AgentEvent, void> {
  const { request, stickyKey, loopKey, state, citations, resumptions, news, signal } = turn;
  const { principal, project } = request;
  const router = dependencies.router();
  const context = await collectContext(dependencies.extensions, request);
  const { extensions, areToolsEnabled, interruptedText } = dependencies;
  const offering = await offerTools({ router, extensions, areToolsEnabled, request, stickyKey, loopKey });
  const { messages, event, budget } = await promptTurn(dependencies, { turn, context, offering });
  if (event !== undefined) news.push(event);
  const openModel = (): Promise<BaseChatModel> => router.model(routeOf(turn));
  const common = { openModel, messages, state, citations, resumptions, signal };
  const clientTools = request.clientTools ?? [];
  if (offering.tools.length + clientTools.length === 0) {
    yield* runPlainTurn({ ...common, interruptedText });
    return;
  }
  const cite = (passages: Parameters<TurnCitations['add']>[0]): string =>
    citations.add(passages, budget).map(writePassage).join('\n\n');
  const binding = { principal, approvals: request.approvals, signal, project, cite };
  const tools = await Promise.all(offering.tools.map((descriptor) => toLangChainTool(descriptor, binding)));
  const clientToolNames = new Set(clientTools.map((tool) => tool.name));
  yield* runToolTurn({ ...common, tools: [...tools, ...clientTools], clientToolNames });
}

/** How the next calls of a turn are routed. */
function routeOf({ request, stickyKey, loopKey, state, citations, resumptions, news }: Turn): RoutedChatDefaults {
  const { principal, privacy, pinned, conversationId, project, strategy, parameters, askConsent, cache } = request;
  const { avoidedTargets } = resumptions;
  return {
    principal,
    privacy,
    pinned,
    conversationId,
    project,
    strategy,
    parameters,
    askConsent,
    cache: {
      mode: cache,
      // Read with each call, since tools find more while the turn goes on.
      get retrieval() {
        return citations.versions;
      },
    },
    stickyKey,
    loopKey,
    ...(avoidedTargets.length > 0 && { avoidedTargets }),
    onDecision: (decision) => {
      const resumed = resumptions.noteDecision(decision);
      state.noteDecision(decision);
      if (resumed !== undefined) news.push(resumed);
      news.push({ kind: 'decided', decision });
    },
  };
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
