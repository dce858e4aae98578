import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fake-model-server.ts';
import { callServer, type WireReply } from '../support/call-server.ts';
import type { Fault } from './faults/fault-kinds.ts';
import type { ReplyScript } from './protocol.ts';

const wire = { openai: '/v1/chat/completions', ollama: '/api/chat' } as const;
type Wire = keyof typeof wire;
const shapes: [Wire, boolean][] = [
  ['openai', false],
  ['openai', true],
  ['ollama', false],
  ['ollama', true],
];

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
afterAll(() => server.stop());

async function chat(
  dialect: Wire,
  isStream: boolean,
  play: { fault: Fault; reply?: ReplyScript; limitMs?: number; silenceLimitMs?: number },
): Promise<WireReply> {
  const reply = play.reply ?? { text: 'one two three four' };
  await server.reset({ dialect, reply, rules: [{ match: { path: wire[dialect] }, fault: play.fault }] });
  const body = { model: 'fake-chat', stream: isStream, messages: [{ role: 'user', content: 'hello' }] };
  const signal = AbortSignal.timeout(play.limitMs ?? 10_000);
  return callServer(server.url, { path: wire[dialect], body, signal, silenceLimitMs: play.silenceLimitMs });
}

async function onlyRecord(): Promise<{ outcome: string; tokensSent: number; bytesSent: number }> {
  const records = await server.requests(1000);
  expect(records).toHaveLength(1);
  const { outcome, tokensSent, bytesSent } = records[0]!;
  return { outcome, tokensSent, bytesSent };
}

describe.each(shapes)('on the %s wire, streamed: %s', (dialect, isStream) => {
  test('a reset before the headers gives the caller no status', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'reset-before-headers' } });
    expect(reply).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    expect(await onlyRecord()).toMatchObject({ outcome: 'server-cut', bytesSent: 0 });
  });

  test('a hang before the headers lasts until the caller leaves, and the record says so', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'hang-before-headers' }, limitMs: 300 });
    expect(reply).toMatchObject({ status: 0, failure: 'ABORT_ERR' });
    expect(await onlyRecord()).toEqual({ outcome: 'client-closed', tokensSent: 0, bytesSent: 0 });
  });

  test('a hang after the headers gives the status and nothing else', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'hang-after-headers' }, silenceLimitMs: 150 });
    expect(reply).toMatchObject({ status: 200, failure: 'SILENCE', text: '' });
    expect(await onlyRecord()).toMatchObject({ outcome: 'client-closed', bytesSent: 0 });
  });

  test('a heartbeat gives signs of life and nothing more until the caller leaves', async () => {
    const fault = { kind: 'heartbeat', intervalMs: 20, afterTokens: 1 } as const;
    const reply = await chat(dialect, isStream, { fault, limitMs: 400 });
    expect(reply.failure).toBe('ABORT_ERR');
    const signs = dialect === 'openai' ? /(: keepalive\n\n){3,}$/ : /("content":""\},"done":false\}\n.*){3,}$/;
    if (isStream) expect(reply.text).toMatch(signs);
    else expect(reply.text).toBe('');
    expect(await onlyRecord()).toMatchObject({ outcome: 'client-closed', tokensSent: isStream ? 1 : 0 });
  });

  test('role-then-silence sends a role without content at most', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'role-then-silence' }, silenceLimitMs: 150 });
    expect(reply.status).toBe(200);
    expect(reply.text.includes('"role":"assistant"')).toBe(isStream);
    expect(reply.text).not.toMatch(/"one"/);
    expect(await onlyRecord()).toMatchObject({ outcome: 'client-closed', tokensSent: 0 });
  });

  test('a cut after two tokens breaks the body there', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'cut', afterTokens: 2 } });
    expect(reply).toMatchObject({ status: 200, failure: 'ECONNRESET' });
    if (isStream) expect(reply.text).toMatch(/ two/);
    if (isStream) expect(reply.text).not.toMatch(/three/);
    expect(isJson(reply.text)).toBe(false);
    expect(await onlyRecord()).toMatchObject({ outcome: 'server-cut', tokensSent: isStream ? 2 : 0 });
  });

  test('an end without marker is clean for HTTP and unfinished for the wire', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'end-without-marker', afterTokens: 3 } });
    expect(reply).toMatchObject({ status: 200, failure: undefined });
    expect(reply.text).not.toMatch(/\[DONE\]|"done":true[^]*\}\n?$/);
    if (isStream) expect(reply.text).toMatch(/three/);
    else expect(() => JSON.parse(reply.text) as unknown).toThrow();
  });

  test('an interruption that looks complete ends with the marker after two tokens', async () => {
    if (!isStream) return;
    const reply = await chat(dialect, isStream, { fault: { kind: 'interrupted-but-done', afterTokens: 2 } });
    expect(reply.text).toMatch(/ two/);
    expect(reply.text).not.toMatch(/three|"finish_reason":"/);
    expect(reply.text).toMatch(/\[DONE\]\n\n$|"done":true[^\n]*\n$/);
  });

  test('headers can be replaced', async () => {
    const fault: Fault = { kind: 'headers', headers: { 'Content-Type': 'text/plain' } };
    expect((await chat(dialect, isStream, { fault })).headers['content-type']).toBe('text/plain');
  });

  test('a stall holds the rest back for its time', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'stall', afterTokens: 1, forMs: 120 } });
    expect(reply).toMatchObject({ status: 200, failure: undefined });
    expect(reply.text).toMatch(/four/);
    expect(reply.elapsedMs).toBeGreaterThanOrEqual(115);
  });

  test('a drip sends one piece an interval', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'drip', intervalMs: 15 } });
    expect(reply.failure).toBeUndefined();
    expect(reply.text).toMatch(/four/);
    expect(reply.elapsedMs).toBeGreaterThanOrEqual(60);
  });

  test('a malformed chunk is no JSON', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'malformed-chunk', afterTokens: 1 } });
    expect(reply).toMatchObject({ status: 200, failure: undefined });
    const frames = reply.text
      .trim()
      .split(/\n+/)
      .map((line) => line.replace(/^data: /, ''));
    const broken = frames.filter((frame) => frame !== '[DONE]' && !isJson(frame));
    expect(broken).toHaveLength(1);
  });

  test('split bytes arrive as many pieces, inside characters too, and join to the right text', async () => {
    const fault: Fault = { kind: 'split-bytes', everyBytes: 1 };
    const reply = await chat(dialect, isStream, { fault, reply: { text: 'grüße 🙂 日本' } });
    expect(reply.text).toMatch(/日本/);
    expect(reply.pieces.some((piece) => piece.toString('utf8').includes('\uFFFD'))).toBe(true);
    expect(reply.pieces.length).toBeGreaterThan(20);
  });

  test('an empty reply is 200 with nothing in it, an HTML page is no JSON, a redirect names its place', async () => {
    expect(await chat(dialect, isStream, { fault: { kind: 'empty' } })).toMatchObject({ status: 200, text: '' });
    const page = await chat(dialect, isStream, { fault: { kind: 'html', status: 502 } });
    expect(page).toMatchObject({ status: 502 });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    const moved = await chat(dialect, isStream, { fault: { kind: 'redirect', location: 'http://192.0.2.1/' } });
    expect(moved).toMatchObject({ status: 307, headers: { location: 'http://192.0.2.1/' } });
  });

  test('a status carries the body of the dialect, or the given one, and every form of Retry-After', async () => {
    const own = await chat(dialect, isStream, { fault: { kind: 'status', status: 500, message: 'out of memory' } });
    expect(own.status).toBe(500);
    const error = (JSON.parse(own.text) as { error: string | { message: string } }).error;
    expect(typeof error === 'string' ? error : error.message).toBe('out of memory');
    const inMs = await chat(dialect, isStream, {
      fault: { kind: 'status', status: 429, retryAfter: { milliseconds: 1500 } },
    });
    expect(inMs.headers['retry-after-ms']).toBe('1500');
    const inSeconds = await chat(dialect, isStream, {
      fault: { kind: 'status', status: 429, retryAfter: { seconds: 3 } },
    });
    expect(inSeconds.headers['retry-after']).toBe('3');
    const dated = await chat(dialect, isStream, {
      fault: { kind: 'status', status: 503, retryAfter: { dateInMs: 60_000 }, body: 'full' },
    });
    expect(Date.parse(String(dated.headers['retry-after']))).toBeGreaterThan(Date.now() + 50_000);
    expect(dated.text).toBe('full');
  });

  test('the reply can name another model', async () => {
    const reply = await chat(dialect, isStream, { fault: { kind: 'wrong-model', model: 'other' } });
    expect(reply.text).toMatch(/"model":"other"/);
    expect(reply.text).not.toMatch(/"model":"fake-chat"/);
  });

  test('tool calls can carry broken arguments and the same id twice', async () => {
    const reply = { toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] };
    const broken = await chat(dialect, isStream, { fault: { kind: 'invalid-tool-arguments' }, reply });
    expect(broken.text).toMatch(/get_weather/);
    expect(broken.text).not.toMatch(/Paris/);
    const twice = await chat(dialect, isStream, { fault: { kind: 'duplicate-tool-ids' }, reply });
    const ids = [...twice.text.matchAll(/"id":"(call_[^"]+)"/g)].map((match) => match[1]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
