import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { PlainReply } from '../../../../../plugins/local-model/engine/child/plain-reply.ts';
import { ReplyHead, type ReplyWriter } from '../../../../../plugins/local-model/engine/child/reply-writer.ts';
import { RequestRefusal } from '../../../../../plugins/local-model/engine/child/request-refusal.ts';
import { StreamedReply } from '../../../../../plugins/local-model/engine/child/streamed-reply.ts';

const USAGE = { promptTokens: 30, cachedTokens: 10, completionTokens: 8, promptMs: 200, completionMs: 400 };
const BUSY = new RequestRefusal(503, 'busy_error', 'the engine is busy', { waiting: 2 });
const BUSY_BODY = { error: { code: 503, message: 'the engine is busy', type: 'busy_error', waiting: 2 } };

/** What a client gets when the reply is written so. */
async function receive(
  write: (response: ServerResponse) => void,
): Promise<{ status: number; headers: Headers; text: string }> {
  const server = createServer((_request, response) => write(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const plain = (play: (reply: ReplyWriter) => void) =>
  receive((response) => play(new PlainReply(response, new ReplyHead('tiny'))));
const streamed = (play: (reply: ReplyWriter) => void, hasUsage = true) =>
  receive((response) => play(new StreamedReply(response, new ReplyHead('tiny'), hasUsage)));

function eventsOf(text: string): unknown[] {
  const data = text.split('\n\n').flatMap((event) => (event.startsWith('data: ') ? [event.slice(6)] : []));
  return data.map((each) => (each === '[DONE]' ? each : (JSON.parse(each) as unknown)));
}

/** Writes a call; only one that is not cut gets its last argument. */
const writeCall = (reason: 'tool_calls' | 'length') => (reply: ReplyWriter) => {
  reply.callArguments('what belongs to no call is dropped');
  reply.call('get_weather');
  reply.callArguments('{"city": ');
  if (reason === 'tool_calls') reply.callArguments('"Paris"}');
  reply.finish(reason, { ...USAGE, promptMs: 0, completionMs: 0 });
};

describe('a reply in one body', () => {
  test('holds the words, the usage and the timings', async () => {
    const { status, text } = await plain((reply) => {
      reply.open();
      reply.content('Par');
      reply.content('is');
      reply.finish('stop', USAGE);
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      object: 'chat.completion',
      model: 'tiny',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Paris' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 30,
        completion_tokens: 8,
        total_tokens: 38,
        prompt_tokens_details: { cached_tokens: 10 },
      },
      timings: { cache_n: 10, prompt_n: 20, prompt_per_second: 100, predicted_n: 8, predicted_per_second: 20 },
    });
  });

  test('holds a whole call, and none that the token limit cut', async () => {
    const whole = JSON.parse((await plain(writeCall('tool_calls'))).text) as object;
    const call = { name: 'get_weather', arguments: '{"city": "Paris"}' };
    const id = expect.stringMatching(/^call_[0-9a-f]{24}$/);
    expect(whole).toMatchObject({
      choices: [{ message: { content: null, tool_calls: [{ id, type: 'function', function: call }] } }],
      timings: { prompt_per_second: 0, predicted_per_second: 0 },
    });
    const cut = JSON.parse((await plain(writeCall('length'))).text) as { choices: { message: object }[] };
    expect(cut.choices[0]?.message).toEqual({ role: 'assistant', content: '' });
  });

  test('holds several calls in their order', async () => {
    const { text } = await plain((reply) => {
      for (const name of ['get_weather', 'calculate']) {
        reply.call(name);
        reply.callArguments(`{"of": "${name}"}`);
      }
      reply.finish('tool_calls', USAGE);
    });
    const { choices } = JSON.parse(text) as { choices: { message: { tool_calls: { id: string }[] } }[] };
    const calls = choices[0]?.message.tool_calls ?? [];
    expect(calls).toMatchObject([
      { index: 0, function: { name: 'get_weather', arguments: '{"of": "get_weather"}' } },
      { index: 1, function: { name: 'calculate', arguments: '{"of": "calculate"}' } },
    ]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  test('is the refusal with its status, and a busy engine says when to come again', async () => {
    const busy = await plain((reply) => reply.fail(BUSY));
    expect({ status: busy.status, retry: busy.headers.get('retry-after') }).toEqual({ status: 503, retry: '1' });
    expect(JSON.parse(busy.text)).toEqual(BUSY_BODY);
    const wrong = await plain((reply) => reply.fail(new RequestRefusal(400, 'invalid_request_error', 'no')));
    expect({ status: wrong.status, retry: wrong.headers.get('retry-after') }).toEqual({ status: 400, retry: null });
  });

  test('is sent once: a failure after the end changes nothing', async () => {
    const { status, text } = await plain((reply) => {
      reply.content('done');
      reply.finish('stop', USAGE);
      reply.fail(BUSY);
    });
    expect({ status, isWhole: text.includes('"done"') && !text.includes('busy') }).toEqual({
      status: 200,
      isWhole: true,
    });
  });
});

describe('a streamed reply', () => {
  test('gives words as they come, then the reason, the usage and the end marker', async () => {
    const { status, headers, text } = await streamed((reply) => {
      reply.open();
      reply.content('Par');
      reply.content('is');
      reply.finish('length', USAGE);
    });
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/event-stream; charset=utf-8',
    });
    expect(eventsOf(text)).toMatchObject([
      { choices: [{ delta: { role: 'assistant', content: null }, finish_reason: null }] },
      { choices: [{ delta: { content: 'Par' } }] },
      { choices: [{ delta: { content: 'is' } }] },
      { choices: [{ delta: {}, finish_reason: 'length' }] },
      { choices: [], usage: { total_tokens: 38 }, timings: { prompt_n: 20 } },
      '[DONE]',
    ]);
    expect(
      new Set(
        eventsOf(text)
          .slice(0, -1)
          .map((event) => (event as { id: string }).id),
      ).size,
    ).toBe(1);
  });

  test('puts the timings beside the reason where no usage was asked for', async () => {
    const { text } = await streamed((reply) => {
      reply.open();
      reply.finish('stop', USAGE);
    }, false);
    expect(eventsOf(text).at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }], timings: { prompt_n: 20 } });
    expect(text).not.toContain('"usage"');
  });

  test('gives a call by its name first and its arguments in pieces', async () => {
    const { text } = await streamed((reply) => {
      reply.open();
      reply.call('get_weather');
      reply.callArguments('{"city": ');
      reply.callArguments('"Paris"}');
      reply.finish('tool_calls', USAGE);
    });
    expect(eventsOf(text).slice(1, 4)).toMatchObject([
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: 'get_weather', arguments: '' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"city": ' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '"Paris"}' } }] } }] },
    ]);
  });

  test('numbers its calls', async () => {
    const { text } = await streamed((reply) => {
      reply.open();
      for (const name of ['get_weather', 'calculate']) {
        reply.call(name);
        reply.callArguments('{}');
      }
      reply.finish('tool_calls', USAGE);
    });
    const calls = eventsOf(text)
      .slice(1, 5)
      .map((event) => (event as { choices: { delta: { tool_calls: unknown[] } }[] }).choices[0]?.delta.tool_calls[0]);
    expect(calls).toMatchObject([
      { index: 0, function: { name: 'get_weather' } },
      { index: 0, function: { arguments: '{}' } },
      { index: 1, function: { name: 'calculate' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
  });

  test('that fails before it began has the status, and later is an error without the end marker', async () => {
    const before = await streamed((reply) => reply.fail(BUSY));
    expect({ status: before.status, body: JSON.parse(before.text) as unknown }).toEqual({
      status: 503,
      body: BUSY_BODY,
    });
    const after = await streamed((reply) => {
      reply.open();
      reply.content('Par');
      reply.fail(BUSY);
    });
    expect(after.status).toBe(200);
    expect(eventsOf(after.text).at(-1)).toEqual(BUSY_BODY);
    expect(after.text).not.toContain('[DONE]');
  });
});
