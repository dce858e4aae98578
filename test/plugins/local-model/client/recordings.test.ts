import { describe, expect, test } from '@jest/globals';
import { ask, call, clientOf, drain, fakeServer } from './client-setup.ts';

describe('the client on recordings of real servers', () => {
  const started = fakeServer({ dialect: 'openai', models: ['m'] });

  async function replay(recording: string): Promise<{ url: string }> {
    const server = await started;
    await server.script([{ replay: recording }]);
    return server;
  }

  test.each([
    { recording: 'llama-server-b10068-chat-stream', wire: 'openai', text: /^Hello/, usage: { inputTokens: 22 } },
    { recording: 'mlx-lm-0.32.2-chat-stream', wire: 'openai', text: /^The capital of/, usage: { inputTokens: 37 } },
    { recording: 'ollama-0.34-v1chat-stream', wire: 'openai', text: /^I'm glad/, usage: { inputTokens: 11 } },
    { recording: 'ollama-0.24-v1chat-stream', wire: 'openai', text: /./, usage: {} },
    {
      recording: 'ollama-0.34-chat-stream-smol',
      wire: 'ollama',
      text: /^Awesome, welcome/,
      usage: { outputTokens: 8 },
    },
    { recording: 'ollama-0.24-chat-stream-smol', wire: 'ollama', text: /./, usage: {} },
  ] as const)('reads the stream $recording', async ({ recording, wire, text, usage }) => {
    const { url } = await replay(recording);
    const answer = await drain(clientOf(url, { dialect: wire }).streamChat(ask('hi'), call()));
    expect(answer.error).toBeUndefined();
    expect(answer.text).toMatch(text);
    const facts = Object.assign({}, ...answer.deltas.filter(({ kind }) => kind === 'facts')) as object;
    expect(facts).toMatchObject({ finishReason: expect.stringMatching(/stop|length/), usage });
  });

  test.each([
    {
      recording: 'llama-server-b10068-chat',
      wire: 'openai',
      text: 'Hello! How can I assist you today?',
      finishReason: 'stop',
    },
    { recording: 'llama-server-b10068-chat-length', wire: 'openai', text: '1,', finishReason: 'length' },
    { recording: 'mlx-lm-0.32.2-chat', wire: 'openai', text: 'The capital of France is Paris.', finishReason: 'stop' },
    {
      recording: 'ollama-0.34-chat-nostream-smol',
      wire: 'ollama',
      text: 'Awesome, welcome to the city of Elysium!',
      finishReason: 'stop',
    },
    { recording: 'ollama-0.34-chat-num-predict-length', wire: 'ollama', text: 'To find the', finishReason: 'length' },
  ] as const)('reads the reply $recording', async ({ recording, wire, text, finishReason }) => {
    const { url } = await replay(recording);
    expect(await clientOf(url, { dialect: wire }).chat(ask('hi'), call())).toMatchObject({
      text,
      finishReason,
      toolCalls: [],
    });
  });

  test('reads tool calls of llama-server, whole and streamed', async () => {
    const whole = await replay('llama-server-b10068-tools');
    const reply = await clientOf(whole.url).chat(ask('hi'), call());
    expect(reply).toMatchObject({
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'f7xSLsrRWwsTFphn0aglq08MJRxNqyq3', name: 'get_weather', argumentsText: '{"city": "Paris"}' }],
    });
    const streamed = await replay('llama-server-b10068-tools-stream');
    const { deltas } = await drain(clientOf(streamed.url).streamChat(ask('hi'), call()));
    const pieces = deltas.flatMap((delta) => (delta.kind === 'tool-call' ? [delta] : []));
    expect(pieces[0]).toMatchObject({ name: 'get_weather', id: expect.any(String), index: 0 });
    expect(JSON.parse(pieces.map(({ argumentsText }) => argumentsText).join(''))).toEqual({ city: 'Paris' });
  });

  test('takes an empty 200 of mlx_lm as a server without models', async () => {
    const { url } = await replay('mlx-lm-0.32.2-models-no-cache');
    expect(await clientOf(url).listModels(call())).toEqual([]);
  });

  test('reads lists of models', async () => {
    const llama = await replay('llama-server-b10068-models');
    expect(await clientOf(llama.url).listModels(call())).toEqual([
      {
        id: 'qwen',
        contextTokens: 1024,
        sizeBytes: 485452288,
        quantization: 'Q4_K - Medium',
        parameterCount: '0.63B',
        dimensions: 896,
        ownedBy: 'llamacpp',
      },
    ]);
    const tags = await replay('ollama-0.34-tags');
    const [gemma] = await clientOf(tags.url, { dialect: 'ollama' }).listModels(call());
    expect(gemma).toMatchObject({ id: 'gemma:latest', contextTokens: 32768, capabilities: ['completion'] });
  });
});
