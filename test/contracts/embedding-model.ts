import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  LOCAL_PRINCIPAL,
  type CallLimits,
  type CloudPermit,
  type EmbedderFacts,
  type EmbeddingCall,
  type EmbeddingModel,
  type Provider,
} from 'wooster';
import type { Rule } from '../fakes/model-server/protocol.ts';
import { describeEmbeddingFaults } from './embedding-model-faults.ts';

/** A provider that is ready to embed, with the server behind it. */
export interface EmbeddingSubject {
  readonly provider: Provider;
  readonly model: string;
  readonly permit?: CloudPermit;
  /** Scripts the fake server; a real server has none, and the tests that need a script are left out. */
  readonly script?: (rules: Rule[]) => Promise<void>;
  readonly requests?: () => Promise<readonly { path: string; body: unknown }[]>;
  /** Closes the port of the server at once, and opens it again. */
  readonly refuse?: () => Promise<void>;
  readonly listen?: () => Promise<void>;
  stop(): Promise<void>;
}

/** One implementation to be held to the contract. */
export interface EmbeddingModelCase {
  readonly name: string;
  /** What is known of the model that is asked, its length among it. */
  readonly embedder: EmbedderFacts & { readonly dimensions: number; readonly maxTokens: number };
  /** Path of the route of embeddings, for scripts. */
  readonly path: string;
  readonly isScripted: boolean;
  /** The server marks each vector with its place, so that another order can be seen. */
  readonly hasIndex: boolean;
  readonly countsTokens: 'exact' | 'upper-bound' | 'estimate';
  start(): Promise<EmbeddingSubject>;
}

/** Limits that no healthy server reaches, unless a test names smaller ones. */
const LIMITS: CallLimits = { connectMs: 2000, loadMs: 60_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 120_000 };

/** Cosine of two vectors. */
function cosine(left: Float32Array, right: Float32Array): number {
  let dot = 0;
  for (const [place, value] of left.entries()) dot += value * right[place]!;
  return dot / (Math.hypot(...left) * Math.hypot(...right));
}

/** Opens the model of a case, with changes to its call. */
export function openModel(
  subject: EmbeddingSubject,
  embedder: EmbedderFacts,
  changes: Partial<EmbeddingCall> & { limits?: CallLimits } = {},
): Promise<EmbeddingModel> {
  return subject.provider.embeddings!(subject.model, {
    parameters: {},
    limits: LIMITS,
    principal: LOCAL_PRINCIPAL,
    attemptId: 'contract',
    signal: new AbortController().signal,
    permit: subject.permit,
    embedder,
    ...changes,
  });
}

/** The texts of a recorded request, whatever the wire calls them. */
function textsOf(body: unknown): readonly string[] {
  const { input, inputs, requests } = body as {
    input?: string[];
    inputs?: string[];
    requests?: { content: { parts: { text: string }[] } }[];
  };
  return input ?? inputs ?? requests?.map(({ content }) => content.parts[0]!.text) ?? [];
}

const never = new AbortController().signal;
const TEXTS = ['the cat sat on the mat', 'the cat sat on the mat again', 'quarterly tax report of the company'];

/** The contract of an embedding model: what the embeddings factory, the stores and the ingestion rely on. */
export function describeEmbeddingModel(each: EmbeddingModelCase): void {
  describe(`the embedding model ${each.name}`, () => {
    let subject: EmbeddingSubject;
    beforeAll(async () => {
      subject = await each.start();
    }, 120_000);
    afterEach(() => subject.script?.([]));
    afterAll(() => subject.stop());

    const { embedder } = each;
    const open = (changes: Partial<EmbeddingCall> = {}, facts: EmbedderFacts = embedder): Promise<EmbeddingModel> =>
      openModel(subject, facts, changes);
    const scripted = each.isScripted ? test : test.skip;

    test('gives one vector a text, in order, each finite and of the length of its space', async () => {
      const model = await open();
      expect(model.space.dimensions).toBe(embedder.dimensions);
      const { spaceId, vectors } = await model.embed(TEXTS, 'document', never);
      expect(spaceId).toBe(model.space.spaceId);
      expect(vectors.map(({ length }) => length)).toEqual(TEXTS.map(() => embedder.dimensions));
      expect(vectors.every((vector) => vector.every(Number.isFinite))).toBe(true);
      for (const [place, text] of TEXTS.entries()) {
        const alone = await model.embed([text], 'document', never);
        expect(cosine(alone.vectors[0]!, vectors[place]!)).toBeGreaterThan(0.999);
      }
      expect(cosine(vectors[0]!, vectors[1]!)).toBeGreaterThan(cosine(vectors[0]!, vectors[2]!));
    });

    test('gives vectors of length one where the space says so', async () => {
      const { vectors } = await (await open({}, { ...embedder, isNormalized: true })).embed(TEXTS, 'query', never);
      for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 2);
    });

    scripted('puts the prefix of the role before each text once, and no other', async () => {
      const model = await open({}, { ...embedder, queryPrefix: 'ask: ', documentPrefix: 'tell: ' });
      for (const [role, prefix] of [
        ['query', 'ask: '],
        ['document', 'tell: '],
      ] as const) {
        await model.embed(['one', 'two'], role, never);
        const body = (await subject.requests!()).findLast(({ path }) => path === each.path)?.body;
        expect(textsOf(body)).toEqual([`${prefix}one`, `${prefix}two`]);
      }
    });

    test('makes another space of other prefixes, and the same of the same facts', async () => {
      const one = await open();
      const other = await open({}, { ...embedder, queryPrefix: `other ${embedder.queryPrefix}` });
      expect(other.space.spaceId).not.toBe(one.space.spaceId);
      expect((await open()).space).toEqual(one.space);
    });

    test('asks nobody for no texts, and refuses more texts than one request takes', async () => {
      const model = await open();
      const before = (await subject.requests?.())?.length;
      expect((await model.embed([], 'document', never)).vectors).toEqual([]);
      const many = Array.from({ length: model.limits.inputs + 1 }, (_, place) => `text ${place}`);
      await expect(model.embed(many, 'document', never)).rejects.toMatchObject({ code: 'E_REJECTED' });
      expect((await subject.requests?.())?.length).toBe(before);
    });

    test('takes as many texts as it says at once', async () => {
      const model = await open();
      const count = Math.min(model.limits.inputs, 128);
      const many = Array.from({ length: count }, (_, place) => `text ${place}`);
      expect((await model.embed(many, 'document', never)).vectors).toHaveLength(count);
    });

    test('says of a text that is too long how long it may be and is, instead of reading a part of it', async () => {
      const model = await open();
      const text = 'word '.repeat(model.limits.tokensPerInput * 3);
      const error = await model.embed(['short', text], 'document', never).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'E_CONTEXT', message: expect.stringMatching(/split it/) });
      const { limitTokens, actualTokens } = error as { limitTokens: number; actualTokens: number };
      expect(limitTokens).toBeGreaterThan(0);
      expect(actualTokens).toBeGreaterThan(limitTokens);
    });

    test('counts the tokens of documents, as exactly as it says', async () => {
      const model = await open();
      const { counts, precision } = await model.countTokens(['one', 'one two three four five six'], never);
      expect(precision).toBe(each.countsTokens);
      expect(counts).toHaveLength(2);
      expect(counts[0]).toBeGreaterThan(0);
      expect(counts[1]).toBeGreaterThan(counts[0]!);
      const prefixed = await open({}, { ...embedder, documentPrefix: 'a long prefix of seven words: ' });
      expect((await prefixed.countTokens(['one'], never)).counts[0]).toBeGreaterThan(counts[0]!);
      expect((await model.countTokens([], never)).counts).toEqual([]);
    });

    test('learns the length of its vectors from one short text when nobody has told it', async () => {
      const model = await open({}, { ...embedder, dimensions: undefined });
      expect(model.space.dimensions).toBe(embedder.dimensions);
    });

    test('gives shorter vectors of length one where the model was trained for them', async () => {
      const dimensions = embedder.dimensions / 2;
      const facts = { ...embedder, shorterDimensions: [dimensions] };
      const [whole, shorter] = [await open(), await open({ dimensions }, facts)];
      const [full] = (await whole.embed(['one two three'], 'document', never)).vectors;
      const [cut] = (await shorter.embed(['one two three'], 'document', never)).vectors;
      expect(cut).toHaveLength(dimensions);
      expect(Math.hypot(...cut!)).toBeCloseTo(1, 2);
      expect(cosine(cut!, full!.slice(0, dimensions))).toBeGreaterThan(0.999);
      expect(shorter.space.spaceId).not.toBe(whole.space.spaceId);
    });

    test('says both lengths when the vectors are not as long as they are said to be', async () => {
      const wrong = embedder.dimensions + 1;
      const model = await open({ dimensions: wrong }, { ...embedder, dimensions: undefined });
      await expect(model.embed(['one'], 'document', never)).rejects.toMatchObject({
        code: 'E_MALFORMED',
        message: expect.stringMatching(new RegExp(`\\b${embedder.dimensions}\\b.*\\b${wrong}\\b`)),
      });
    });

    if (each.isScripted) describeEmbeddingFaults(each, () => subject);
  });
}
