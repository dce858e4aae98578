import { setImmediate } from 'node:timers/promises';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Agent, AgentEvent, AgentRequest } from '../contracts/agent/agent.ts';
import { CancelledError } from '../contracts/errors/host-errors.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { PrivacyClass } from '../contracts/routing/route-request.ts';
import type { ModelRouterService, RoutedChatDefaults } from '../contracts/routing/router.ts';
import type { InterruptedText } from '../contracts/settings/settings.ts';
import { DEFAULT_TOOL_SETTINGS, type ToolSettings } from '../contracts/settings/tool-settings.ts';
import { linkAbort } from '../resilience/linked-abort.ts';
import { isStricter } from '../routing/resolve-request.ts';
import { TurnCitations } from './citations/turn-citations.ts';
import { collectContext } from './context/collect-context.ts';
import { historyRoom, injectContext, type PromptedTurn } from './context/inject-context.ts';
import type { ConversationStore } from './conversation-store.ts';
import { recall } from './history/recall.ts';
import { offerTools, type ToolOffering } from './offer-tools.ts';
import { rememberAnswer, rememberBrokenTurn } from './remember-turn.ts';
import { bindTools, withoutBarred } from './tools/bind-tools.ts';
import { ToolRest } from './tools/tool-rest.ts';
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
  /** How tools are run; the defaults of the settings without it. */
  readonly tools?: ToolSettings;
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
  const { clock, tools = DEFAULT_TOOL_SETTINGS } = dependencies;
  const house = { ...dependencies, tools, rest: new ToolRest(clock) };
  return { run: (request) => runTurn(house, request) };
}

/** What all turns share. */
interface House extends AgentDependencies {
  readonly tools: ToolSettings;
  /** Tools that took too long in turn after turn. */
  readonly rest: ToolRest;
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
  /** How private a summary is that stands for the beginning of the conversation: its words may tell less than it holds. */
  summaryPrivacy?: PrivacyClass;
}

/** A server may send hundreds of tokens at once; other work of the process gets its turn between them. */
const BURST_MS = 10;

async function* runTurn(dependencies: House, request: AgentRequest): AsyncGenerator<AgentEvent> {
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

async function* startTurn(dependencies: House, turn: Turn): AsyncGenerator<AgentEvent, void> {
  const { request, stickyKey, loopKey, state, citations, resumptions, news, signal } = turn;
  const router = dependencies.router();
  const context = await collectContext(dependencies.extensions, request);
  const { extensions, areToolsEnabled, interruptedText, tools: settings, rest } = dependencies;
  const offered = await offerTools({ router, extensions, areToolsEnabled, request, stickyKey, loopKey });
  const offering = withoutBarred(offered, settings, rest);
  const prompted = await promptTurn(dependencies, { turn, context, offering });
  if (prompted.event !== undefined) news.push(prompted.event);
  const openModel = (): Promise<BaseChatModel> => router.model(routeOf(turn));
  const common = { openModel, messages: prompted.messages, state, citations, resumptions, signal };
  if (offering.tools.length + (request.clientTools ?? []).length === 0) {
    yield* runPlainTurn({ ...common, interruptedText });
    return;
  }
  const isLocal = (): boolean => state.decision?.chain[0]?.locality === 'local';
  const bound = await bindTools({ request, offering, prompted, citations, settings, rest, signal, isLocal });
  yield* runToolTurn({ ...common, ...bound });
}

/** How the next calls of a turn are routed. */
function routeOf(turn: Turn): RoutedChatDefaults {
  const { request, stickyKey, loopKey, state, citations, resumptions, news, summaryPrivacy = 'any' } = turn;
  const { privacy: asked = 'any' } = request;
  const privacy = isStricter(summaryPrivacy, asked) ? summaryPrivacy : request.privacy;
  const { principal, pinned, conversationId, project, strategy, parameters, askConsent, cache } = request;
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

async function promptTurn(dependencies: House, { turn, context, offering }: PromptParts): Promise<PromptedTurn> {
  const { conversations, router } = dependencies;
  const { request, citations, signal, news } = turn;
  const prompt = (await dependencies.systemPrompt()).trim();
  const { messages: history, privacy } = await recall({
    conversations,
    router: router(),
    request,
    routing: routeOf(turn),
    room: historyRoom({ prompt, request, context, offering }),
    contextTokens: offering.contextTokens,
    signal,
    tell: (notice) => news.push({ kind: 'context', passages: [], notices: [notice] }),
  });
  turn.summaryPrivacy = privacy;
  return injectContext({ prompt, history, request, citations, context, offering });
}
