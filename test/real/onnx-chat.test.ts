import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOnnxChatEngine } from '../../plugins/local-model/engine/create-engine.ts';
import type { EmbeddedEngine } from '../../plugins/local-model/engine/embedded-engine.ts';
import { ANSWER, LOOP_WORD, writeTinyModel, type TinyModel } from '../fakes/onnx/tiny-chat-models.ts';
import { EmbeddedConversation } from './embedded-conversation.ts';

const MINUTES = 60_000;
const LONG = 100_000;
const TOLD = ANSWER.join(' ');

const SETTINGS = {
  contextTokens: 64,
  dtype: 'q8',
  modelFile: 'model',
  sizeBytes: 1_000,
  threads: 1,
  enginePackage: '@huggingface/transformers',
  loadTimeoutMs: MINUTES,
};

interface Running {
  readonly engine: EmbeddedEngine;
  readonly conversation: EmbeddedConversation;
}

let folder: string;
const engines: EmbeddedEngine[] = [];

/** Runs a model that is written here, with the engine that runs those of a hub. */
async function run(name: string, model: TinyModel, queueLimit = 8): Promise<Running> {
  const modelPath = join(folder, name);
  await writeTinyModel(modelPath, model);
  const engine = createOnnxChatEngine({
    ...SETTINGS,
    modelPath,
    modelId: name,
    contextTokens: model.contextTokens ?? SETTINGS.contextTokens,
    modelFile: model.kind === 'dialogue' ? 'decoder_model_merged' : SETTINGS.modelFile,
    queueLimit,
  });
  engines.push(engine);
  const conversation = new EmbeddedConversation(engine);
  await conversation.start();
  return { engine, conversation };
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-onnx-'));
});
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
  await rm(folder, { recursive: true, force: true });
}, MINUTES);

describe.each<{ kind: TinyModel['kind']; promptTokens: number }>([
  { kind: 'template', promptTokens: '<|user|> hello </s> <|assistant|>'.split(' ').length },
  { kind: 'dialogue', promptTokens: 'User: hello Assistant:'.split(' ').length },
  { kind: 'instruction', promptTokens: 'hello </s>'.split(' ').length },
])('an ONNX model that reads a conversation as $kind', ({ kind, promptTokens }) => {
  let conversation: EmbeddedConversation;
  beforeAll(async () => {
    ({ conversation } = await run(kind, { kind }));
  }, MINUTES);

  test('streams its answer word by word up to its own end, and tells what it took', async () => {
    const answer = await conversation.stream({ messages: [user('hello')] });
    expect(answer).toMatchObject({ content: TOLD, pieces: ANSWER.length, finishReason: 'stop', isDone: true });
    expect(answer.usage).toMatchObject({ prompt_tokens: promptTokens, completion_tokens: ANSWER.length });
    expect(await conversation.count({ messages: [user('hello')] })).toMatchObject({ count: promptTokens });
  });

  test('gives the same answer in a piece', async () => {
    const plain = await conversation.complete({ messages: [user('hello')] });
    expect(plain.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: TOLD } });
  });

  test('is cut by max_tokens, and says so', async () => {
    const cut = await conversation.complete({ messages: [user('hello')], max_tokens: 2 });
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'the red' } });
    expect(cut.usage.completion_tokens).toBe(2);
  });

  test('ends at a text of the caller, which is not given out', async () => {
    const stopped = await conversation.stream({ messages: [user('hello')], stop: ['boat sails'] });
    expect(stopped).toMatchObject({ content: 'the red ', finishReason: 'stop', isDone: true });
  });

  test('remembers in the second turn what was said in the first', async () => {
    const first = await conversation.complete({ messages: [user(LOOP_WORD)], max_tokens: 3 });
    expect(first.choices[0].message.content).toBe('one two one');
    const messages = [user(LOOP_WORD), assistant('one two one'), user('please')];
    const second = await conversation.stream({ messages, max_tokens: 4 });
    expect(second).toMatchObject({ content: 'one two one two', finishReason: 'length' });
  });

  test('refuses a prompt longer than its window with both figures, and an answer fills the window at most', async () => {
    const { status, body } = await conversation.post({ messages: [user('please '.repeat(100))] });
    expect({ status, ...body.error }).toMatchObject({ status: 400, type: 'exceed_context_size_error', n_ctx: 64 });
    expect(body.error?.['n_prompt_tokens']).toBeGreaterThan(100);
    const full = await conversation.complete({ messages: [user(LOOP_WORD)] });
    expect(full.choices[0].finish_reason).toBe('length');
    expect(full.usage.completion_tokens).toBe(kind === 'instruction' ? 64 : 64 - promptTokens);
  });

  test('refuses tools, forms, pictures, other models and callers without the key', async () => {
    const messages = [user('hello')];
    const tool = { type: 'function', function: { name: 'look', parameters: {} } };
    const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] };
    const tried = await Promise.all([
      conversation.post({ messages, tools: [tool] }),
      conversation.post({ messages, response_format: { type: 'json_object' } }),
      conversation.post({ messages: [picture] }),
      conversation.post({ messages, model: 'other' }),
      conversation.post({ messages }, 'wrong key'),
    ]);
    expect(tried.map(({ status, body }) => [status, body.error?.['capability']])).toEqual([
      [400, 'tools'],
      [400, 'json'],
      [400, 'vision'],
      [404, undefined],
      [401, undefined],
    ]);
  });
});

describe('an ONNX model in the middle of a long answer', () => {
  let running: Running;
  const endless = { messages: [user(LOOP_WORD)], max_tokens: LONG };
  beforeAll(async () => {
    running = await run('long', { kind: 'template', contextTokens: LONG }, 1);
  }, MINUTES);

  test('stops soon after the client has gone, and serves the next', async () => {
    await running.conversation.leaveAfterFirstToken(endless);
    const startedMs = performance.now();
    const next = await running.conversation.complete({ messages: [user('hello')] });
    expect(next.choices[0].message.content).toBe(TOLD);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  test('lets one more wait and refuses the third as busy', async () => {
    const { conversation } = running;
    let waiting: Promise<unknown> | undefined;
    let refused: Promise<{ status: number; body: { error?: Record<string, unknown> } }> | undefined;
    const first = conversation.stream({ ...endless, max_tokens: 3_000 }, () => {
      waiting = conversation.complete({ messages: [user('hello')] });
      refused = conversation.post({ messages: [user('hello')] });
    });
    expect((await first).finishReason).toBe('length');
    expect(await refused).toMatchObject({ status: 503, body: { error: { type: 'busy_error' } } });
    await waiting;
  });

  test(
    'breaks off when its child is killed, and the next call starts another',
    async () => {
      const { conversation } = running;
      expect((await conversation.streamKilled(endless)).status).toBe('rejected');
      await conversation.start();
      expect((await conversation.complete({ messages: [user('hello')] })).choices[0].message.content).toBe(TOLD);
    },
    MINUTES,
  );
});

describe('an ONNX model that reads a long prompt piece by piece', () => {
  const long = `${LOOP_WORD} ${'please '.repeat(300)}`;
  let conversation: EmbeddedConversation;
  beforeAll(async () => {
    ({ conversation } = await run('pieces', { kind: 'template', contextTokens: 2_000 }));
  }, MINUTES);

  test('knows at its end what stood at its beginning', async () => {
    const { choices, usage, timings } = await conversation.complete({ messages: [user(long)], max_tokens: 4 });
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'one two one two' } });
    expect({ prompt: usage.prompt_tokens, cached: timings.cache_n }).toEqual({ prompt: 304, cached: 0 });
  });

  test('reads only what is new in the next turn, and all of another conversation', async () => {
    const turns = [user(long), assistant('one two one two'), user('please')];
    const second = await conversation.complete({ messages: turns, max_tokens: 2 });
    expect(second.choices[0].message.content).toBe('one two');
    expect(second.timings.cache_n).toBe(304 + 3);
    const other = await conversation.complete({ messages: [user('hello')] });
    expect(other.choices[0].message.content).toBe(TOLD);
    expect(other.timings.cache_n).toBe(0);
  });

  test('reads all anew after an answer that was given up', async () => {
    await conversation.leaveAfterFirstToken({ messages: [user(long)], max_tokens: 1_000 });
    const again = await conversation.complete({ messages: [user(long)], max_tokens: 2 });
    expect(again.choices[0].message.content).toBe('one two');
    expect(again.timings.cache_n).toBe(0);
  });
});

test.each([
  { what: 'lacks a file', ending: '', told: 'model_quantized.onnx' },
  { what: 'has a file that is no model', ending: '_quantized', told: 'Protobuf' },
])(
  'a folder that $what is told as one that cannot be loaded',
  async ({ what, ending, told }) => {
    const modelPath = join(folder, what);
    await writeTinyModel(modelPath, { kind: 'template', ending });
    if (ending !== '') await writeFile(join(modelPath, 'onnx', 'model_quantized.onnx'), 'no model');
    const engine = createOnnxChatEngine({ ...SETTINGS, modelPath, modelId: 'broken' });
    engines.push(engine);
    await expect(engine.endpoint(new AbortController().signal)).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringContaining(told),
    });
  },
  MINUTES,
);
