import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_PRINCIPAL, type EmbedderFacts, type EmbeddingCall, type EmbeddingModel } from 'wooster';
import { OPENAI_EMBEDDERS } from '../../../plugins/cloud-models/common/cloud-catalogue.ts';
import { openai } from '../../../plugins/cloud-models/clouds.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';

const permits = createPermitOffice();
const permit = permits.issue({ providerId: 'openai', decisionId: 'd1', grantedBy: 'a test' });
const signal = new AbortController().signal;
const undo: (() => Promise<void>)[] = [];
let server: FakeModelServer;

beforeAll(async () => {
  const models = OPENAI_EMBEDDERS.map(({ id, dimensions }) => ({
    id,
    dimensions,
    capabilities: ['embedding' as const],
  }));
  server = await startFakeModelServer({ dialect: 'openai', models, key: 'sk-right' });
}, 30_000);
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
  await server.script([]);
  await server.forget();
});
afterAll(() => server.stop());

function factsOf(id: string): EmbedderFacts {
  const { shorterDimensions = [], ...entry } = OPENAI_EMBEDDERS.find((each) => each.id === id)!;
  return { ...entry, name: id, quantization: 'unknown', shorterDimensions };
}

function open(
  id: string,
  changes: Partial<EmbeddingCall> = {},
  key: string | null = 'sk-right',
): Promise<EmbeddingModel> {
  const { provider, dispose } = makeProvider(openai, {
    baseUrl: server.url,
    key: key ?? undefined,
    needsPermit: true,
    permits,
  });
  undo.push(dispose);
  const limits = { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };
  const call = { parameters: {}, limits, principal: LOCAL_PRINCIPAL, attemptId: 'a', signal, permit };
  return provider.embeddings!(id, { ...call, embedder: factsOf(id), ...changes });
}

async function lastBody(): Promise<unknown> {
  return (await server.requests()).at(-1)?.body;
}

describe('embeddings of OpenAI', () => {
  test('asks for floats and leaves every text as it is', async () => {
    const model = await open('text-embedding-3-small');
    const { vectors, inputTokens } = await model.embed(['one\ntwo', 'three'], 'document', signal);
    expect(vectors.map(({ length }) => length)).toEqual([1536, 1536]);
    expect(inputTokens).toBe(3);
    expect(await lastBody()).toEqual({
      model: 'text-embedding-3-small',
      input: ['one\ntwo', 'three'],
      encoding_format: 'float',
    });
  });

  test('asks for a length only where it is another, and never of the second generation', async () => {
    await (await open('text-embedding-3-large', { dimensions: 256 })).embed(['a'], 'query', signal);
    expect(await lastBody()).toMatchObject({ dimensions: 256 });
    await (await open('text-embedding-3-large', { dimensions: 3072 })).embed(['a'], 'query', signal);
    expect(await lastBody()).not.toHaveProperty('dimensions');
    const old = await open('text-embedding-ada-002', { dimensions: 256 });
    await expect(old.embed(['a'], 'query', signal)).rejects.toMatchObject({
      code: 'E_MALFORMED',
      message: expect.stringMatching(/1536 numbers instead of 256/),
    });
    expect(await lastBody()).not.toHaveProperty('dimensions');
  });

  test('sends nothing without a permit, and says when the key is missing or wrong', async () => {
    for (const forged of [undefined, { ...permit }]) {
      const model = await open('text-embedding-3-small', { permit: forged });
      await expect(model.embed(['a'], 'query', signal)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    }
    expect(await server.requests()).toEqual([]);
    await expect(open('text-embedding-3-small', {}, null)).rejects.toMatchObject({ code: 'E_PROVIDER_AUTH' });
    const wrong = await open('text-embedding-3-small', {}, 'sk-wrong');
    await expect(wrong.embed(['a'], 'query', signal)).rejects.toMatchObject({
      code: 'E_PROVIDER_AUTH',
      message: expect.not.stringContaining('sk-wrong'),
    });
  });

  test('asks once, whatever the failure', async () => {
    const model = await open('text-embedding-3-small');
    for (const status of [429, 500, 503]) {
      await server.script([{ fault: { kind: 'status', status } }]);
      await server.forget();
      await expect(model.embed(['a'], 'query', signal)).rejects.toMatchObject({ code: expect.stringMatching(/^E_/) });
      expect(await server.requests()).toHaveLength(1);
    }
  });

  test('has the limits of OpenAI', async () => {
    const { limits } = await open('text-embedding-3-small');
    expect(limits).toEqual({ inputs: 2048, tokensPerInput: 8191, tokensPerRequest: 300_000 });
  });
});
