import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { readOpenRouterError } from '../../../../plugins/cloud-models/openrouter/openrouter-errors.ts';
import { readStream, ServedCloud } from './served-cloud.ts';

const CLAUDE = 'anthropic/claude-sonnet-4.5';
const served = new ServedCloud('openrouter').during(['m', CLAUDE]);

const GENERIC = 'Provider returned error';
const told = (code: number, raw: unknown, more: object = {}): { error: object } => ({
  error: { code, message: GENERIC, metadata: { provider_name: 'Anthropic', raw, ...more } },
});
const TOO_LONG = {
  error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
};

const at = (headers: unknown) => readOpenRouterError(JSON.stringify(told(429, undefined, { headers })), 1_000);

describe('an error of a provider behind OpenRouter', () => {
  test.each<[string, number, unknown, object]>([
    ['a prompt too long', 400, JSON.stringify(TOO_LONG), { code: 'E_CONTEXT', limitTokens: 200_000 }],
    ['the same as an object', 400, TOO_LONG, { code: 'E_CONTEXT', actualTokens: 210_000 }],
    [
      'plain words',
      400,
      'seed is not supported',
      { code: 'E_REJECTED', message: expect.stringMatching(/Anthropic: seed/) },
    ],
    [
      'a limit',
      429,
      '{"error":{"message":"Please try again in 1.5s"}}',
      { code: 'E_RATE_LIMITED', retryAfterMs: 1500 },
    ],
    ['no words', 502, '', { code: 'E_PROVIDER_SERVER', message: expect.stringMatching(/Provider returned error/) }],
  ])('with %s is read by what that one said, as a refusal and within a reply', async (_, status, raw, expected) => {
    const body = told(status, raw);
    const model = await served.model();
    const event = { id: 'g', choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }], ...body };
    for (const [code, answer] of [
      [status, body],
      [200, body],
      [200, `data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`],
    ] as const) {
      const headers: Record<string, string> = typeof answer === 'string' ? { 'Content-Type': 'text/event-stream' } : {};
      await served.server.script([{ fault: { kind: 'status', status: code, body: answer, headers } }]);
      expect((await readStream(model)).error).toMatchObject(expected);
      if (typeof answer !== 'string') await expect(model.invoke('hi')).rejects.toMatchObject(expected);
    }
  });

  test('tells the moment from which it may be asked again', () => {
    expect(at({ 'X-RateLimit-Reset': '31000' }).retryAfterMs).toBe(30_000);
    expect(at({ 'x-ratelimit-reset': 2000.5 }).retryAfterMs).toBe(1001);
    for (const none of [{}, { 'X-RateLimit-Reset': '500' }, { 'X-RateLimit-Reset': '90000000000' }, 'x', null]) {
      expect(at(none).retryAfterMs).toBeUndefined();
    }
  });

  test('is told as it is where nothing stands behind it', () => {
    expect(readOpenRouterError('{"error":{"code":402,"message":"Insufficient credits"}}', 0)).toMatchObject({
      message: 'Insufficient credits',
    });
    expect(readOpenRouterError('<html></html>', 0).message).toBe('an HTML page');
  });
});

const send = async (id: string, messages: BaseMessage[], options = {}): Promise<Record<string, unknown>[]> => {
  expect((await readStream(await served.model(options, { id }), messages)).error).toBeUndefined();
  return (await served.chats()).at(-1)!.body.messages as Record<string, unknown>[];
};

describe('what OpenRouter is asked to keep', () => {
  const long = 's'.repeat(5000);
  const MARK = { cache_control: { type: 'ephemeral' } };
  test('is the long beginning for a model of Anthropic, and its last result within a tool loop', async () => {
    const call = { id: 'call_1', name: 'weather', args: {} };
    const loop = [
      new HumanMessage('hi'),
      new AIMessage({ content: '', tool_calls: [call] }),
      new ToolMessage({ content: '18', tool_call_id: 'call_1' }),
    ];
    const [system, , , result] = await send(CLAUDE, [new SystemMessage(long), ...loop]);
    expect(system).toEqual({ role: 'system', content: [{ type: 'text', text: long, ...MARK }] });
    expect(result).toMatchObject({ role: 'tool', content: [{ type: 'text', text: '18', ...MARK }] });
    expect(JSON.stringify(await send(CLAUDE, [new SystemMessage('Be brief.'), ...loop]))).not.toContain(
      'cache_control',
    );
  });

  test.each([
    ['another model', 'm', {}],
    ['one for which it is set so', CLAUDE, { promptCaching: false }],
  ])('is nothing for %s', async (_, id, options) => {
    const messages = await send(id, [new SystemMessage(long), new HumanMessage('hi')], options);
    expect(messages[0]).toEqual({ role: 'system', content: long });
  });

  test('is counted: what was kept and what was newly kept', async () => {
    const usage = {
      promptTokens: 2000,
      cachedTokens: 800,
      cacheWriteTokens: 1000,
      completionTokens: 9,
      costUsd: 0.005,
    };
    await served.server.script([{ reply: { usage } }]);
    const { answer } = await readStream(await served.model({}, { id: CLAUDE }));
    expect(answer.usage_metadata).toMatchObject({
      input_tokens: 2000,
      output_tokens: 9,
      input_token_details: { cache_read: 800, cache_creation: 1000 },
    });
    expect(answer.response_metadata).toMatchObject({ costUsd: 0.005 });
  });
});
