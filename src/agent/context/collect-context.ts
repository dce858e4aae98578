import type { AgentRequest } from '../../contracts/agent/agent.ts';
import { CONTEXT_SOURCES, type TurnContext } from '../../contracts/agent/context-source.ts';
import type { Extensions } from '../../contracts/plugins/extension-point.ts';

/** What all sources add to a turn, in the order they were contributed; the first failure of a source is that of the turn. */
export async function collectContext(extensions: Extensions, request: AgentRequest): Promise<Required<TurnContext>> {
  const sources = extensions.list(CONTEXT_SOURCES);
  const collected = await Promise.all(sources.map((source) => source.collect(request, request.signal)));
  return {
    passages: collected.flatMap(({ passages }) => passages),
    facts: collected.flatMap(({ facts = [] }) => facts),
    notices: collected.flatMap(({ notices = [] }) => notices),
    instructions: collected.flatMap(({ instructions = [] }) => instructions),
  };
}
