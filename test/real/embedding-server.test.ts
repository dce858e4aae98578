import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cosine } from './embedded-embedder.ts';
import {
  MINILM,
  MINILM_FP32,
  minilmFolder,
  prepareEmbeddingServer,
  startEmbeddingServer,
} from './servers/embedding-server.ts';
import { ask, errorOf, vectorsOf, type VectorBody, type WireReply } from './servers/embedding-wire.ts';
import type { RunningServer } from './servers/running-server.ts';

const LIMIT_MS = 120_000;
const PREPARE_LIMIT_MS = 400_000;
const LONG_TEXT = Array.from({ length: 300 }, (_, index) => `boat ${index % 7}`).join(' ');

let folder: string;
let server: RunningServer;

/** Besides the real models, one with prompts that may be cut, one that does not say how it pools, and an empty one. */
async function makeModels(): Promise<string> {
  const models = await mkdtemp(join(tmpdir(), 'embedding-models-'));
  const source = join(minilmFolder(), MINILM_FP32);
  for (const name of [MINILM, MINILM_FP32]) await symlink(join(minilmFolder(), name), join(models, name));
  const asking = join(models, 'house', 'asking');
  await mkdir(join(asking, 'onnx'), { recursive: true });
  await cp(join(source, '1_Pooling'), join(asking, '1_Pooling'), { recursive: true });
  for (const name of ['tokenizer.json', 'modules.json', 'sentence_bert_config.json', 'onnx/model.onnx']) {
    await symlink(join(source, name), join(asking, name));
  }
  await writeFile(join(asking, 'config.json'), '{"hidden_size": 384, "matryoshka_dimensions": [128]}');
  const prompts = { prompts: { query: 'question: ', document: 'text: ' } };
  await writeFile(join(asking, 'config_sentence_transformers.json'), JSON.stringify(prompts));
  const silent = join(models, 'silent');
  await mkdir(silent);
  await symlink(join(source, 'tokenizer.json'), join(silent, 'tokenizer.json'));
  await symlink(join(source, 'onnx/model.onnx'), join(silent, 'model.onnx'));
  await writeFile(join(silent, 'config.json'), '{"hidden_size": 384, "max_position_embeddings": 512}');
  const empty = join(models, 'weightless');
  await mkdir(empty);
  await symlink(join(source, 'tokenizer.json'), join(empty, 'tokenizer.json'));
  return models;
}

beforeAll(async () => {
  await prepareEmbeddingServer();
  folder = await makeModels();
  server = await startEmbeddingServer({ modelsFolder: folder });
}, PREPARE_LIMIT_MS);

afterAll(async () => {
  await server?.kill();
  await rm(folder, { recursive: true, force: true });
}, LIMIT_MS);

function expectRefusal(reply: WireReply, expected: { status: number; code: string; message: RegExp }): void {
  const error = errorOf(reply);
  expect([reply.status, error.code, error.type]).toEqual([expected.status, expected.code, 'invalid_request_error']);
  expect(error.message).toMatch(expected.message);
  expect(error.message).not.toContain('\n');
}

const embeddings = (): string => `${server.url}/v1/embeddings`;

describe('the embedding server', () => {
  test('tells its health, and of its models all that makes their spaces', async () => {
    const health = await ask(`${server.url}/health`);
    expect(health).toMatchObject({ status: 200, body: { status: 'ok', server: 'wooster-embedding-server' } });
    const { body } = await ask(`${server.url}/v1/models`);
    const models = body.data as { id: string; owned_by: string; meta: object }[];
    expect(models.map(({ id }) => id)).toEqual([MINILM, MINILM_FP32, 'house/asking', 'silent']);
    expect(models[0]).toMatchObject({
      owned_by: 'wooster',
      meta: {
        name: 'sentence-transformers/all-MiniLM-L6-v2',
        dimensions: 384,
        max_tokens: 256,
        pooling: 'mean',
        normalized: true,
        query_prefix: '',
        document_prefix: '',
        shorter_dimensions: [],
        quantization: 'int8',
        sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
        size: 22_928_619,
      },
    });
    expect(models[1]!.meta).toMatchObject({ quantization: 'fp32', pooling: 'mean', max_tokens: 256 });
    expect(models[2]!.meta).toMatchObject({
      query_prefix: 'question: ',
      document_prefix: 'text: ',
      shorter_dimensions: [128],
    });
    expect(body.unusable).toEqual([{ id: 'weightless', reason: expect.stringMatching(/has no onnx file/) }]);
    expect((await ask(`${server.url}/v1/models/sentence-transformers/all-MiniLM-L6-v2`)).body.id).toBe(MINILM);
  });

  test('knows a model by its folder and by its publisher, and answers with its own name for it', async () => {
    const names = [MINILM, 'sentence-transformers/all-MiniLM-L6-v2', 'all-MiniLM-L6-v2', 'ALL-MINILM-L6-V2'];
    for (const model of names) {
      const { status, body } = await ask(embeddings(), { model, input: 'a small boat' });
      expect([model, status, body.model]).toEqual([model, 200, MINILM]);
    }
  });

  test('keeps the order of texts of any length, each with the vector that it has alone', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${'river '.repeat((index * 7) % 50)}mill ${index}`);
    const together = await vectorsOf(server.url, { model: MINILM, input: texts });
    expect(together).toHaveLength(40);
    for (const index of [0, 7, 8, 21, 39]) {
      const [alone] = await vectorsOf(server.url, { model: MINILM, input: texts[index]! });
      expect(cosine(alone!, together[index]!)).toBeGreaterThan(0.999_99);
    }
    expect(cosine(together[1]!, together[7]!)).toBeLessThan(0.999);
  });

  test('writes floats and base64 of the same numbers, of length one unless told otherwise', async () => {
    const request = { model: MINILM, input: ['a small boat', 'two'] };
    const [floats] = await vectorsOf(server.url, { ...request, encoding_format: 'float' });
    const [bytes] = await vectorsOf(server.url, { ...request, encoding_format: 'base64' });
    expect(bytes).toEqual(floats);
    expect(Math.hypot(...floats!)).toBeCloseTo(1, 5);
    const [raw] = await vectorsOf(server.url, { ...request, normalize: false });
    expect(Math.hypot(...raw!)).toBeGreaterThan(1.5);
    expect(cosine(raw!, floats!)).toBeCloseTo(1, 5);
  });

  test('cuts vectors of models that were trained for it, and makes them of length one again', async () => {
    const request = { model: 'house/asking', input: 'a small boat' };
    const [whole] = await vectorsOf(server.url, request);
    const [cut] = await vectorsOf(server.url, { ...request, dimensions: 128 });
    expect(cut).toHaveLength(128);
    expect(Math.hypot(...cut!)).toBeCloseTo(1, 5);
    expect(cosine(cut!, whole!.slice(0, 128))).toBeCloseTo(1, 5);
    const other = await ask(embeddings(), { ...request, dimensions: 100 });
    expect(errorOf(other)).toMatchObject({ code: 'unsupported_dimensions', param: 'dimensions' });
    expect(errorOf(other).message).toBe('house/asking makes 384 dimensions, and can be cut to 128, not to 100');
    const untrained = await ask(embeddings(), { model: MINILM, input: 'a', dimensions: 128 });
    expect(untrained.status).toBe(400);
    expect(errorOf(untrained).message).toMatch(/makes 384 dimensions and was not trained to be cut/);
    expect((await ask(embeddings(), { model: MINILM, input: 'a', dimensions: 384 })).status).toBe(200);
  });

  test("puts the model's own prompt before a text only when told what it is", async () => {
    const model = 'house/asking';
    const [query] = await vectorsOf(server.url, { model, input: 'boats', input_type: 'query' });
    const [document] = await vectorsOf(server.url, { model, input: 'boats', input_type: 'document' });
    const [asked, told, plain] = await vectorsOf(server.url, {
      model,
      input: ['question: boats', 'text: boats', 'boats'],
    });
    expect(cosine(query!, asked!)).toBeGreaterThan(0.999_99);
    expect(cosine(document!, told!)).toBeGreaterThan(0.999_99);
    expect(cosine(query!, plain!)).toBeLessThan(0.999);
  });

  test('counts the tokens it reads, by a route of their own and in each answer', async () => {
    const input = ['a small boat', 'tokenisation of naïve words'];
    const counted = await ask(`${server.url}/tokenize`, { model: MINILM, input });
    expect(counted.body).toEqual({ counts: [5, 7], model: MINILM });
    const { usage } = (await ask(embeddings(), { model: MINILM, input })).body as unknown as VectorBody;
    expect(usage).toEqual({ prompt_tokens: 12, total_tokens: 12 });
    const prompted = { model: 'house/asking', input: 'a small boat', input_type: 'query' };
    expect((await ask(`${server.url}/tokenize`, prompted)).body.counts).toEqual([7]);
    const ids = await ask(`${server.url}/tokenize`, { model: MINILM, content: 'a small boat' });
    expect(ids.body).toEqual({ tokens: [1037, 2235, 4049] });
    const whole = await ask(`${server.url}/tokenize`, { model: MINILM, content: 'a small boat', add_special: true });
    expect(whole.body).toEqual({ tokens: [101, 1037, 2235, 4049, 102] });
  });

  test('refuses a text that is too long with both figures, and reads its beginning when asked to', async () => {
    const refused = await ask(embeddings(), { model: MINILM, input: ['short', LONG_TEXT] });
    expect(refused.status).toBe(400);
    expect(errorOf(refused)).toMatchObject({ code: 'context_length_exceeded', param: 'input' });
    expect(errorOf(refused).message).toMatch(/"input"\[1\] has 602 tokens, all-minilm-l6-v2 reads 256/);
    const body = { model: MINILM, input: LONG_TEXT, truncate: true };
    const { usage } = (await ask(embeddings(), body)).body as unknown as VectorBody;
    expect(usage.prompt_tokens).toBe(256);
    const [cut] = await vectorsOf(server.url, body);
    const beginning = LONG_TEXT.split(' ').slice(0, 254).join(' ');
    const [same] = await vectorsOf(server.url, { model: MINILM, input: beginning });
    expect(cosine(cut!, same!)).toBeGreaterThan(0.999_99);
  });

  test.each([
    { what: 'what is no JSON', body: '{"input": ', code: 'invalid_json', message: /not JSON/ },
    { what: 'a body that is no object', body: [], code: 'invalid_value', message: /JSON object/ },
    { what: 'a missing text', fields: {}, code: 'invalid_value', message: /"input" is missing/ },
    { what: 'an empty list', fields: { input: [] }, code: 'invalid_value', message: /at least one text/ },
    { what: 'an empty text', fields: { input: ['a', ''] }, code: 'invalid_value', message: /"input"\[1\] is empty/ },
    { what: 'a number', fields: { input: [7] }, code: 'invalid_value', message: /"input"\[0\] must be a text/ },
    { what: 'tokens', fields: { input: [[1, 2]] }, code: 'invalid_value', message: /arrays of tokens are not read/ },
    { what: 'half a character', fields: { input: '\ud800' }, code: 'invalid_value', message: /surrogate/ },
    {
      what: 'too many texts',
      fields: { input: Array(257).fill('a') },
      code: 'too_many_inputs',
      message: /257 texts, 256/,
    },
    { what: 'an encoding', fields: { encoding_format: 'hex' }, code: 'invalid_value', message: /float or base64/ },
    { what: 'a type of text', fields: { input_type: 'code' }, code: 'invalid_value', message: /query or document/ },
    { what: 'a word for a switch', fields: { normalize: 'yes' }, code: 'invalid_value', message: /true or false/ },
    { what: 'no dimensions', fields: { dimensions: 0 }, code: 'invalid_value', message: /above 0/ },
    { what: 'a model of no name', fields: { model: 7 }, code: 'invalid_value', message: /name of a model/ },
    { what: 'no model of several', body: { input: 'a' }, code: 'model_required', message: /GET \/v1\/models/ },
    { what: 'a model without pooling', fields: { model: 'silent' }, code: 'model_unusable', message: /how it pools/ },
    { what: 'one without weights', fields: { model: 'weightless' }, code: 'model_unusable', message: /no onnx file/ },
  ])('refuses $what', async ({ what, fields, body, code, message }) => {
    const model = { model: MINILM, ...(what === 'a missing text' ? {} : { input: 'a' }) };
    expectRefusal(await ask(embeddings(), body ?? { ...model, ...fields }), { status: 400, code, message });
  });

  test('refuses an unknown model as not found, and a body that is too large as that', async () => {
    for (const model of ['BAAI/bge-m3', '../../etc', '/etc']) {
      const reply = await ask(embeddings(), { model, input: 'a' });
      expectRefusal(reply, { status: 404, code: 'model_not_found', message: /is not in .* was not fetched$/ });
    }
    const large = await ask(embeddings(), { model: MINILM, input: 'a '.repeat(5_000_000) });
    expectRefusal(large, { status: 413, code: 'body_too_large', message: /larger than 8388608 bytes/ });
  });

  test('refuses unknown paths and methods in the same form', async () => {
    const path = await ask(`${server.url}/v1/chat/completions`, { messages: [] });
    expect([path.status, errorOf(path).code]).toEqual([404, 'unknown_path']);
    const method = await ask(`${server.url}/v1/embeddings`, undefined, { method: 'DELETE' });
    expect([method.status, errorOf(method).code]).toEqual([405, 'method_not_allowed']);
    expect(method.headers.get('allow')).toBe('POST');
  });
});
