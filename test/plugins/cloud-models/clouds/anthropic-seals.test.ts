import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { readStream, ServedCloud } from './served-cloud.ts';

const served = new ServedCloud('anthropic').during(['m']);

const results = (called: AIMessage) => new ToolMessage({ content: '18', tool_call_id: called.tool_calls![0]!.id! });

const target = (providerId: string, isCloud = true) => ({ providerId, modelId: 'm', isCloud });

describe('sealed reasoning of Anthropic', () => {
  const reply = {
    reasoning: 'two and two',
    signature: 'SEAL',
    text: 'Let me see.',
    toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }],
  };
  const asked = async (options: Record<string, unknown>): Promise<[AIMessage, AIMessage]> => {
    await served.server.script([{ reply }]);
    const model = await served.model(options);
    const streamed = (await readStream(model)).answer;
    const whole = (await model.invoke('q')) as AIMessage;
    await served.server.script([]);
    return [streamed, whole];
  };

  test('is kept beside the answer and goes back as it was, streamed and whole', async () => {
    for (const called of await asked({ thinking: 1024 })) {
      expect(called.text).toBe('Let me see.');
      expect(called.additional_kwargs).toMatchObject({ reasoning_content: 'two and two' });
      const history = translateHistory([new HumanMessage('q'), called, results(called)], target('anthropic'));
      const { error } = await readStream(await served.model({ thinking: 1024 }), history);
      expect(error).toBeUndefined();
      const { messages } = (await served.chats()).at(-1)!.body as { messages: { content: unknown }[] };
      expect(messages[1]!.content).toEqual([
        { type: 'thinking', thinking: 'two and two', signature: 'SEAL' },
        { type: 'text', text: 'Let me see.' },
        { type: 'tool_use', id: called.tool_calls![0]!.id, name: 'weather', input: { city: 'Oslo' } },
      ]);
    }
  });

  test('goes to no other provider', async () => {
    const [called] = await asked({ thinking: 1024 });
    for (const elsewhere of [target('openai'), target('local', false)]) {
      const text = JSON.stringify(translateHistory([new HumanMessage('q'), called, results(called)], elsewhere));
      expect(text).not.toMatch(/SEAL|sealed_thoughts/);
    }
  });

  test('is not asked for in a turn that another model began', async () => {
    const called = new AIMessage({ content: '', tool_calls: [{ id: 'call_1', name: 'weather', args: {} }] });
    const { error } = await readStream(await served.model({ thinking: 1024 }), [
      new HumanMessage('q'),
      called,
      results(called),
    ]);
    expect(error).toBeUndefined();
    expect((await served.chats()).at(-1)!.body).not.toHaveProperty('thinking');
  });
});
