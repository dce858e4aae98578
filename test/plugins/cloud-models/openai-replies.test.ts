import { describe, expect, test } from '@jest/globals';
import { HumanMessage, type AIMessageChunk } from '@langchain/core/messages';
import { servedOpenAI } from './served-openai.ts';

const served = servedOpenAI();

/** Lets the server answer with these bytes. */
async function answer(body: string | Record<string, unknown>, status = 200, headers = {}): Promise<void> {
  const type: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'text/event-stream' } : {};
  await served.server.script([{ fault: { kind: 'status', status, body, headers: { ...type, ...headers } } }]);
}

interface Seen {
  readonly text: string;
  readonly reasoning: unknown;
  readonly calls: AIMessageChunk['tool_calls'];
  readonly error: unknown;
}

async function stream(): Promise<Seen> {
  const model = await served.makeModel();
  let sum: AIMessageChunk | undefined;
  let error: unknown;
  try {
    for await (const { message } of model._streamResponseChunks([new HumanMessage('q')], {})) {
      sum = sum?.concat(message as AIMessageChunk) ?? (message as AIMessageChunk);
    }
  } catch (thrown) {
    error = thrown;
  }
  const reasoning = sum?.additional_kwargs.reasoning_content;
  return { text: sum?.text ?? '', reasoning, calls: sum?.tool_calls, error };
}

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const piece = (delta: unknown, finish: string | null = null): string =>
  event({
    id: 'c',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
const ROLE = piece({ role: 'assistant', content: '' });
const SAID = ROLE + piece({ content: 'One ' }) + piece({ content: 'two' });
const STOP = piece({}, 'stop');
const DONE = 'data: [DONE]\n\n';

const whole = (message: unknown, finish_reason = 'stop'): Record<string, unknown> => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, message, finish_reason }],
});

const now = (offsetMs: number): string => new Date(Date.now() + offsetMs).toUTCString();

describe('a stream of OpenAI that fails', () => {
  test.each<[string, string, string]>([
    ['an error in a piece', event({ error: { message: 'boom', type: 'server_error' } }), 'E_PROVIDER_SERVER'],
    ['an error and then [DONE]', event({ error: { message: 'boom' } }) + DONE, 'E_PROVIDER_SERVER'],
    ['an error event', `event: error\n${event({ error: { message: 'boom' } })}`, 'E_PROVIDER_SERVER'],
    ['an error event without an error field', `event: error\n${event({ message: 'boom' })}`, 'E_PROVIDER_SERVER'],
    ['an error told flat', event({ error_type: 'x', error_message: 'boom' }), 'E_PROVIDER_SERVER'],
    ['an error object', event({ object: 'error', message: 'boom', code: 500 }), 'E_PROVIDER_SERVER'],
    ['an error in a choice', event({ choices: [{ index: 0, error: { message: 'boom' } }] }), 'E_PROVIDER_SERVER'],
    ['the finish reason "error"', piece({}, 'error') + DONE, 'E_PROVIDER_SERVER'],
    ['a limit', event({ error: { message: 'slow down', code: 'rate_limit_exceeded' } }), 'E_RATE_LIMITED'],
    ['an overflow', event({ error: { message: 'long', code: 'context_length_exceeded' } }), 'E_CONTEXT'],
    ['a piece that is no JSON', 'data: {"choices":[{"del\n\n', 'E_MALFORMED'],
    ['nothing', '', 'E_MALFORMED'],
    ['[DONE] alone', DONE, 'E_MALFORMED'],
    ['an end after the role', ROLE, 'E_MALFORMED'],
    ['a finish without a word', ROLE + STOP + DONE, 'E_MALFORMED'],
    ['a filter before a word', ROLE + piece({}, 'content_filter') + DONE, 'E_FILTERED'],
    ['a web page', '<html><h1>Hello</h1></html>', 'E_MALFORMED'],
  ])('before a word by %s throws', async (_, body, code) => {
    await answer(body);
    expect(await stream()).toMatchObject({ text: '', error: { code } });
  });

  test.each<[string, string, string]>([
    ['an error in a piece', event({ error: { message: 'boom' } }) + DONE, 'E_PROVIDER_SERVER'],
    ['an error event', `event: error\n${event({ error: { message: 'boom' } })}`, 'E_PROVIDER_SERVER'],
    ['an error told flat', event({ error_type: 'x', error_message: 'boom' }) + DONE, 'E_PROVIDER_SERVER'],
    ['a piece that is no JSON', 'data: {"choices":[{"del\n\n', 'E_INTERRUPTED'],
    ['an end without a finish reason', '', 'E_INTERRUPTED'],
    ['[DONE] without a finish reason', DONE, 'E_INTERRUPTED'],
    ['a filter', piece({}, 'content_filter') + DONE, 'E_FILTERED'],
  ])('after two by %s says them and throws', async (_, end, code) => {
    await answer(SAID + end);
    expect(await stream()).toMatchObject({ text: 'One two', error: { code } });
  });

  test('by a filter says after how much', async () => {
    await answer(SAID + piece({}, 'content_filter') + DONE);
    expect(await stream()).toMatchObject({ error: { message: expect.stringMatching(/withheld the rest .* after 2/) } });
  });
});

describe('a stream of OpenAI in another form', () => {
  test.each<[string, string, Partial<Seen>]>([
    ['text in parts', ROLE + piece({ content: [{ type: 'text', text: 'Yes.' }] }) + STOP, { text: 'Yes.' }],
    ['a refusal', ROLE + piece({ refusal: 'I cannot.' }) + STOP, { text: 'I cannot.' }],
    ['reasoning', piece({ reasoning: 'hm' }) + piece({ content: 'Yes.' }) + STOP, { text: 'Yes.', reasoning: 'hm' }],
    ['a finish without a delta', SAID + event({ choices: [{ index: 0, finish_reason: 'stop' }] }), { text: 'One two' }],
    ['no [DONE] but a finish reason', SAID + STOP, { text: 'One two' }],
    ['its length used up by thought', ROLE + piece({}, 'length'), { text: '' }],
    ['usage in a piece of its own', SAID + STOP + event({ usage: { prompt_tokens: 1 } }) + DONE, { text: 'One two' }],
  ])('is read with %s', async (_, body, seen) => {
    await answer(body);
    expect(await stream()).toMatchObject({ ...seen, error: undefined });
  });

  test('is read from a server that does not stream, calls and all', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
    const message = { role: 'assistant', content: 'Yes.', tool_calls: [call] };
    await answer({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] });
    const seen = await stream();
    expect(seen).toMatchObject({ text: 'Yes.', error: undefined });
    expect(seen.calls).toEqual([{ type: 'tool_call', id: 'call_1', name: 'f', args: { a: 1 } }]);
  });

  test('that is JSON and no answer throws what it tells', async () => {
    await answer({ error: { message: 'slow down', code: 'rate_limit_exceeded' } });
    expect(await stream()).toMatchObject({ error: { code: 'E_RATE_LIMITED' } });
    await answer({ hello: 'world' });
    expect(await stream()).toMatchObject({ error: { code: 'E_MALFORMED' } });
  });
});

describe('a whole answer of OpenAI', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a refusal', whole({ role: 'assistant', content: null, refusal: 'I cannot.' }), 'I cannot.'],
    ['text in parts', whole({ role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] }), 'Yes.'],
  ])('is read with %s', async (_, body, text) => {
    await answer(body);
    expect((await (await served.makeModel()).invoke('q')).text).toBe(text);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['an error', { error: { message: 'boom', type: 'server_error' } }, 'E_PROVIDER_SERVER'],
    ['a limit', { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, 'E_RATE_LIMITED'],
    ['no choice', { id: 'c', choices: [] }, 'E_MALFORMED'],
    ['the filter', whole({ role: 'assistant', content: 'Half' }, 'content_filter'), 'E_FILTERED'],
  ])('with %s throws', async (_, body, code) => {
    await answer(body);
    await expect((await served.makeModel()).invoke('q')).rejects.toMatchObject({ code });
  });

  test('by a schema that the filter ended throws', async () => {
    await answer(whole({ role: 'assistant', content: '{"a' }, 'content_filter'));
    const schema = { title: 'a', type: 'object', properties: { a: { type: 'string' } } };
    const asked = (await served.makeModel()).withStructuredOutput(schema, { method: 'jsonSchema' });
    await expect(asked.invoke('q')).rejects.toMatchObject({ code: 'E_FILTERED' });
  });
});

describe('the wait that OpenAI asks for', () => {
  const limit = { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } };

  test.each<[string, Record<string, string>, Record<string, unknown>, number]>([
    ['seconds', { 'Retry-After': '30' }, limit, 30_000],
    ['a fraction', { 'Retry-After': '0.25' }, limit, 250],
    ['milliseconds', { 'retry-after-ms': '1500' }, limit, 1500],
    ['milliseconds of Azure', { 'x-ms-retry-after-ms': '700' }, limit, 700],
    ['a date', { Date: now(-9_000_000), 'Retry-After': now(-8_970_000) }, limit, 30_000],
    ['resets', { 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-reset-tokens': '250ms' }, limit, 360_000],
    ['details', {}, { error: { ...limit.error, details: [{ retryDelay: '34s' }] } }, 34_000],
    ['words', {}, { error: { message: 'Rate limit reached. Please try again in 1.5s.' } }, 1500],
  ])('in %s is told with the limit, streamed and whole', async (_, headers, body, retryAfterMs) => {
    await answer(body, 429, headers);
    const plain: unknown = await (await served.makeModel()).invoke('q').catch((error: unknown) => error);
    for (const error of [plain, (await stream()).error]) {
      expect(error).toMatchObject({ code: 'E_RATE_LIMITED', retryAfterMs });
    }
  });
});
