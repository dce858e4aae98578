import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { readStream, ServedCloud } from './served-cloud.ts';

const MODELS = ['m', 'claude-haiku-4-5', 'claude-opus-4-7'];
const served = new ServedCloud('anthropic').during(MODELS);

const event = (value: Record<string, unknown>): string =>
  `event: ${String(value.type)}\ndata: ${JSON.stringify(value)}\n\n`;
const START = event({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 3, output_tokens: 1 },
  },
});
const TEXT =
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'One' } });
const STOP = event({ type: 'content_block_stop', index: 0 });
const END = (reason: string): string =>
  event({ type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 5 } });
const LAST = event({ type: 'message_stop' });
const error = (type: string): string =>
  event({ type: 'error', error: { type, message: type === 'overloaded_error' ? 'Overloaded' : 'It went wrong' } });

async function answer(
  body: string | Record<string, unknown>,
  headers: Record<string, string> = {},
  status = 200,
): Promise<void> {
  const type: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'text/event-stream' } : {};
  await served.server.script([{ fault: { kind: 'status', status, body, headers: { ...type, ...headers } } }]);
}

describe('a stream of Anthropic', () => {
  test.each<[string, string, string]>([
    ['before a word by overload', START + error('overloaded_error'), 'E_BUSY'],
    ['by overload alone', error('overloaded_error'), 'E_BUSY'],
    ['after a word by overload', START + TEXT + error('overloaded_error'), 'E_BUSY'],
    ['after a word by a limit', START + TEXT + error('rate_limit_error'), 'E_RATE_LIMITED'],
    ['after a word by a failure', START + TEXT + error('api_error'), 'E_PROVIDER_SERVER'],
    ['without an end', START + TEXT, 'E_INTERRUPTED'],
    ['with a stop reason and no message_stop', START + TEXT + STOP + END('end_turn'), 'E_INTERRUPTED'],
    ['with message_stop and no stop reason', START + TEXT + STOP + LAST, 'E_INTERRUPTED'],
    ['after its start', START, 'E_MALFORMED'],
    ['with nothing said', START + END('end_turn') + LAST, 'E_MALFORMED'],
    ['with an event that is no JSON', START + TEXT + 'event: ping\ndata: {"ty\n\n', 'E_INTERRUPTED'],
    ['by a refusal', START + TEXT + STOP + END('refusal') + LAST, 'E_FILTERED'],
  ])('that ends %s is told', async (_, body, code) => {
    await answer(body);
    expect((await readStream(await served.model())).error).toMatchObject({ code });
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
  ])('that ends by %s ended by %s', async (reason, finish) => {
    await answer(START + TEXT + STOP + END(reason) + LAST);
    const seen = await readStream(await served.model());
    expect(seen.error).toBeUndefined();
    expect(seen.answer.response_metadata).toMatchObject({ finish_reason: finish, model_name: 'm' });
    expect(seen.answer.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 5, total_tokens: 8 });
  });

  test('whose input a proxy tells at the end is counted by that', async () => {
    const late = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 9, output_tokens: 5 },
    };
    await answer(START + TEXT + STOP + event(late) + LAST);
    expect((await readStream(await served.model())).answer.usage_metadata).toMatchObject({ input_tokens: 9 });
  });

  test('whose arguments break off is malformed', async () => {
    await served.server.script([
      { reply: { toolCalls: [{ name: 'weather', arguments: {} }] }, fault: { kind: 'invalid-tool-arguments' } },
    ]);
    expect((await readStream(await served.model())).error).toMatchObject({ code: 'E_MALFORMED' });
  });
});

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('a refusal of Anthropic', () => {
  test('under 529 is a full queue, and under 413 says what was too large', async () => {
    const model = await served.model();
    await served.server.script([{ fault: { kind: 'status', status: 529, message: 'Overloaded' } }]);
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_BUSY' });
    await served.server.script([
      { fault: { kind: 'status', status: 413, message: 'Request exceeds the maximum size' } },
    ]);
    await expect(model.invoke('hi')).rejects.toMatchObject({
      code: 'E_REJECTED',
      message: expect.stringMatching(/maximum size/),
    });
  });

  test.each([
    ['requests', {}],
    ['tokens', {}],
    [
      'input-tokens',
      { 'anthropic-ratelimit-requests-reset': inMs(50_000), 'anthropic-ratelimit-requests-remaining': '9' },
    ],
    ['output-tokens', { 'anthropic-ratelimit-tokens-reset': inMs(10_000) }],
  ])('under 429 waits until the allowance of %s is full again', async (kind, others) => {
    const headers = { ...others, [`anthropic-ratelimit-${kind}-reset`]: inMs(30_000) };
    await served.server.script([{ fault: { kind: 'status', status: 429, headers } }]);
    const told = (await (await served.model()).invoke('hi').catch((thrown: unknown) => thrown)) as {
      retryAfterMs: number;
    };
    expect(told).toMatchObject({ code: 'E_RATE_LIMITED' });
    expect(told.retryAfterMs).toBeGreaterThan(25_000);
    expect(told.retryAfterMs).toBeLessThanOrEqual(31_000);
  });

  test('of a prompt too long has both figures, and of an empty account says so', async () => {
    const model = await served.model();
    await served.server.script([
      { fault: { kind: 'status', status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
    ]);
    await expect(model.invoke('hi')).rejects.toMatchObject({
      code: 'E_CONTEXT',
      limitTokens: 200_000,
      actualTokens: 210_000,
    });
    const both = 'input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000, decrease input length';
    await served.server.script([{ fault: { kind: 'status', status: 400, message: both } }]);
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_CONTEXT', limitTokens: 200_000 });
    const message = 'Your credit balance is too low to access the Anthropic API.';
    await served.server.script([{ fault: { kind: 'status', status: 400, message } }]);
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_PROVIDER_CREDIT' });
  });
});

const bodyOf = async (...asked: Parameters<typeof served.model>): Promise<Record<string, unknown>> => {
  await served.server.forget();
  await (await served.model(...asked)).invoke('hi');
  return (await served.chats()).at(-1)!.body;
};

const tool = (name: string, length: number) => ({
  type: 'function',
  function: { name, description: 'd'.repeat(length), parameters: { type: 'object', properties: {} } },
});

const ask = async (
  system: string,
  tools: ReturnType<typeof tool>[],
  options = {},
): Promise<Record<string, unknown>> => {
  const model = await served.model(options);
  const { config, kwargs } = model.bindTools!(tools as never) as unknown as { config?: object; kwargs?: object };
  const messages = [new SystemMessage(system), new HumanMessage('hi')];
  await readStream(model, messages, { ...kwargs, ...config });
  return (await served.chats()).at(-1)!.body;
};

describe('what Anthropic is asked', () => {
  test('always has a limit: that of the call, of the catalogue, or one that all models take', async () => {
    expect(await bodyOf({}, { parameters: { maxTokens: 7 } })).toMatchObject({ max_tokens: 7 });
    expect(await bodyOf({}, { id: 'claude-haiku-4-5' })).toMatchObject({ max_tokens: 64_000 });
    expect(await bodyOf()).toMatchObject({ max_tokens: 4096 });
  });

  test('leaves out what the model refuses', async () => {
    const parameters = { temperature: 0.5, topP: 0.9, stop: ['END'] };
    const plain = await bodyOf({}, { parameters });
    expect(plain).toMatchObject({ temperature: 0.5, stop_sequences: ['END'] });
    expect(plain).not.toHaveProperty('top_p');
    const adaptive = await bodyOf({ thinking: 2048 }, { id: 'claude-opus-4-7', parameters });
    expect(adaptive).toMatchObject({ thinking: { type: 'adaptive' } });
    for (const name of ['temperature', 'top_p']) expect(adaptive).not.toHaveProperty(name);
    const budget = await bodyOf(
      { thinking: 2048 },
      { id: 'claude-haiku-4-5', parameters: { maxTokens: 100, temperature: 1 } },
    );
    expect(budget).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2048 }, max_tokens: 2148 });
    expect(await bodyOf()).not.toHaveProperty('thinking');
  });

  test('marks long beginnings to be kept, and short ones not', async () => {
    const mark = { cache_control: { type: 'ephemeral' } };
    const long = await ask('s'.repeat(5000), [tool('a', 10), tool('b', 5000)]);
    expect(long).toMatchObject({ system: [{ type: 'text', ...mark }], tools: [{ name: 'a' }, { name: 'b', ...mark }] });
    expect((long.tools as object[])[0]).not.toHaveProperty('cache_control');
    const after = await ask('Be brief.', [tool('a', 5000)]);
    expect(after).toMatchObject({ system: [mark], tools: [mark] });
    for (const body of [
      await ask('Be brief.', [tool('a', 10)]),
      await ask('s'.repeat(5000), [tool('a', 5000)], { promptCaching: false }),
    ]) {
      expect(JSON.stringify(body)).not.toContain('cache_control');
    }
  });

  test('marks the last result of a tool loop, whose next call comes at once', async () => {
    const calls = ['Oslo', 'Rome'].map((city) => ({ id: `call_${city}`, name: 'weather', args: { city } }));
    const history = (length: number) => [
      new HumanMessage('q'.repeat(length)),
      new AIMessage({ content: '', tool_calls: calls }),
      ...calls.map(({ id, name }) => new ToolMessage({ content: '18', tool_call_id: id, name })),
    ];
    const marks = async (length: number, options = {}): Promise<unknown[]> => {
      expect((await readStream(await served.model(options), history(length))).error).toBeUndefined();
      const { messages } = (await served.chats()).at(-1)!.body as { messages: { content: object[] }[] };
      expect(messages.map(({ content }) => content.length)).toEqual([length, 2, 2]);
      return messages[2]!.content.map((block) => (block as { cache_control?: unknown }).cache_control);
    };
    expect(await marks(5000)).toEqual([undefined, { type: 'ephemeral' }]);
    expect(await marks(100)).toEqual([undefined, undefined]);
    expect(await marks(5000, { promptCaching: false })).toEqual([undefined, undefined]);
  });

  test('says a schema in the words that Anthropic takes', async () => {
    const schema = {
      type: 'object',
      properties: {
        count: { type: 'integer', minimum: 1 },
        minimum: { type: 'array', items: { type: 'object', properties: {} }, minItems: 2 },
      },
      required: ['count', 'minimum'],
    };
    const response_format = { type: 'json_schema', json_schema: { name: 'n', schema } };
    await readStream(await served.model(), undefined, { response_format });
    expect((await served.chats()).at(-1)!.body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            count: { type: 'integer' },
            minimum: { type: 'array', items: { type: 'object', properties: {}, additionalProperties: false } },
          },
          required: ['count', 'minimum'],
          additionalProperties: false,
        },
      },
    });
  });
});
