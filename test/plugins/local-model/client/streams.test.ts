import { describe, expect, test } from '@jest/globals';
import { ask, call, clientOf, drain, fakeServer, limits } from './client-setup.ts';
import type { DialectId, Fault, Rule } from './fake-types.ts';

const servers: readonly { dialect: DialectId; wire: 'openai' | 'ollama' }[] = [
  { dialect: 'openai', wire: 'openai' },
  { dialect: 'llamacpp', wire: 'openai' },
  { dialect: 'mlx', wire: 'openai' },
  { dialect: 'lmstudio', wire: 'openai' },
  { dialect: 'localai', wire: 'openai' },
  { dialect: 'vllm', wire: 'openai' },
  { dialect: 'ollama', wire: 'openai' },
  { dialect: 'ollama', wire: 'ollama' },
];

describe.each(servers)('a stream of $dialect over the $wire wire', ({ dialect, wire }) => {
  const path = wire === 'ollama' ? '/api/chat' : '/v1/chat/completions';
  const started = fakeServer({ dialect, models: [{ id: 'm', capabilities: ['completion', 'tools', 'thinking'] }] });
  const tokens = ['Grüße', ' ', '🦉', ' from', ' here'];

  async function play(
    rule: Omit<Rule, 'match'>,
    changes: Parameters<typeof call>[0] = {},
  ): Promise<Awaited<ReturnType<typeof drain>>> {
    const server = await started;
    await server.script([{ match: { path }, ...rule }]);
    return drain(clientOf(server.url, { dialect: wire }).streamChat(ask('hi'), call(changes)));
  }

  function fault(kind: Fault): Promise<Awaited<ReturnType<typeof drain>>> {
    return play({ reply: { tokens }, fault: kind });
  }

  test('gives the text, the finish reason and the usage', async () => {
    const { text, deltas, error } = await play({ reply: { tokens } });
    expect(error).toBeUndefined();
    expect(text).toBe(tokens.join(''));
    const facts = Object.assign({}, ...deltas.filter(({ kind }) => kind === 'facts')) as object;
    expect(facts).toMatchObject({
      finishReason: 'stop',
      usage: { outputTokens: tokens.length },
      model: expect.stringContaining('m'),
    });
    const [record] = await (await started).requests(1000);
    expect(record).toMatchObject({ outcome: 'answered', headers: { 'content-length': expect.any(String) } });
  });

  test('survives any split of the bytes', async () => {
    const { text, error } = await fault({ kind: 'split-bytes', everyBytes: 3 });
    expect({ text, error }).toEqual({ text: tokens.join(''), error: undefined });
  });

  test('keeps reasoning apart from the answer', async () => {
    const { text, reasoning, error } = await play({ reply: { tokens, reasoning: 'let me see' } });
    expect({ text, reasoning, error }).toEqual({ text: tokens.join(''), reasoning: 'let me see', error: undefined });
  });

  test('that a content filter ends is not whole, and neither is the plain reply', async () => {
    const { text, error } = await fault({ kind: 'filtered', afterTokens: 2 });
    expect({ text, error }).toMatchObject({ text: 'Grüße ', error: { code: 'E_FILTERED' } });
    const whole = clientOf((await started).url, { dialect: wire }).chat(ask('hi'), call());
    await expect(whole).rejects.toMatchObject({ code: 'E_FILTERED' });
  });

  test.each<[string, Fault, string]>([
    ['a cut', { kind: 'cut', afterTokens: 2 }, 'E_INTERRUPTED'],
    ['a reset', { kind: 'cut', afterTokens: 2, isReset: true }, 'E_INTERRUPTED'],
    ['an end without marker', { kind: 'end-without-marker', afterTokens: 2 }, 'E_INTERRUPTED'],
    ['a chunk that is no JSON', { kind: 'malformed-chunk', afterTokens: 2 }, 'E_MALFORMED'],
  ])('does not take %s for an answer', async (_, kind, code) => {
    const { text, error } = await fault(kind);
    expect(error).toMatchObject({ code });
    expect(tokens.join('').startsWith(text)).toBe(true);
    if (code === 'E_INTERRUPTED') expect(error).toMatchObject({ details: { outputTokens: 2 } });
  });

  test('turns an error within the stream into an error of the call', async () => {
    const { error } = await fault({ kind: 'in-band-error', afterTokens: 2, message: 'the engine has crashed' });
    expect(['E_PROVIDER_SERVER', 'E_INTERRUPTED']).toContain((error as { code: string }).code);
  });

  test('does not take an empty 200 or a web page for an answer', async () => {
    for (const kind of [{ kind: 'empty' }, { kind: 'html', status: 200 }] as const) {
      expect((await fault(kind)).error).toMatchObject({ code: 'E_MALFORMED' });
    }
  });

  test('has a limit for the first token, and a role without content is none', async () => {
    const short = { limits: limits({ firstTokenMs: 80 }) };
    for (const kind of ['hang-before-headers', 'hang-after-headers', 'role-then-silence'] as const) {
      const { error } = await play({ reply: { tokens }, fault: { kind } }, short);
      expect(error).toMatchObject({ code: 'E_TIMEOUT', phase: 'first-token', message: expect.stringMatching(/80 ms/) });
    }
    const [record] = (await (await started).requests(1000)).slice(-1);
    expect(record).toMatchObject({ outcome: 'client-closed' });
  });

  test('has limits between tokens and in total', async () => {
    const stall = await play(
      { reply: { tokens }, fault: { kind: 'stall', afterTokens: 2 } },
      { limits: limits({ idleMs: 80 }) },
    );
    expect(stall.error).toMatchObject({ code: 'E_TIMEOUT', phase: 'idle' });
    const slow = await play(
      { reply: { tokens }, fault: { kind: 'drip', intervalMs: 60 } },
      { limits: limits({ totalMs: 150 }) },
    );
    expect(slow.error).toMatchObject({ code: 'E_TIMEOUT', phase: 'total' });
  });

  test('closes the socket when it is aborted in the middle, and when the reader leaves', async () => {
    const server = await started;
    await server.script([{ match: { path }, reply: { tokens }, fault: { kind: 'stall', afterTokens: 2 } }]);
    const client = clientOf(server.url, { dialect: wire });
    const controller = new AbortController();
    const reading = (async () => {
      for await (const delta of client.streamChat(ask('hi'), call({ signal: controller.signal }))) {
        if (delta.kind === 'text') controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_CANCELLED' });
    for await (const delta of client.streamChat(ask('hi'), call())) {
      if (delta.kind === 'text') break;
    }
    expect((await server.requests(1000)).map(({ outcome }) => outcome)).toEqual(['client-closed', 'client-closed']);
  });
});

describe('[DONE] without a finish reason', () => {
  const started = fakeServer({ dialect: 'openai', models: ['m'] });

  test('is an interruption, unless the server is known to tell none', async () => {
    const server = await started;
    await server.script([
      { reply: { text: 'one two three' }, fault: { kind: 'interrupted-but-done', afterTokens: 2 } },
    ]);
    const strict = await drain(clientOf(server.url).streamChat(ask('hi'), call()));
    expect(strict.error).toMatchObject({
      code: 'E_INTERRUPTED',
      message: expect.stringContaining('quirk no-finish-reason'),
    });
    const lenient = clientOf(server.url, { quirks: new Set(['no-finish-reason'] as const) });
    const { text, error } = await drain(lenient.streamChat(ask('hi'), call()));
    expect({ text: text.trim(), error }).toEqual({ text: 'one two', error: undefined });
  });
});
