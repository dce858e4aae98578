import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HumanMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { createAgent } from '../../../src/agent/agent.ts';
import { ConversationStore } from '../../../src/agent/conversation-store.ts';
import {
  CONTEXT_SOURCES,
  defineTool,
  LOCAL_PRINCIPAL,
  ProviderUnreachableError,
  TOOLS,
  type AgentEvent,
  type AgentRequest,
  type ContextPassage,
  type InterruptedText,
} from '../../../src/index.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { makeRig, scripted } from '../../routing/doubles/rig.ts';
import type { Line } from '../../routing/doubles/scripted-provider.ts';

/** How a scripted stream breaks off. */
export const CUT: Line = { error: new ProviderUnreachableError('the connection was reset') };

interface AgentRigOptions {
  /** What the first, the second and further calls of each provider say; the last holds on. */
  readonly first: readonly (readonly Line[])[];
  readonly second?: readonly (readonly Line[])[];
  readonly hasTools?: boolean;
  readonly interruptedText?: InterruptedText;
  readonly passages?: readonly ContextPassage[];
}

/** An agent over a real router and two scripted providers; the first one is asked first. */
export async function makeAgentRig(options: AgentRigOptions) {
  const { hasTools = false, interruptedText = 'stop', passages = [] } = options;
  const can = { chat: true, tools: hasTools };
  const providers = (['first', 'second'] as const).flatMap((id, at) => {
    const replies = options[id];
    if (replies === undefined) return [];
    const entry = scripted(id, [{ id: 'm', contextTokens: 32_768, can }], { priority: at + 1, model: 'm' });
    entry.provider.script = (_model, call) => replies[call - 1] ?? replies.at(-1) ?? [];
    return [entry];
  });
  const { router, state, clock } = makeRig({ providers });
  await router.refresh(new AbortController().signal);
  const ran: string[] = [];
  const count = defineTool({
    id: 'count',
    description: 'counts',
    risk: 'read',
    schema: z.object({}),
    run: async () => {
      ran.push('count');
      return { text: `counted ${ran.length}`, data: ran.length };
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'wooster-interruptions-'));
  const conversations = new ConversationStore(directory);
  let ids = 0;
  const agent = createAgent({
    router: () => router,
    extensions: createExtensionsDouble([
      [TOOLS, [count]],
      [CONTEXT_SOURCES, passages.length === 0 ? [] : [{ id: 'project', collect: async () => ({ passages }) }]],
    ]),
    conversations,
    systemPrompt: async () => 'Be Wooster.',
    clock,
    areToolsEnabled: hasTools,
    interruptedText,
    newId: () => `turn-${(ids += 1)}`,
  });
  const ask = (fields: Partial<AgentRequest> = {}): AsyncIterable<AgentEvent> =>
    agent.run({
      messages: [new HumanMessage('What is the capital of France?')],
      principal: LOCAL_PRINCIPAL,
      approvals: async () => true,
      signal: new AbortController().signal,
      ...fields,
    });
  return {
    agent,
    ask,
    ran,
    conversations,
    decisions: () =>
      state.decisions
        .list()
        .map(({ decision }) => decision)
        .toReversed(),
    providers: providers.map(({ provider }) => provider),
    async [Symbol.asyncDispose]() {
      await router.dispose();
      await rm(directory, { recursive: true });
    },
  };
}

/** All events of a turn. */
export async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const all: AgentEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** What a reader takes for the answer: text since the last new beginning, and calls of tools in between. */
export function readAnswer(events: readonly AgentEvent[]): string {
  let [settled, current] = ['', ''];
  for (const event of events) {
    if (event.kind === 'text') current += event.text;
    else if (event.kind === 'resumed' && event.how === 'restarted') current = '';
    else if (event.kind === 'tool-finished') [settled, current] = [settled + current, ''];
  }
  return settled + current;
}
