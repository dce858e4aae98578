import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { fakeServer } from '../../client/client-setup.ts';
import { modelAt, streamed, WEATHER, type Wire } from '../tools/ways-setup.ts';

const servers = {
  ollama: fakeServer({ dialect: 'ollama', models: [{ id: 'm', capabilities: ['completion', 'tools'] }] }),
  llamacpp: fakeServer({ dialect: 'llamacpp', models: ['m'] }),
};

const QUESTION = [new HumanMessage('2+2?')];

describe.each<Wire>(['ollama', 'llamacpp'])('reasoning in the content, on the wire of %s', (wire) => {
  test('is kept apart without any quirk, with tools and without', async () => {
    const server = await servers[wire];
    await server.script([{ reply: { tokens: ['<thi', 'nk>two and', ' two</th', 'ink>', '\n\nFour', '.'] } }]);
    const model = modelAt(server, { wire });
    for (const stream of [await model.stream(QUESTION), await model.bindTools([WEATHER]).stream(QUESTION)]) {
      const { message, textPieces } = await streamed(stream);
      expect(textPieces).toEqual(['Four', '.']);
      expect(message.additional_kwargs.reasoning_content).toBe('two and two');
    }
    expect((await model.invoke(QUESTION)).text).toBe('Four.');
  });

  test('is kept apart where the prompt opened its tag', async () => {
    const server = await servers[wire];
    await server.script([{ reply: { text: 'two and two</think>Four.' } }]);
    const { message } = await streamed(await modelAt(server, { wire, quirks: ['opens-think'] }).stream(QUESTION));
    expect(message.text).toBe('Four.');
    expect(message.additional_kwargs.reasoning_content).toBe('two and two');
  });

  test('comes before a call that the model wrote', async () => {
    const server = await servers[wire];
    const text =
      '<think>I look.</think>\n<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>';
    await server.script([{ reply: { text } }]);
    const { message } = await streamed(await modelAt(server, { wire }).bindTools([WEATHER]).stream(QUESTION));
    expect(message.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Paris' } }]);
    expect(message.additional_kwargs.reasoning_content).toBe('I look.');
    expect(message.text).toBe('');
  });
});
