import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '../contracts/agent/agent.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { makeShortId } from '../routing/short-id.ts';
import { hostPackage } from './host-package.ts';

/** What the host's agent is made of. */
interface HostAgentParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly extensions: Extensions;
  /** Asked when a turn begins, for the router is a plugin's; PluginError while there is none. */
  router(): ModelRouterService;
}

const PROMPT = join('prompts', 'system.md');

/** The prompt of the workspace, else the one that comes with the package. */
async function readSystemPrompt({ configDirectory }: Workspace): Promise<string> {
  try {
    return await readFile(join(configDirectory, PROMPT), 'utf8');
  } catch {
    // A workspace without a prompt of its own is the usual case.
    return readFile(join(hostPackage().directory, 'config', PROMPT), 'utf8');
  }
}

async function openAgent(parts: HostAgentParts): Promise<Agent> {
  const { createAgent } = await import('../agent/agent.ts');
  const { ConversationStore } = await import('../agent/conversation-store.ts');
  const { settings, workspace, clock, extensions } = parts;
  return createAgent({
    router: () => parts.router(),
    extensions,
    conversations: ConversationStore.within(workspace.stateDirectory),
    systemPrompt: () => readSystemPrompt(workspace),
    clock,
    areToolsEnabled: settings.areToolsEnabled,
    tools: settings.tools,
    interruptedText: settings.routing.failover.interruptedText,
    newId: () => makeShortId(clock.now()),
  });
}

/** The agent; its modules are imported with the first turn, so that commands without one do not pay for them. */
export function createHostAgent(parts: HostAgentParts): Agent {
  let agent: Promise<Agent> | undefined;
  return {
    async *run(request) {
      agent ??= openAgent(parts);
      yield* (await agent).run(request);
    },
  };
}
