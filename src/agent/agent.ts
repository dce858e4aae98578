import type { BaseMessage } from '@langchain/core/messages';
import type { Agent, AgentEvent, AgentRequest } from '../contracts/agent/agent.ts';
import { CONTEXT_SOURCES } from '../contracts/agent/context-source.ts';
import { CancelledError } from '../contracts/errors/host-errors.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import { TOOLS, type ToolDescriptor } from '../contracts/commands/tool.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { RouteStep } from '../contracts/routing/decision.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import type { ConversationStore } from './conversation-store.ts';
import { toLangChainTool } from './langchain-tools.ts';
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
 * Runs turns through the router. The model is chosen first, then offered tools if it is known to call them; a model
 * that is not gets the plain conversation. Throws contract errors before the first output; after it, an interruption
 * is an event that holds the text shown so far.
 */
export function createAgent(dependencies: AgentDependencies): Agent {
  return { run: (request) => runTurn(dependencies, request) };
}

async function* runTurn(dependencies: AgentDependencies, request: AgentRequest): AsyncGenerator<AgentEvent> {
  const state = new TurnState(dependencies.clock);
  const pending: AgentEvent[] = [];
  try {
    const messages = await collectMessages(dependencies, request);
    const turn = await startTurn(dependencies, { request, messages, state, pending });
    let step = await turn.next();
    while (step.done !== true) {
      yield* pending.splice(0);
      yield step.value;
      step = await turn.next();
    }
    yield* pending.splice(0);
    await remember(dependencies, request, step.value);
    yield { kind: 'finished', reply: state.toReply(step.value) };
  } catch (error) {
    yield* pending.splice(0);
    if (request.signal.aborted) throw new CancelledError('the answer was cancelled', { cause: error });
    if (!isWoosterError(error) || state.text === '') throw error;
    yield { kind: 'interrupted', code: error.code, message: error.message, text: state.text };
  }
}

interface TurnStart {
  readonly request: AgentRequest;
  readonly messages: readonly BaseMessage[];
  readonly state: TurnState;
  readonly pending: AgentEvent[];
}

async function startTurn(
  dependencies: AgentDependencies,
  { request, messages, state, pending }: TurnStart,
): Promise<AsyncGenerator<AgentEvent, readonly BaseMessage[]>> {
  const { principal, privacy, pinned, conversationId, project, strategy, parameters, signal } = request;
  const router = dependencies.router();
  const stickyKey = conversationId ?? dependencies.newId();
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
  const preview: RouteRequest = {
    task: 'chat',
    needs: {},
    privacy: privacy ?? 'any',
    principal,
    pinned,
    conversationId,
    project,
    strategy,
    stickyKey,
  };
  const offered = await toolsFor(dependencies, router, request, preview);
  const clientTools = request.clientTools ?? [];
  if (offered.length + clientTools.length === 0) return runPlainTurn(model, messages, state, signal);
  const binding = { principal, approvals: request.approvals, signal };
  const tools = await Promise.all(offered.map((descriptor) => toLangChainTool(descriptor, binding)));
  return runToolTurn({
    model,
    messages,
    tools: [...tools, ...clientTools],
    clientToolNames: new Set(clientTools.map((tool) => tool.name)),
    state,
    signal,
  });
}

async function toolsFor(
  dependencies: AgentDependencies,
  router: ModelRouterService,
  request: AgentRequest,
  preview: RouteRequest,
): Promise<readonly ToolDescriptor[]> {
  const offered = request.tools ?? 'auto';
  if (offered === 'none' || !dependencies.areToolsEnabled) return [];
  const tools = dependencies.extensions.list(TOOLS).filter(({ offer }) => offered === 'all' || offer !== 'on-request');
  if (tools.length === 0) return [];
  const first = (await router.decide({ ...preview, isPreview: true }, request.signal)).chain[0];
  if (first === undefined || !canCallTools(router, first)) return [];
  return tools.filter((tool) => first.locality !== 'local' || tool.isDelegation !== true);
}

function canCallTools(router: ModelRouterService, step: RouteStep): boolean {
  const target = router.status().targets.find((candidate) => candidate.targetId === step.targetId);
  return target?.model.capabilities.tools?.value === true;
}

async function collectMessages(
  dependencies: AgentDependencies,
  request: AgentRequest,
): Promise<readonly BaseMessage[]> {
  const { SystemMessage } = await import('@langchain/core/messages');
  const sources = dependencies.extensions.list(CONTEXT_SOURCES);
  const collected = await Promise.all(sources.map((source) => source.collect(request, request.signal)));
  const passages = collected.flatMap((each) => each.passages);
  const context = passages.map((passage, index) => `[${index + 1}] ${passage.source}\n${passage.text}`).join('\n\n');
  const prompt = (await dependencies.systemPrompt()).trim();
  const system = [prompt, context].filter((part) => part !== '').join('\n\n');
  const history =
    request.conversationId === undefined ? [] : await dependencies.conversations.read(request.conversationId);
  return [...(system === '' ? [] : [new SystemMessage(system)]), ...history, ...request.messages];
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
