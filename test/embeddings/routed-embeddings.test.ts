import { describe, expect, jest, test } from '@jest/globals';
import { ContextTooLongError, MalformedReplyError, ProviderRejectedError } from '../../src/index.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { vectorOf } from './embedding-rig.ts';
import { DOCUMENT, numbered, oneServer, open } from './open-embeddings.ts';

describe('embedding many texts', () => {
  test('keeps their order over batches of the size that the target takes', async () => {
    const { embeddings, requests } = await open();
    const texts = numbered(10);
    const vectors = await embeddings.embed(texts, DOCUMENT);
    expect(vectors).toEqual(texts.map((text) => vectorOf(text, 8)));
    expect(requests.map((request) => request.texts.length)).toEqual([4, 4, 2]);
  });

  test('keeps the tokens of a request within the limit, by a bound that no text exceeds', async () => {
    const server = oneServer();
    server.provider.limits = { inputs: 100, tokensPerInput: 64, tokensPerRequest: 100 };
    const { embeddings, requests } = await open(server);
    const long = 'word '.repeat(40);
    await embeddings.embed([long, 'a', `${long}!`, 'b'], DOCUMENT);
    expect(requests.map((request) => request.texts)).toEqual([[long], [`${long}!`, 'a', 'b']]);
  });

  test('asks a target that takes less in smaller requests', async () => {
    const { embeddings, requests, provider } = await open();
    provider.limits = { inputs: 2, tokensPerInput: 256, tokensPerRequest: 4096 };
    await embeddings.embed(numbered(4), DOCUMENT);
    expect(requests.map((request) => request.texts.length)).toEqual([2, 2]);
  });

  test('embeds a text that comes twice once, and gives each its own vector', async () => {
    const { embeddings, requests } = await open();
    const [first, second] = await embeddings.embed(['same', 'same'], DOCUMENT);
    expect(requests.flatMap(({ texts }) => texts)).toEqual(['same']);
    first!.fill(0);
    expect(second).toEqual(vectorOf('same', 8));
  });

  test('tells how far it is, and is done when all came from memory', async () => {
    const { embeddings } = await open();
    const onProgress = jest.fn();
    await embeddings.embed(['a', 'a', ...numbered(5)], { ...DOCUMENT, onProgress });
    expect(onProgress.mock.calls).toEqual([
      [4, 7],
      [7, 7],
    ]);
    await embeddings.embed(['a'], { ...DOCUMENT, onProgress });
    expect(onProgress).toHaveBeenLastCalledWith(1, 1);
  });

  test('asks nobody for no texts', async () => {
    const { embeddings, requests } = await open();
    await expect(embeddings.embed([], DOCUMENT)).resolves.toEqual([]);
    await expect(embeddings.countTokens([], NEVER)).resolves.toEqual({ counts: [], precision: 'exact' });
    expect(requests).toEqual([]);
  });
});

describe('the memory of vectors', () => {
  test('serves the same text again, by role, unharmed by what a caller does with a vector', async () => {
    const { embeddings, requests } = await open();
    const [vector] = await embeddings.embed(['kept'], DOCUMENT);
    vector!.fill(7);
    const [again] = await embeddings.embed(['kept'], DOCUMENT);
    expect(again).toEqual(vectorOf('kept', 8));
    await embeddings.embedQuery('kept');
    expect(requests.map(({ role }) => role)).toEqual(['document', 'query']);
  });

  test('forgets a text in both roles', async () => {
    const { embeddings, requests } = await open();
    await embeddings.embedDocuments(['secret']);
    await embeddings.embedQuery('secret');
    embeddings.forget(['secret']);
    await embeddings.embedDocuments(['secret']);
    await embeddings.embedQuery('secret');
    expect(requests).toHaveLength(4);
  });

  test('keeps what was done before a failure', async () => {
    const { embeddings, requests, provider } = await open();
    provider.before = ({ texts }) => {
      if (texts.includes('text 9')) throw new ContextTooLongError('too long');
    };
    await expect(embeddings.embed(numbered(10), DOCUMENT)).rejects.toMatchObject({ code: 'E_CONTEXT' });
    provider.before = () => undefined;
    requests.splice(0);
    await embeddings.embed(numbered(10), DOCUMENT);
    expect(requests.flatMap(({ texts }) => texts)).toEqual(['text 9']);
  });
});

describe('a batch that is refused', () => {
  test('is halved until it is taken', async () => {
    const { embeddings, requests, provider } = await open();
    provider.before = ({ texts }) => {
      if (texts.length > 1) throw new ProviderRejectedError('batch too large');
    };
    const texts = numbered(4);
    await expect(embeddings.embed(texts, DOCUMENT)).resolves.toEqual(texts.map((text) => vectorOf(text, 8)));
    expect(requests.map((request) => request.texts.length)).toEqual([4, 2, 1, 1, 2, 1, 1]);
  });

  test('for one bad vector names that text by its place and never shows it', async () => {
    const { embeddings, provider } = await open();
    provider.answer = (vectors) =>
      vectors.map((vector) => (vector[1] === 'x'.codePointAt(0) ? vector.fill(NaN) : vector));
    const failure = await embeddings.embed(['a', 'b', 'xyz', 'd'], DOCUMENT).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MalformedReplyError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^text 3 of 4 \(3 characters\): .*finite numbers/),
    });
    expect(String(failure)).not.toContain('xyz');
  });

  test('for one text that is too long says which and both figures', async () => {
    const { embeddings, provider } = await open();
    provider.before = ({ texts }) => {
      if (texts.includes('long'))
        throw new ContextTooLongError('does not fit', { limitTokens: 256, actualTokens: 300 });
    };
    await expect(embeddings.embed(['a', 'long'], DOCUMENT)).rejects.toMatchObject({
      code: 'E_CONTEXT',
      limitTokens: 256,
      actualTokens: 300,
      message: expect.stringContaining('text 2 of 2'),
    });
  });
});

describe('a reply that is not of the space', () => {
  test('is a mismatch that names both spaces, and nothing of it is kept', async () => {
    const { embeddings, provider } = await open();
    provider.spaceIdOverride = 'another-space';
    await expect(embeddings.embedQuery('a')).rejects.toMatchObject({
      code: 'E_STORE_MISMATCH',
      message: expect.stringContaining(
        `of space another-space with 8 numbers, wanted ${embeddings.space.spaceId} with 8`,
      ),
    });
    provider.spaceIdOverride = undefined;
    await expect(embeddings.embedQuery('a')).resolves.toHaveLength(8);
  });

  test.each([
    ['a wrong length', () => [new Float32Array(9).fill(1)], 'has 9 numbers instead of 8'],
    ['a wrong count', () => [], '0 vectors for 1 texts'],
    ['zeros', () => [new Float32Array(8)], 'all zeros'],
    ['an infinite number', () => [new Float32Array(8).fill(Infinity)], 'finite numbers'],
  ])('is malformed for %s', async (_what, answer, told) => {
    const { embeddings, provider } = await open();
    provider.answer = answer;
    await expect(embeddings.embedQuery('a')).rejects.toMatchObject({
      code: 'E_MALFORMED',
      message: expect.stringContaining(told),
    });
  });
});

describe('an abort', () => {
  test('ends the call at once, also where the provider does not listen', async () => {
    const { embeddings, provider } = await open();
    provider.before = () => new Promise(() => undefined);
    const controller = new AbortController();
    const call = embeddings.embed(numbered(20), { role: 'document', signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(call).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(provider.requests).toHaveLength(1);
  });

  test('before the call sends nothing', async () => {
    const { embeddings, requests } = await open();
    const call = embeddings.embed(['a'], { role: 'query', signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(requests).toEqual([]);
  });
});
