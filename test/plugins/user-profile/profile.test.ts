import { describe, expect, test } from '@jest/globals';
import { Profile } from '../../../plugins/user-profile/profile.ts';
import { StoreError } from '../../../src/contracts/errors/resource-errors.ts';
import { ProviderUnreachableError } from '../../../src/contracts/errors/provider-errors.ts';
import { LOCAL_PRINCIPAL } from '../../../src/contracts/plugins/principal.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { KnowledgeStoresDouble } from '../../doubles/knowledge-store-double.ts';

const { signal } = new AbortController();
const ME = LOCAL_PRINCIPAL;

function setUp(embeddings = new EmbeddingsDouble()) {
  const stores = new KnowledgeStoresDouble(embeddings);
  let now = 1000;
  const clock = { now: () => (now += 1), monotonic: () => now };
  const profile = new Profile(() => stores, clock);
  const remember = (text: string) => profile.remember(text, ME, signal);
  return { profile, stores, embeddings, remember };
}

describe('a profile', () => {
  test('remembers a fact once, whatever its blanks', async () => {
    const { profile, remember } = setUp();
    const first = await remember('  I prefer\n metric units ');
    expect(first).toMatchObject({ fact: { text: 'I prefer metric units' }, isNew: true });
    expect(first.fact.id).toMatch(/^[0-9a-f]{8}$/);
    expect(await remember('I prefer metric units')).toMatchObject({ fact: { id: first.fact.id }, isNew: false });
    expect(await profile.count(ME, signal)).toBe(1);
  });

  test('opens nothing before there is something to remember', async () => {
    const { profile, stores } = setUp();
    expect(await profile.count(ME, signal)).toBe(0);
    expect(await profile.recall({ question: 'units', k: 5 }, ME, signal)).toEqual({ facts: [], notices: [] });
    expect(stores.opened.size).toBe(0);
  });

  test('recalls what is near a question, and everything newest first without one', async () => {
    const { profile, remember } = setUp();
    await remember('I prefer metric units');
    await remember('My cat is called Minka');
    const near = await profile.recall({ question: 'which cat', k: 1 }, ME, signal);
    expect(near.facts.map(({ text }) => text)).toEqual(['My cat is called Minka']);
    const all = await profile.recall({ question: '', k: 10 }, ME, signal);
    expect(all.facts.map(({ text }) => text)).toEqual(['My cat is called Minka', 'I prefer metric units']);
  });

  test('forgets by id and by words, and empties the cache of the text', async () => {
    const { profile, remember, embeddings } = setUp();
    const { fact } = await remember('I prefer metric units');
    await remember('My cat is called Minka');
    expect(embeddings.embedded).toContain('I prefer metric units');
    expect(await profile.forget(fact.id, ME, signal)).toHaveLength(1);
    expect(embeddings.embedded).toEqual(['My cat is called Minka']);
    expect(await profile.forget('CAT minka', ME, signal)).toMatchObject([{ text: 'My cat is called Minka' }]);
    expect(await profile.count(ME, signal)).toBe(0);
  });

  test('does not guess which of several facts is meant', async () => {
    const { profile, remember } = setUp();
    const cat = await remember('My cat is called Minka');
    await remember('My cat is twelve');
    await expect(profile.forget('my cat', ME, signal)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining(cat.fact.id),
    });
    await expect(profile.forget('dog', ME, signal)).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await profile.count(ME, signal)).toBe(2);
  });

  test('takes the fact that is the very text over those that hold its words', async () => {
    const { profile, remember } = setUp();
    await remember('I like tea');
    await remember('I like tea with milk');
    expect(await profile.forget('i like TEA', ME, signal)).toMatchObject([{ text: 'I like tea' }]);
  });

  test('keeps a fact by its words while no embedding model can be reached', async () => {
    const embeddings = new EmbeddingsDouble();
    const error = new ProviderUnreachableError('nobody answers', { provider: 'embeddings' });
    embeddings.failure = { after: 0, error };
    const { profile, remember } = setUp(embeddings);
    expect(await remember('I prefer metric units')).toMatchObject({
      isNew: true,
      notice: expect.stringContaining('E_UNREACHABLE nobody answers'),
    });
    const { facts } = await profile.recall({ question: 'metric', k: 3 }, ME, signal);
    expect(facts.map(({ text }) => text)).toEqual(['I prefer metric units']);
  });

  test('does not take a fault of the store for one of the model', async () => {
    const embeddings = new EmbeddingsDouble();
    embeddings.failure = { after: 0, error: new StoreError('E_STORE_CORRUPT', 'damaged', { location: '/x' }) };
    await expect(setUp(embeddings).remember('I prefer metric units')).rejects.toMatchObject({
      code: 'E_STORE_CORRUPT',
    });
  });

  test.each([
    ['nothing', ' \n ', 'E_USAGE'],
    ['a whole document', 'word '.repeat(300), 'E_INPUT'],
  ])('refuses %s', async (_what, text, code) => {
    await expect(setUp().remember(text)).rejects.toMatchObject({ code });
  });

  test('keeps the facts of two principals apart', async () => {
    const { profile, remember } = setUp();
    await remember('I prefer metric units');
    const guest = { id: 'guest', kind: 'user' } as const;
    expect(await profile.count(guest, signal)).toBe(0);
  });

  test('closes its stores', async () => {
    const { profile, stores, remember } = setUp();
    await remember('I prefer metric units');
    await profile.dispose();
    expect([...stores.opened.values()].every(({ isClosed }) => isClosed)).toBe(true);
  });
});
