import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../src/index.ts';
import { ConfigError, NoRouteError } from '../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../doubles/embeddings-double.ts';
import { sourceOf } from './support/sources.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const question = { text: 'red apples', k: 4, mode: 'hybrid' } as const;
const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);
const SKY = sourceOf('sky.md', ['the sky is blue', 'apples fall']);

function old(): EmbeddingsDouble {
  return new EmbeddingsDouble(spaceDouble('old', 32));
}

function fresh(): EmbeddingsDouble {
  return new EmbeddingsDouble(spaceDouble('fresh', 48));
}

async function roles(store: KnowledgeStore): Promise<unknown> {
  const { spaces } = await store.stats(limit());
  return spaces.map(({ space, role, vectors, missing }) => [space.name, role, vectors, missing]);
}

describe('a store and the models it was embedded with', () => {
  let rig: StoreRig;

  beforeEach(() => {
    rig = new StoreRig();
  });

  afterEach(async () => {
    await rig.dispose();
  });

  test('searches by words and names the command when no model of it is configured any more', async () => {
    const first = await rig.open(old());
    await first.add([FRUIT], limit());
    await first.close();
    const store = await rig.open(fresh());
    const { passages, notices } = await store.search(question, limit());
    expect(passages.map(({ chunk }) => chunk.text)).toEqual(['apples are red']);
    expect(passages[0]?.parts.vector).toBeUndefined();
    expect(notices).toEqual([expect.stringMatching(/^2 passages .* old, .*`wooster migrate --project rig`/)]);
    const found = await store.search({ ...question, mode: 'vector' }, limit());
    expect(found).toMatchObject({ passages: [], notices: [expect.stringContaining('old')] });
  });

  test('tells nothing of an empty store', async () => {
    const store = await rig.open(old());
    expect(await store.search(question, limit())).toEqual({ passages: [], notices: [] });
  });

  test('names the command of the profile in a profile', async () => {
    const profile = new StoreRig({ purpose: 'userProfile' }, rig.location);
    const first = await profile.open(old());
    await first.add([FRUIT], limit());
    const store = await profile.open(fresh());
    const { notices } = await store.search(question, limit());
    expect(notices[0]).toContain('`wooster migrate --user-profile`');
    await profile.dispose();
  });

  test('searches each space with a vector of its own, and finds what only one of them has', async () => {
    const [before, now] = [old(), fresh()];
    const reachable: EmbeddingsDouble[] = [];
    const first = await rig.open(before);
    await first.add([FRUIT], limit());
    await first.close();
    const store = await rig.open(embeddingsFactoryDouble(now, reachable));
    await store.add([SKY], limit());
    reachable.push(before);
    expect(await roles(store)).toEqual([
      ['old', 'primary', 2, 2],
      ['fresh', 'fallback', 2, 2],
    ]);
    const { passages, notices } = await store.search({ ...question, k: 10 }, limit());
    expect(notices).toEqual([expect.stringMatching(/^2 passages .* fresh, .*`wooster reconcile --project rig`/)]);
    expect(new Set(passages.map(({ path }) => path))).toEqual(new Set(['fruit.md', 'sky.md']));
    const spaces = new Map(passages.map(({ path, parts }) => [path, parts.vector?.spaceId]));
    expect(spaces.get('fruit.md')).toBe(before.space.spaceId);
    expect(spaces.get('sky.md')).toBe(now.space.spaceId);
  });

  test('fills its own space, whichever model the settings name now', async () => {
    const own = old();
    const first = await rig.open(own);
    await first.add([FRUIT], limit());
    await first.add([SKY], limit(), { isTextOnly: true });
    await first.close();
    const named = fresh();
    const store = await rig.open(embeddingsFactoryDouble(named, [own]));
    expect((await store.embeddings(limit()))?.space).toEqual(own.space);
    const progress: (readonly [number, number])[] = [];
    expect(await store.embedMissing(limit(), (done, total) => progress.push([done, total]))).toEqual({ embedded: 2 });
    expect(progress.at(-1)).toEqual([2, 2]);
    expect(await roles(store)).toEqual([['old', 'primary', 4, 0]]);
    expect(named.embedded).toEqual([]);
    expect(await store.embedMissing(limit())).toEqual({ embedded: 0 });
    expect(await store.verify(limit())).toMatchObject({ isSound: true, checked: { vectors: 4 } });
  });

  test('embeds with another model only what its own does not hold, and stays with its own', async () => {
    const first = await rig.open(old());
    await first.add([FRUIT], limit());
    await first.add([SKY], limit(), { isTextOnly: true });
    await first.close();
    const now = fresh();
    const store = await rig.open(now);
    expect(await store.embedMissing(limit())).toEqual({ embedded: 2 });
    expect(await store.add([FRUIT], limit())).toMatchObject({ embedded: 0, reused: 2 });
    expect(now.embedded).toEqual(['the sky is blue', 'apples fall']);
    expect(await roles(store)).toEqual([
      ['old', 'primary', 2, 2],
      ['fresh', 'fallback', 2, 2],
    ]);
  });

  test('never becomes the store of a model that stood in, even where that came first', async () => {
    const cloud = new EmbeddingsDouble(spaceDouble('cloud', 16), 'cloud');
    cloud.isStandIn = true;
    const away = await rig.open(cloud);
    await away.add([FRUIT], limit());
    await away.add([SKY], limit(), { isTextOnly: true });
    await away.embedMissing(limit());
    expect(await roles(away)).toEqual([['cloud', 'fallback', 4, 0]]);
    await away.close();
    const own = old();
    const store = await rig.open(embeddingsFactoryDouble(own, [cloud]));
    expect(await store.embedMissing(limit())).toEqual({ embedded: 4 });
    expect(await roles(store)).toEqual([
      ['cloud', 'fallback', 4, 0],
      ['old', 'primary', 4, 0],
    ]);
  });

  test('takes a model that stood in for its own once the settings name it', async () => {
    const cloud = new EmbeddingsDouble(spaceDouble('cloud', 16), 'cloud');
    cloud.isStandIn = true;
    const store = await rig.open(cloud);
    await store.add([FRUIT], limit());
    cloud.isStandIn = false;
    await store.add([SKY], limit());
    expect(await roles(store)).toEqual([['cloud', 'primary', 4, 0]]);
  });

  test('goes on filling where a failure ended it', async () => {
    const now = fresh();
    const store = await rig.open(now);
    const texts = Array.from({ length: 300 }, (_, at) => `passage number ${at}`);
    await store.add([sourceOf('long.md', texts)], limit(), { isTextOnly: true });
    now.failure = { after: 200, error: new NoRouteError('gone', { reasons: [] }) };
    await expect(store.embedMissing(limit())).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    expect(await roles(store)).toEqual([['fresh', 'primary', 128, 172]]);
    now.failure = undefined;
    expect(await store.embedMissing(limit())).toEqual({ embedded: 172 });
  });

  test('refuses to embed passages that are too long for the model, and says how many', async () => {
    const now = fresh();
    const store = await rig.open(now);
    const long = Array.from({ length: 300 }, (_, at) => `word${at}`).join(' ');
    await store.add([sourceOf('a.md', [long, 'short', `${long} again`])], limit(), { isTextOnly: true });
    await expect(store.embedMissing(limit())).rejects.toMatchObject({
      code: 'E_MIGRATION',
      message: expect.stringMatching(/^2 of 3 passages .* 256 tokens that fresh reads: ingest the folder again/),
    });
    expect(now.embedded).toEqual([]);
  });

  test('searches by words with a notice when the model cannot be reached', async () => {
    const model = old();
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    model.failure = { after: 0, error: new NoRouteError('nothing listens', { reasons: [] }) };
    const { passages, notices } = await store.search(question, limit());
    expect(passages.map(({ path }) => path)).toEqual(['fruit.md']);
    expect(notices).toEqual([expect.stringMatching(/old \(nothing listens\): searched by words only/)]);
  });

  test('keeps words only where embeddings are off, and embeds when they are on', async () => {
    const off = new StoreRig({ isEnabled: false }, rig.location);
    const store = await off.open(embeddingsFactoryDouble(new ConfigError('off')));
    expect(await store.embeddings(limit())).toBeUndefined();
    expect(await store.add([FRUIT], limit())).toEqual({ sources: 1, chunks: 2, embedded: 0, reused: 0 });
    const { passages, notices } = await store.search(question, limit());
    expect(passages.map(({ path }) => path)).toEqual(['fruit.md']);
    expect(notices).toEqual([expect.stringContaining('no passage is embedded yet')]);
    await expect(store.embedMissing(limit())).rejects.toMatchObject({ code: 'E_CONFIG' });
    await off.dispose();
    const model = old();
    const on = await rig.open(model);
    expect(await on.add([FRUIT], limit())).toMatchObject({ embedded: 2 });
    expect(await roles(on)).toEqual([['old', 'primary', 2, 0]]);
  });

  test('keeps a text now and its vector later, where that is told', async () => {
    const model = old();
    const store = await rig.open(model);
    await store.add([FRUIT], limit());
    model.failure = { after: 0, error: new NoRouteError('gone', { reasons: [] }) };
    const report = await store.add([SKY], limit(), { isTextOnly: true });
    expect(report).toEqual({ sources: 1, chunks: 2, embedded: 0, reused: 0 });
    const { passages } = await store.search({ ...question, text: 'sky', mode: 'text' }, limit());
    expect(passages.map(({ path }) => path)).toContain('sky.md');
    expect(await roles(store)).toEqual([['old', 'primary', 2, 2]]);
    model.failure = undefined;
    expect(await store.embedMissing(limit())).toEqual({ embedded: 2 });
    expect(await roles(store)).toEqual([['old', 'primary', 4, 0]]);
  });

  test('leaves nothing of a removed passage in any of its files', async () => {
    const secret = 'the password of the safe is Xylophon-77341';
    const store = await rig.open(old());
    await store.add([FRUIT, sourceOf('secret.md', [secret], { headings: ['Quincunx'] })], limit());
    await store.search(question, limit());
    await store.close();
    const again = await rig.open(old());
    await again.remove(['secret.md'], limit());
    const files = [rig.location, join(rig.location, 'indexes')]
      .flatMap((each) => readdirSync(each, { withFileTypes: true }))
      .filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const content = readFileSync(join(file.parentPath, file.name)).toString('latin1').toLowerCase();
      for (const word of ['xylophon', '77341', 'quincunx', 'secret.md']) {
        expect([file.name, word, content.includes(word)]).toEqual([file.name, word, false]);
      }
    }
    expect(await again.verify(limit())).toMatchObject({ isSound: true, rebuilt: [] });
  });
});
