import { expect, test } from '@jest/globals';
import type { EmbeddingCall, EmbeddingModel } from 'wooster';
import type { Fault } from '../fakes/model-server/faults/fault-kinds.ts';
import { openModel, type EmbeddingModelCase, type EmbeddingSubject } from './embedding-model.ts';

/** What a scripted server does wrong, and the error each must become. */
const FAULTS: readonly { what: string; fault: Fault; code: string | RegExp; fields?: object }[] = [
  { what: 'elements that are null, as llama.cpp writes NaN', fault: { kind: 'null-elements' }, code: 'E_MALFORMED' },
  { what: 'vectors of zeros', fault: { kind: 'zero-vectors' }, code: 'E_MALFORMED' },
  { what: 'vectors of another length', fault: { kind: 'wrong-dimensions', dimensions: 15 }, code: 'E_MALFORMED' },
  { what: 'base64 decoded by mistake', fault: { kind: 'quarter-dimensions' }, code: 'E_MALFORMED' },
  { what: 'too few vectors', fault: { kind: 'missing-rows', rows: 1 }, code: 'E_MALFORMED' },
  {
    what: 'a number that is no JSON',
    fault: { kind: 'malformed-chunk', text: '{"data":[[NaN]]}' },
    code: 'E_MALFORMED',
  },
  // A client package may tell a broken body from a broken connection or not; both are tried elsewhere.
  { what: 'a reply that was cut', fault: { kind: 'cut', afterTokens: 1 }, code: /^E_(UNREACHABLE|MALFORMED)$/ },
  { what: 'a web page', fault: { kind: 'html', status: 200 }, code: 'E_MALFORMED' },
  { what: 'an empty reply', fault: { kind: 'empty' }, code: 'E_MALFORMED' },
  { what: 'a wrong key', fault: { kind: 'status', status: 401 }, code: 'E_PROVIDER_AUTH' },
  { what: 'a failed server', fault: { kind: 'status', status: 500, message: 'boom' }, code: 'E_PROVIDER_SERVER' },
  {
    what: 'a limited rate',
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 7 } },
    code: 'E_RATE_LIMITED',
    fields: { retryAfterMs: 7000 },
  },
  {
    what: 'a text too long for the physical batch',
    fault: {
      kind: 'status',
      status: 500,
      message:
        'input (1502 tokens) is too large to process. increase the physical batch size (current batch size: 512)',
    },
    code: 'E_CONTEXT',
    fields: { limitTokens: 512, actualTokens: 1502 },
  },
  {
    what: 'a text too long without figures',
    fault: { kind: 'status', status: 400, message: 'the input length exceeds the context length' },
    code: 'E_CONTEXT',
    fields: { limitTokens: expect.any(Number), actualTokens: expect.any(Number) },
  },
  { what: 'a connection that is reset', fault: { kind: 'reset-before-headers' }, code: 'E_UNREACHABLE' },
];

/** What a dead server may take. */
const SHORT_LIMITS = { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 150 };

const TEXTS = ['one', 'two', 'three'];
const never = new AbortController().signal;

/** The part of the contract that needs a server which can be told to fail. */
export function describeEmbeddingFaults(each: EmbeddingModelCase, subject: () => EmbeddingSubject): void {
  const open = (changes: Partial<EmbeddingCall> = {}): Promise<EmbeddingModel> =>
    openModel(subject(), each.embedder, changes);
  const play = (fault: Fault): Promise<void> => subject().script!([{ match: { path: each.path }, fault }]);

  test.each(FAULTS)('turns $what into $code', async ({ fault, code, fields }) => {
    const model = await open();
    await play(fault);
    await expect(model.embed(TEXTS, 'document', never)).rejects.toMatchObject({
      code: expect.stringMatching(code),
      ...fields,
    });
  });

  test('says so when the server read a part of a text only and tells it by its count', async () => {
    const model = await open();
    await play({ kind: 'cut-input', tokens: 16 });
    const outcome = await model.embed(['word '.repeat(100)], 'document', never).catch((error: unknown) => error);
    // A server that counts nothing cannot be found out; the guard there is the limit before sending.
    const hasCount = 'inputTokens' in (outcome as object) && (outcome as { inputTokens?: number }).inputTokens;
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'E_CONTEXT', actualTokens: 100 });
    else expect(hasCount ?? 0).toBe(0);
  });

  (each.hasIndex ? test : test.skip)('puts vectors that come in another order into that of the texts', async () => {
    const model = await open();
    const right = await model.embed(TEXTS, 'document', never);
    await play({ kind: 'shuffled-index' });
    expect((await model.embed(TEXTS, 'document', never)).vectors).toEqual(right.vectors);
  });

  test('ends within 200 ms when it is aborted, as a whole or in one call', async () => {
    for (const isCall of [true, false]) {
      const outer = new AbortController();
      const inner = new AbortController();
      const model = await open({ signal: outer.signal });
      await play({ kind: 'hang-before-headers' });
      const running = model.embed(TEXTS, 'document', inner.signal);
      const settled = expect(running).rejects.toMatchObject({ code: 'E_CANCELLED' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const start = performance.now();
      (isCall ? inner : outer).abort();
      await settled;
      expect(performance.now() - start).toBeLessThan(200);
      await subject().script!([]);
    }
  });

  test('does not wait for a dead server longer than its limit', async () => {
    const model = await open({ limits: SHORT_LIMITS });
    for (const fault of [{ kind: 'hang-before-headers' }, { kind: 'hang-after-headers' }] as const) {
      await play(fault);
      const start = performance.now();
      await expect(model.embed(TEXTS, 'document', never)).rejects.toMatchObject({ code: 'E_TIMEOUT', phase: 'total' });
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });

  test('says that nothing listens when the server is gone, and works again when it is back', async () => {
    const model = await open();
    await subject().refuse!();
    await expect(model.embed(TEXTS, 'document', never)).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
    await subject().listen!();
    expect((await model.embed(TEXTS, 'document', never)).vectors).toHaveLength(TEXTS.length);
  });
}
