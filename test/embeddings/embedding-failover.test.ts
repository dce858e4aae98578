import { describe, expect, test } from '@jest/globals';
import { ProviderServerError, ProviderUnreachableError } from '../../src/index.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig, vectorOf } from './embedding-rig.ts';

const DIGEST = 'c'.repeat(64);
const DOCUMENT = { role: 'document', signal: NEVER } as const;

const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `text ${10 + number}`);

function twins() {
  const model = { digest: DIGEST, quantization: 'q8_0', dimensions: 8 };
  const first = embedder('ollama', [{ id: 'all-minilm', ...model }], { priority: 1 });
  const second = embedder('lmstudio', [{ id: 'text-embedding-all-minilm-l6-v2', ...model }], { priority: 2 });
  return { first, second };
}

describe('two servers of one space', () => {
  test('take over from each other in the middle of a job, without a text lost or done twice', async () => {
    const { first, second } = twins();
    const { factory } = embeddingRig({ providers: [first, second] });
    const embeddings = await factory.for('projects', NEVER);
    const texts = numbered(20);
    first.provider.before = ({ texts: batch }) => {
      if (!batch.includes('text 18')) return;
      first.provider.isUp = false;
      throw new ProviderUnreachableError('connection refused');
    };
    await expect(embeddings.embed(texts, DOCUMENT)).resolves.toEqual(texts.map((text) => vectorOf(text, 8)));
    const taken = second.provider.requests.flatMap((request) => request.texts);
    expect(taken).toEqual(texts.slice(8));
    const asked = first.provider.requests.flatMap((request) => request.texts);
    expect(asked).not.toContain('text 22');
  });

  test('decide anew after a failed attempt, and stay where it went', async () => {
    const { first, second } = twins();
    const { factory, router } = embeddingRig({ providers: [first, second] });
    const embeddings = await factory.for('projects', NEVER);
    const chains: string[][] = [];
    router.onDecision(({ chain }) => chains.push(chain.map(({ ref }) => ref)));
    first.provider.before = () => {
      first.provider.isUp = false;
      throw new ProviderUnreachableError('connection refused');
    };
    await embeddings.embed(numbered(20), DOCUMENT);
    expect(chains).toEqual([
      ['ollama:all-minilm', 'lmstudio:text-embedding-all-minilm-l6-v2'],
      ['lmstudio:text-embedding-all-minilm-l6-v2'],
    ]);
  });

  test('are one space, so that either gives the same instance', async () => {
    const { first, second } = twins();
    const { factory } = embeddingRig({ providers: [first, second] });
    const embeddings = await factory.for('projects', NEVER);
    first.provider.report = { state: 'down', latencyMs: 1, detail: 'refused', code: 'E_UNREACHABLE' };
    expect(await factory.for('projects', NEVER)).toBe(embeddings);
  });
});

describe('a server of another space', () => {
  test.each([
    ['other weights', { digest: 'd'.repeat(64), quantization: 'q8_0' }],
    ['another build', { digest: DIGEST, quantization: 'f16' }],
    ['weights nobody tells', { quantization: 'q8_0' }],
  ])('with %s never takes over, although its vectors are as long', async (_what, told) => {
    const { first } = twins();
    const other = embedder('lmstudio', [{ id: 'all-minilm', dimensions: 8, ...told }], { priority: 2 });
    const { factory } = embeddingRig({ providers: [first, other] });
    const embeddings = await factory.for('projects', NEVER);
    first.provider.before = () => {
      throw new ProviderServerError('broken');
    };
    await expect(embeddings.embed(['a'], DOCUMENT)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect(other.provider.requests).toEqual([]);
  });

  test('is not chosen for a purpose that has used another one which still serves', async () => {
    const { first } = twins();
    const other = embedder('lmstudio', [{ id: 'all-minilm', dimensions: 8 }], { priority: 2 });
    const { factory, makeFactory, clock } = embeddingRig({ providers: [first, other] });
    first.provider.report = { state: 'down', latencyMs: 1, detail: 'refused', code: 'E_UNREACHABLE' };
    const used = await factory.for('projects', NEVER);
    expect(used.space.weights).toBe('sentence-transformers/all-MiniLM-L6-v2');
    first.provider.report = undefined;
    clock.advance(60_000);
    const later = await makeFactory().for('projects', NEVER);
    expect(later.space.spaceId).toBe(used.space.spaceId);
    const profile = await makeFactory().for('userProfile', NEVER);
    expect(profile.space.weights).toBe(`sha256:${DIGEST}`);
  });

  test('gives its space only where it is asked for that one', async () => {
    const { first } = twins();
    const other = embedder('lmstudio', [{ id: 'all-minilm', dimensions: 8 }], { priority: 2 });
    const { factory } = embeddingRig({ providers: [first, other] });
    const mine = await factory.for('projects', NEVER);
    const unknown = { ...mine.space, spaceId: 'f0000000-0000-8000-8000-000000000000' };
    await expect(factory.ofSpace(unknown, 'projects', NEVER)).resolves.toBeUndefined();
    expect(await factory.ofSpace(mine.space, 'projects', NEVER)).toBe(mine);
  });
});

test('a job ends with the first failure when nobody can take over, and says whose it was', async () => {
  const { first } = twins();
  const { factory } = embeddingRig({ providers: [first] });
  const embeddings = await factory.for('projects', NEVER);
  first.provider.before = ({ texts }) => {
    if (texts.includes('text 18')) throw new ProviderUnreachableError('ollama: connection refused');
  };
  await expect(embeddings.embed(numbered(40), DOCUMENT)).rejects.toMatchObject({
    code: 'E_UNREACHABLE',
    message: 'ollama: connection refused',
  });
});
