import type { StructuredToolInterface } from '@langchain/core/tools';
import type { AgentRequest } from '../../contracts/agent/agent.ts';
import type { ToolDescriptor } from '../../contracts/commands/tool.ts';
import type { ToolSettings } from '../../contracts/settings/tool-settings.ts';
import type { TurnCitations } from '../citations/turn-citations.ts';
import type { PromptedTurn } from '../context/inject-context.ts';
import { writePassage } from '../context/write-context.ts';
import type { ToolOffering } from '../offer-tools.ts';
import { ToolGuard } from '../turn/tool-guard.ts';
import { toLangChainTool } from './langchain-tools.ts';
import { OutputRoom } from './output-room.ts';
import type { ToolRest } from './tool-rest.ts';
import { TurnCalls } from './turn-calls.ts';

/** What the tools of a turn are bound to. */
interface ToolBindingParts {
  readonly request: AgentRequest;
  readonly offering: ToolOffering;
  readonly prompted: PromptedTurn;
  readonly citations: TurnCitations;
  readonly settings: ToolSettings;
  readonly rest: ToolRest;
  readonly signal: AbortSignal;
  readonly isLocal: () => boolean;
}

/** The tools of a turn, ready to be called. */
interface BoundTools {
  readonly tools: readonly StructuredToolInterface[];
  /** Names of tools whose calls are returned to the caller. */
  readonly clientToolNames: ReadonlySet<string>;
  readonly guard: ToolGuard;
}

/** The offer without the tools of a class that is denied, and without those that rest. */
export function withoutBarred(offering: ToolOffering, { approvals }: ToolSettings, rest: ToolRest): ToolOffering {
  const isOpen = ({ id, risk }: ToolDescriptor): boolean => approvals[risk] !== 'deny' && !rest.isResting(id);
  return { ...offering, tools: offering.tools.filter(isOpen) };
}

/** Binds the offered tools to a turn, beside those that the caller runs itself. */
export async function bindTools(parts: ToolBindingParts): Promise<BoundTools> {
  const { request, offering, prompted, citations, settings, rest, signal, isLocal } = parts;
  const { principal, approvals, project, clientTools = [] } = request;
  const cite = (passages: Parameters<TurnCitations['add']>[0]): string =>
    citations.add(passages, prompted.budget).map(writePassage).join('\n\n');
  const { contextTokens } = offering;
  const room = new OutputRoom({ contextTokens, leftTokens: prompted.leftTokens, outputTokens: settings.outputTokens });
  const binding = { principal, approvals, signal, project, settings, room, rest, cite };
  const tools = await Promise.all(offering.tools.map((descriptor) => toLangChainTool(descriptor, binding)));
  const clientToolNames = new Set(clientTools.map((tool) => tool.name));
  const calls = new TurnCalls({ tools: offering.tools, rest, isLocal });
  return {
    tools: [...tools, ...clientTools],
    clientToolNames,
    guard: new ToolGuard({ calls, clientToolNames, signal }),
  };
}
