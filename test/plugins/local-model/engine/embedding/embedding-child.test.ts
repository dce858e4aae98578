import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createEmbeddingEngine } from '../../../../../plugins/local-model/engine/create-engine.ts';
import type { EmbeddedEngine, EngineEndpoint } from '../../../../../plugins/local-model/engine/embedded-engine.ts';

const FAKE = fileURLToPath(new URL('./fake-transformers.ts', import.meta.url));
type Options = Partial<Parameters<typeof createEmbeddingEngine>[0]>;

// Each engine is a process, which takes seconds where many tests share few cores.
jest.setTimeout(30_000);

let folder: string;
let engine: EmbeddedEngine;
let endpoint: EngineEndpoint;

function make(options: Options = {}): EmbeddedEngine {
  return createEmbeddingEngine({
    modelPath: join(folder, 'model.onnx'),
    tokenizerPath: join(folder, 'tokenizer.json'),
    enginePackage: FAKE,
    modelId: 'played',
    threads: 1,
    modelType: 'bert',
    dimensions: 3,
    maxTokens: 8,
    pooling: 'mean',
    isNormalized: false,
    queryPrefix: '7 ',
    documentPrefix: '',
    shorterDimensions: [2],
    digest: 'sha256:ab',
    loadTimeoutMs: 20_000,
    ...options,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-embedding-'));
  await writeFile(join(folder, 'model.onnx'), 'no model');
  await writeFile(join(folder, 'tokenizer.json'), '{"model": {}}');
  engine = make({ queueLimit: 1 });
  endpoint = await engine.endpoint(new AbortController().signal);
}, 30_000);
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly body: {
    readonly data?: readonly { readonly index: number; readonly embedding: readonly number[] | string }[];
    readonly usage?: unknown;
    readonly error?: { readonly type: string; readonly message: string };
  } & Readonly<Record<string, unknown>>;
}

async function ask(path: string, body?: unknown, to = endpoint, init: RequestInit = {}): Promise<Reply> {
  const headers = { authorization: `Bearer ${to.apiKey}` };
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await fetch(new URL(path, to.baseUrl), { method, headers, body: JSON.stringify(body), ...init });
  return { status: answer.status, body: (await answer.json()) as Reply['body'] };
}

async function vectors(body: object): Promise<readonly unknown[]> {
  const { status, body: reply } = await ask('/v1/embeddings', body);
  expect({ status, error: reply.error }).toEqual({ status: 200, error: undefined });
  expect(reply.data?.map(({ index }) => index)).toEqual(reply.data?.map((_, index) => index));
  return reply.data?.map(({ embedding }) => embedding) ?? [];
}

/** The mean of the states of a text: of its tokens, of the ones, and of the mark of the first. */
function meanOf(...tokens: readonly number[]): unknown {
  const all = [1, ...tokens, 2];
  const sum = all.reduce((total, token) => total + token, 0);
  return [expect.closeTo(sum / all.length, 4), 1, expect.closeTo(1 / all.length, 4)];
}

describe('the child that embeds', () => {
  test('tells that it is well and what it serves, and only to those who know the secret', async () => {
    expect(await ask('/health')).toEqual({ status: 200, body: { status: 'ok' } });
    const { body } = await ask('/v1/models');
    expect(body['data']).toEqual([
      expect.objectContaining({
        id: 'played',
        meta: {
          n_embd: 3,
          n_ctx: 8,
          size: 8,
          name: 'played',
          pooling: 'mean',
          normalized: false,
          digest: 'sha256:ab',
        },
      }),
    ]);
    expect((await ask('/v1/models', undefined, { ...endpoint, apiKey: 'other' })).status).toBe(401);
    expect((await ask('/v1/chat/completions', {})).status).toBe(404);
  });

  test('gives each text the mean of its own tokens, in the order of the texts, and counts them', async () => {
    const input = ['3 4', '9', '5 6 7 8', ''];
    expect(await vectors({ input })).toEqual([meanOf(3, 4), meanOf(9), meanOf(5, 6, 7, 8), meanOf()]);
    const { body } = await ask('/v1/embeddings', { input });
    expect(body.usage).toEqual({ prompt_tokens: 15, total_tokens: 15 });
    expect(await vectors({ input: '3 4' })).toEqual([meanOf(3, 4)]);
  });

  test('takes more texts than one step of the model has', async () => {
    const input = Array.from({ length: 40 }, (_, index) => `${index + 3}`);
    expect(await vectors({ input })).toEqual(input.map((text) => meanOf(Number(text))));
  });

  test('puts the prefix of the model before a text only where it is said what the text is', async () => {
    expect(await vectors({ input: '3', input_type: 'query' })).toEqual([meanOf(7, 3)]);
    expect(await vectors({ input: '3', input_type: 'document' })).toEqual([meanOf(3)]);
  });

  test('cuts vectors to the lengths that the model was trained for, and makes them one long', async () => {
    const [cut] = (await vectors({ input: '3', dimensions: 2 })) as [number[]];
    expect(cut).toHaveLength(2);
    expect(Math.hypot(...cut)).toBeCloseTo(1, 5);
    expect((await ask('/v1/embeddings', { input: '3', dimensions: 1 })).body.error).toMatchObject({
      type: 'invalid_request_error',
      message: 'dimensions: played has vectors of 3, 2 numbers, not 1',
    });
  });

  test('writes 32-bit floats in base64 where that is asked for', async () => {
    const [text] = (await vectors({ input: '3 4', encoding_format: 'base64' })) as [string];
    const bytes = Buffer.from(text, 'base64');
    expect([0, 4, 8].map((offset) => bytes.readFloatLE(offset))).toEqual(meanOf(3, 4));
  });

  test('refuses a text that is too long with both figures and its place, and reads its beginning when asked to', async () => {
    const long = '3 4 5 6 7 8 9';
    const { status, body } = await ask('/v1/embeddings', { input: ['3', long] });
    expect({ status, error: body.error }).toMatchObject({
      status: 400,
      error: { type: 'exceed_context_size_error', n_prompt_tokens: 9, n_ctx: 8, input_index: 1 },
    });
    expect(await vectors({ input: [long], truncate: true })).toEqual([meanOf(3, 4, 5, 6, 7, 8)]);
  });

  test.each<[string, object, number, RegExp]>([
    ['no text', { input: [] }, 400, /at least one text/],
    ['more texts than one request takes', { input: Array.from({ length: 257 }, () => '3') }, 400, /at most 256/],
    ['tokens in place of texts', { input: [[1, 2]] }, 400, /must be a text or a list of texts/],
    ['nothing at all', {}, 400, /input/],
    ['another model', { model: 'other', input: '3' }, 404, /serves 'played'/],
    ['what the model breaks on', { input: 'broken' }, 500, /the model broke/],
  ])('refuses %s, and goes on', async (_name, body, status, message) => {
    const reply = await ask('/v1/embeddings', body);
    expect(reply).toMatchObject({ status, body: { error: { message: expect.stringMatching(message) } } });
    expect(await vectors({ input: '3' })).toHaveLength(1);
  });

  test('counts tokens of one text and of many, with the prefix where it is said what they are', async () => {
    expect((await ask('/tokenize', { content: '3 4' })).body).toEqual({ count: 4, n_ctx: 8 });
    expect((await ask('/tokenize', { input: ['3 4', ''] })).body).toEqual({ counts: [4, 2], n_ctx: 8 });
    expect((await ask('/tokenize', { input: '3', input_type: 'query' })).body).toEqual({ counts: [4], n_ctx: 8 });
    expect((await ask('/tokenize', {})).status).toBe(400);
  });

  test('lets go of what nobody waits for any more, and refuses who comes when too many wait', async () => {
    const leaving = new AbortController();
    const busy = ask('/v1/embeddings', { input: Array.from({ length: 64 }, () => 'slow') }, endpoint, {
      signal: leaving.signal,
    }).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const others = [1, 2, 3].map(() => ask('/v1/embeddings', { input: '3' }));
    const replies = await Promise.all(others);
    expect(replies.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 503]));
    leaving.abort();
    await busy;
    const started = performance.now();
    expect((await ask('/v1/embeddings', { input: '3' })).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

/** What a start with these options is refused with. */
async function failure(options: Options): Promise<unknown> {
  const made = make(options);
  try {
    return await made.endpoint(new AbortController().signal).catch((error: unknown) => error);
  } finally {
    await made.dispose();
  }
}

describe('the start of the child that embeds', () => {
  test('takes the first token in place of the mean, and makes vectors one long, where the model wants that', async () => {
    const made = make({ pooling: 'cls', isNormalized: true });
    try {
      const to = await made.endpoint(new AbortController().signal);
      const { body } = await ask('/v1/embeddings', { input: '3 4' }, to);
      const third = expect.closeTo(1 / Math.sqrt(3), 5);
      expect(body.data?.[0]?.embedding).toEqual([third, third, third]);
    } finally {
      await made.dispose();
    }
  });

  test('says which file is no model, that a tokenizer is missing, and which package is', async () => {
    expect(await failure({ modelType: 'none' })).toMatchObject({ code: 'E_FILE' });
    await writeFile(join(folder, 'broken.json'), '{"model"');
    expect(await failure({ tokenizerPath: join(folder, 'broken.json') })).toMatchObject({ code: 'E_FILE' });
    expect(await failure({ tokenizerPath: join(folder, 'gone.json') })).toMatchObject({ code: 'E_FILE' });
    expect(await failure({ enginePackage: join(folder, 'gone.js') })).toMatchObject({
      code: 'E_DEPENDENCY',
      message: expect.stringContaining('npm install @huggingface/transformers'),
    });
  });
});
