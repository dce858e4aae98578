import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fake-model-server.ts';
import { callServer } from '../support/call-server.ts';
import type { Fault } from './faults/fault-kinds.ts';
import type { DialectId } from './protocol.ts';

type Row = { index: number; embedding: (number | null)[] };
const models = [{ id: 'e', capabilities: ['embedding' as const], dimensions: 8 }];

async function rows(body: Record<string, unknown> = {}): Promise<Row[]> {
  const reply = await callServer(server.url, {
    path: '/v1/embeddings',
    body: { model: 'e', input: ['the cat sat', 'the cat ran', 'money'], ...body },
  });
  expect(reply.status).toBe(200);
  return (JSON.parse(reply.text) as { data: Row[] }).data;
}

const dot = (one: Row | undefined, two: Row | undefined): number =>
  (one?.embedding ?? []).reduce<number>((sum, value, place) => sum + (value ?? 0) * (two?.embedding[place] ?? 0), 0);

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai', models });
});
beforeEach(() => server.reset({ dialect: 'openai', models }));
afterAll(() => server.stop());

describe('vectors of the fake', () => {
  test('are the same at every call, of length one, and near each other for texts that share words', async () => {
    const first = await rows();
    expect(await rows()).toEqual(first);
    expect(dot(first[0], first[0])).toBeCloseTo(1, 6);
    expect(dot(first[0], first[1])).toBeGreaterThan(dot(first[0], first[2]));
  });

  test('can be shortened by the caller and packed in base64', async () => {
    expect((await rows({ dimensions: 4 }))[0]?.embedding).toHaveLength(4);
    const plain = await rows();
    const packed = (await rows({ encoding_format: 'base64' }))[0]?.embedding as unknown as string;
    const unpacked = new Float32Array(Uint8Array.from(Buffer.from(packed, 'base64')).buffer);
    expect([...unpacked].map((value) => value.toFixed(5))).toEqual(
      plain[0]?.embedding.map((value) => value?.toFixed(5)),
    );
  });

  const faults: [Fault, (rows: Row[]) => unknown, unknown][] = [
    [{ kind: 'null-elements' }, (each) => each.flatMap((row) => row.embedding).every((value) => value === null), true],
    [{ kind: 'zero-vectors' }, (each) => each.flatMap((row) => row.embedding).every((value) => value === 0), true],
    [{ kind: 'wrong-dimensions', dimensions: 5 }, (each) => each.map((row) => row.embedding.length), [5, 5, 5]],
    [{ kind: 'quarter-dimensions' }, (each) => each.map((row) => row.embedding.length), [2, 2, 2]],
    [{ kind: 'missing-rows', rows: 2 }, (each) => each.map((row) => row.index), [0]],
    [{ kind: 'shuffled-index' }, (each) => each.map((row) => row.index), [2, 1, 0]],
  ];
  test.each(faults)('play the fault %j', async (fault, look, expected) => {
    await server.script([{ fault }]);
    expect(look(await rows())).toEqual(expected);
  });
});

/** What each server makes of a request for base64, and whether it tells its usage. */
const habits: [DialectId, string, boolean, unknown][] = [
  ['ollama', '/v1/embeddings', true, { prompt_tokens: 1, total_tokens: 1 }],
  ['lmstudio', '/v1/embeddings', false, { prompt_tokens: 0, total_tokens: 0 }],
  ['localai', '/v1/embeddings', true, undefined],
  ['llama-cpp-python', '/v1/embeddings', false, { prompt_tokens: 1, total_tokens: 1 }],
  ['vllm', '/v1/embeddings', true, { prompt_tokens: 1, total_tokens: 1 }],
  ['tei', '/v1/embeddings', true, { prompt_tokens: 1, total_tokens: 1 }],
  ['infinity', '/embeddings', true, { prompt_tokens: 1, total_tokens: 1 }],
];

test.each(habits)('%s at %s packs base64: %s', async (dialect, path, isPacked, usage) => {
  await server.reset({ dialect, models });
  const reply = await callServer(server.url, { path, body: { model: 'e', input: 'word', encoding_format: 'base64' } });
  const body = JSON.parse(reply.text) as { data: { embedding: unknown }[]; usage?: unknown };
  expect(typeof body.data[0]?.embedding).toBe(isPacked ? 'string' : 'object');
  expect(body.usage).toEqual(usage);
});

test('text-embeddings-inference refuses the 33rd input, in its two error shapes, and answers a bare list', async () => {
  await server.reset({ dialect: 'tei', models });
  const many = Array.from({ length: 33 }, (_, place) => `text ${place}`);
  const message = 'batch size 33 > maximum allowed batch size 32';
  const openAi = await callServer(server.url, { path: '/v1/embeddings', body: { input: many } });
  expect([openAi.status, JSON.parse(openAi.text)]).toEqual([422, { message, code: 422, type: 'Validation' }]);
  const native = await callServer(server.url, { path: '/embed', body: { inputs: many } });
  expect([native.status, JSON.parse(native.text)]).toEqual([422, { error: message, error_type: 'Validation' }]);
  const good = await callServer(server.url, { path: '/embed', body: { inputs: 'one' } });
  expect((JSON.parse(good.text) as number[][])[0]).toHaveLength(8);
});
