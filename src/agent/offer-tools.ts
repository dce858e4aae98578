import { CONTEXT_SOURCES } from '../contracts/agent/context-source.ts';
import type { AgentRequest } from '../contracts/agent/agent.ts';
import { TOOLS, type ToolDescriptor } from '../contracts/commands/tool.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { RouteStep } from '../contracts/routing/decision.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import type { ModelInfo } from '../contracts/models/model-info.ts';
import { chooseToolWay, isTrustedWithTools } from '../routing/tools/tool-way.ts';

/** What the choice of tools depends on. */
interface ToolOfferParts {
  readonly router: ModelRouterService;
  readonly extensions: Extensions;
  readonly areToolsEnabled: boolean;
  readonly request: AgentRequest;
  readonly stickyKey: string;
  readonly loopKey: string;
}

/** The tools of a turn, and the window of the model they were chosen for where it is known. */
export interface ToolOffering {
  readonly tools: readonly ToolDescriptor[];
  readonly contextTokens: number | undefined;
}

/**
 * The passages of a project are before the model in any case. One with a small window gains nothing from searching
 * again: it costs a second reading of the prompt and leaves less room for the answer.
 */
const LEAST_WINDOW_TO_SEARCH = 8192;

/** Looks at which model would answer, and chooses the tools that it is offered: unless all were asked for, none for one not trusted with them. */
export async function offerTools(parts: ToolOfferParts): Promise<ToolOffering> {
  const { router, request } = parts;
  const tools = candidates(parts);
  const hasContext = parts.extensions.list(CONTEXT_SOURCES).length > 0;
  // A conversation that is kept grows beyond a window, which has to be known then.
  const mayOutgrow = request.conversationId !== undefined;
  if (tools.length === 0 && !hasContext && !mayOutgrow) return { tools: [], contextTokens: undefined };
  const first = await firstStep(parts);
  if (first === undefined) return { tools: [], contextTokens: undefined };
  const target = router.status().targets.find(({ targetId }) => targetId === first.targetId);
  const contextTokens = first.contextTokens ?? target?.model.contextTokens?.value;
  const { tools: offered } = request;
  const mayCall = (model: ModelInfo): boolean =>
    offered === 'all' ? chooseToolWay(model) !== undefined : isTrustedWithTools(model);
  if (target === undefined || !mayCall(target.model)) return { tools: [], contextTokens };
  const maySearch =
    request.project !== undefined &&
    (offered === 'all' || contextTokens === undefined || contextTokens >= LEAST_WINDOW_TO_SEARCH);
  const isWanted = ({ isDelegation, needsProject }: ToolDescriptor): boolean =>
    (first.locality !== 'local' || isDelegation !== true) && (needsProject !== true || maySearch);
  return { tools: tools.filter(isWanted), contextTokens };
}

function candidates({ extensions, areToolsEnabled, request }: ToolOfferParts): readonly ToolDescriptor[] {
  const offered = request.tools ?? 'auto';
  if (offered === 'none' || !areToolsEnabled) return [];
  return extensions.list(TOOLS).filter(({ offer }) => offered === 'all' || offer !== 'on-request');
}

async function firstStep({ router, request, stickyKey, loopKey }: ToolOfferParts): Promise<RouteStep | undefined> {
  const { principal, pinned, conversationId, project, strategy, signal } = request;
  const privacy = request.privacy ?? 'any';
  const mayAskConsent = request.askConsent !== undefined;
  const preview = { mayAskConsent, principal, pinned, conversationId, project, strategy, stickyKey, loopKey, privacy };
  return (await router.decide({ task: 'chat', needs: {}, isPreview: true, ...preview }, signal)).chain[0];
}
