import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HumanMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { createAgent } from '../../../src/agent/agent.ts';
import { ConversationStore } from '../../../src/agent/conversation-store.ts';
import { defineTool, LOCAL_PRINCIPAL, TOOLS, type AgentEvent, type InterruptedText } from '../../../src/index.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import type { MatrixHouse } from '../matrix/matrix-house.ts';

/** What a turn of the agent gave out, as a person reads it. */
export interface TurnSeen {
  /** Text since the last new beginning. */
  readonly read: string;
  /** How answers that broke off were taken up again. */
  readonly resumed: readonly string[];
  /** The last event, with its code when it is an interruption. */
  readonly end: string;
  /** Arguments of each run of the tool. */
  readonly ran: readonly string[];
  readonly elapsedMs: number;
}

interface TurnPlan {
  readonly hasTools: boolean;
  readonly interruptedText: InterruptedText;
}

/** Asks the agent once, over the router of a house. */
export async function askAgent({ router }: MatrixHouse, plan: TurnPlan): Promise<TurnSeen> {
  const ran: string[] = [];
  const weather = defineTool({
    id: 'weather',
    description: 'The weather of a place',
    risk: 'read',
    schema: z.object({ place: z.string() }),
    run: async ({ place }) => {
      ran.push(place);
      return { text: 'It rains.', data: place };
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'wooster-turn-'));
  try {
    const agent = createAgent({
      router: () => router,
      extensions: createExtensionsDouble([[TOOLS, [weather]]]),
      conversations: new ConversationStore(directory),
      systemPrompt: async () => '',
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      areToolsEnabled: plan.hasTools,
      interruptedText: plan.interruptedText,
      newId: () => 'turn',
    });
    const startedAt = performance.now();
    const events: AgentEvent[] = [];
    for await (const event of agent.run({
      messages: [new HumanMessage('hi')],
      principal: LOCAL_PRINCIPAL,
      approvals: async () => true,
      signal: new AbortController().signal,
    })) {
      events.push(event);
    }
    return { ...readTurn(events), ran, elapsedMs: performance.now() - startedAt };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function readTurn(events: readonly AgentEvent[]): Pick<TurnSeen, 'read' | 'resumed' | 'end'> {
  const resumed: string[] = [];
  let read = '';
  for (const event of events) {
    if (event.kind === 'text') read += event.text;
    if (event.kind !== 'resumed') continue;
    resumed.push(`${event.how} by ${event.ref}`);
    if (event.how === 'restarted') read = '';
  }
  const last = events.at(-1);
  return { read, resumed, end: last?.kind === 'interrupted' ? `interrupted ${last.code}` : String(last?.kind) };
}
