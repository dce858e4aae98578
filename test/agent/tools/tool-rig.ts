import { HumanMessage } from '@langchain/core/messages';
import { createAgent } from '../../../src/agent/agent.ts';
import { ConversationStore } from '../../../src/agent/conversation-store.ts';
import { DEFAULT_TOOL_SETTINGS, type ToolSettings } from '../../../src/contracts/settings/tool-settings.ts';
import {
  CONTEXT_SOURCES,
  LOCAL_PRINCIPAL,
  TOOLS,
  type AgentEvent,
  type AgentRequest,
  type ToolDescriptor,
} from '../../../src/index.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { createRouterDouble, type DoubleModel } from '../../doubles/router-double.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../../doubles/scripted-chat-model.ts';

interface ToolRigOptions {
  readonly tools: readonly ToolDescriptor[];
  readonly answers: readonly ScriptedAnswer[];
  readonly settings?: Partial<ToolSettings>;
  readonly model?: Partial<DoubleModel>;
  readonly now?: () => number;
}

/** An agent with tools over a scripted model. */
export function makeToolRig({ tools, answers, settings, model, now = () => 0 }: ToolRigOptions) {
  const able: DoubleModel = { providerId: 'house', modelId: 'able', hasTools: true, contextTokens: 32_768, ...model };
  const chatModel = new ScriptedChatModel(answers, { provider: 'house', model: 'able', decisionId: 'd1' });
  const router = createRouterDouble(chatModel, [able]);
  const agent = createAgent({
    router: () => router,
    extensions: createExtensionsDouble([
      [TOOLS, tools],
      [CONTEXT_SOURCES, []],
    ]),
    conversations: new ConversationStore('/nowhere'),
    systemPrompt: async () => 'Be Wooster.',
    clock: { now, monotonic: now },
    areToolsEnabled: true,
    tools: { ...DEFAULT_TOOL_SETTINGS, ...settings },
    interruptedText: 'stop',
    newId: () => 'turn-1',
  });
  const run = (fields: Partial<AgentRequest> = {}): AsyncIterable<AgentEvent> =>
    agent.run({
      messages: [new HumanMessage('What is the weather in Paris?')],
      principal: LOCAL_PRINCIPAL,
      approvals: async (tool) => tool.risk === 'read',
      signal: new AbortController().signal,
      ...fields,
    });
  const ask = async (fields: Partial<AgentRequest> = {}): Promise<AgentEvent[]> => {
    const events: AgentEvent[] = [];
    for await (const event of run(fields)) events.push(event);
    return events;
  };
  return { ask, run, chatModel };
}

/** What the model read of its calls, in order. */
export function resultsOf(events: readonly AgentEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'tool-finished' ? [event.text] : []));
}

/** The text of a finished turn. */
export function answerOf(events: readonly AgentEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.kind === 'finished' ? last.reply.text : undefined;
}
