import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKnowledgeStores, STORE_DRIVERS } from '../../src/index.ts';
import type { KnowledgeStore, KnowledgeStores, KnowledgeStoresOptions, StoreDriver } from '../../src/index.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { limit } from './support/store-rig.ts';

describe('the stores of a workspace', () => {
  let root: string;
  let opened: unknown[];

  const driver: StoreDriver = {
    id: 'sqlite',
    open: (request, options) => {
      opened.push([request, options]);
      return Promise.resolve({ location: request.location } as KnowledgeStore);
    },
  };

  function stores(options: Partial<KnowledgeStoresOptions> = {}): KnowledgeStores {
    const workspace = { projectsDirectory: join(root, 'projects'), vectorDataDirectory: join(root, 'vector_data') };
    return createKnowledgeStores({
      workspace,
      extensions: createExtensionsDouble([[STORE_DRIVERS, [driver]]]),
      ...options,
    });
  }

  function place(...parts: string[]): void {
    const path = join(root, ...parts);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'wooster-stores-'));
    opened = [];
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('lie in the folders that projects and profiles have', () => {
    const all = stores();
    expect(all.locate('projects', 'My notes')).toBe(join(root, 'projects', 'My notes', 'vectorStore'));
    expect(all.locate('userProfile', 'default')).toBe(join(root, 'vector_data', 'user_profile_store'));
    expect(all.locate('userProfile', 'work')).toBe(join(root, 'vector_data', 'user_profile_store', 'work'));
  });

  test.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '/etc',
    'a\u0000b',
    '-x',
    '.hidden',
    'end.',
    'end ',
    'CON',
    'nul.txt',
    'x'.repeat(101),
    'a\nb',
    'a:b',
  ])('refuses the name %j, which is no folder name everywhere', async (name) => {
    const all = stores();
    expect(() => all.locate('projects', name)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
    await expect(all.open('projects', name, limit(), { create: true })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test.each(['notes', 'été 2', '日本語', 'a.b-c_d', 'x'.repeat(100), 'connect'])('takes the name %j', (name) => {
    expect(stores().locate('projects', name)).toContain(name);
  });

  test('keeps the folder of the indexes of the profile from being a profile', () => {
    expect(() => stores().locate('userProfile', 'indexes')).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });

  test('are listed by name, and looking makes nothing', async () => {
    expect(await stores().list('projects')).toEqual([]);
    expect(await stores().list('userProfile')).toEqual([]);
    expect(readdirSync(root)).toEqual([]);
    place('projects', 'two', 'vectorStore', 'store.db');
    place('projects', 'one', 'vectorStore', 'store.db');
    place('projects', 'empty', 'notes.txt');
    place('projects', 'legacy', 'vectorStore', 'faiss.index');
    place('projects', 'legacy', 'vectorStore', 'docstore.json');
    place('projects', 'half', 'vectorStore', 'faiss.index');
    place('projects', 'python', 'vectorStore', 'index.faiss');
    place('projects', 'python', 'vectorStore', 'index.pkl');
    place('projects', 'README.md');
    place('vector_data', 'user_profile_store', 'store.db');
    place('vector_data', 'user_profile_store', 'indexes', 'x.exact');
    place('vector_data', 'user_profile_store', 'work', 'store.db');
    expect(await stores().list('projects')).toEqual(['legacy', 'one', 'python', 'two']);
    expect(await stores().list('userProfile')).toEqual(['default', 'work']);
  });

  test('are opened where they are, and made only when that is told', async () => {
    await expect(stores().open('projects', 'notes', limit())).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('wooster ingest <folder> --project notes'),
    });
    await expect(stores().open('userProfile', 'default', limit())).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(opened).toEqual([]);
    await stores().open('projects', 'notes', limit(), { create: true });
    place('projects', 'other', 'vectorStore', 'store.db');
    await stores().open('projects', 'other', limit());
    expect(opened).toEqual([
      [{ purpose: 'projects', name: 'notes', location: stores().locate('projects', 'notes') }, { create: true }],
      [{ purpose: 'projects', name: 'other', location: stores().locate('projects', 'other') }, { create: false }],
    ]);
  });

  test('leave a folder of LangChain to who can read it, also when a store is to be made', async () => {
    place('projects', 'old', 'vectorStore', 'faiss.index');
    place('projects', 'old', 'vectorStore', 'docstore.json');
    const legacy = { location: 'legacy' } as KnowledgeStore;
    const asked: unknown[] = [];
    const all = stores({
      openLegacy: (identity) => {
        asked.push(identity.name);
        return Promise.resolve(legacy);
      },
    });
    expect(await all.open('projects', 'old', limit())).toBe(legacy);
    expect(await all.open('projects', 'old', limit(), { create: true })).toBe(legacy);
    expect([asked, opened]).toEqual([['old', 'old'], []]);
    place('projects', 'old', 'vectorStore', 'store.db');
    await all.open('projects', 'old', limit());
    expect(opened).toHaveLength(1);
  });

  test('need a driver', async () => {
    const all = stores({ extensions: createExtensionsDouble() });
    await expect(all.open('projects', 'notes', limit(), { create: true })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('tell of a folder that cannot be listed', async () => {
    place('projects');
    await expect(stores().list('projects')).rejects.toMatchObject({ code: 'E_FILE' });
  });
});
