import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { createAgent } from '../../src/agent/agent.ts';
import { ConversationStore } from '../../src/agent/conversation-store.ts';
import { LOCAL_PRINCIPAL } from '../../src/index.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { createRouterDouble } from '../doubles/router-double.ts';
import { ScriptedChatModel } from '../doubles/scripted-chat-model.ts';

test('an answer that comes all at once lets other work of the process have its turn', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wooster-burst-'));
  const tokens = Array.from({ length: 400 }, (_, at) => `word${at} `);
  const chatModel = new ScriptedChatModel([{ tokens }], { provider: 'embedded', model: 'm', decisionId: 'd1' });
  let now = 0;
  const agent = createAgent({
    router: () => createRouterDouble(chatModel, [{ providerId: 'embedded', modelId: 'm' }]),
    extensions: createExtensionsDouble([]),
    conversations: new ConversationStore(directory),
    systemPrompt: async () => '',
    // Each look at the clock is a millisecond later, so that a burst lasts.
    clock: { now: () => 0, monotonic: () => (now += 1) },
    areToolsEnabled: true,
    interruptedText: 'stop',
    newId: () => 't1',
  });
  let turns = 0;
  const other = setInterval(() => (turns += 1), 0);
  try {
    const { signal } = new AbortController();
    const request = {
      messages: [new HumanMessage('hi')],
      principal: LOCAL_PRINCIPAL,
      approvals: async () => true,
      signal,
    };
    let before = 0;
    for await (const event of agent.run(request)) {
      if (event.kind === 'text' && before === 0) before = turns;
      if (event.kind === 'finished') expect(turns - before).toBeGreaterThan(5);
    }
  } finally {
    clearInterval(other);
    await rm(directory, { recursive: true });
  }
});
