import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createKnowledgeStores } from '../../src/stores/create-knowledge-stores.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wooster-stores-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('lists the stores there are, and not the folders beside them that can be none', async () => {
  const profiles = join(root, 'vector_data', 'user_profile_store');
  for (const folder of ['indexes', 'guest', 'empty', 'not\tone']) {
    await mkdir(join(profiles, folder), { recursive: true });
  }
  await writeFile(join(profiles, 'store.db'), '');
  await writeFile(join(profiles, 'guest', 'store.db'), '');
  const workspace = { projectsDirectory: join(root, 'projects'), vectorDataDirectory: join(root, 'vector_data') };
  const stores = createKnowledgeStores({ workspace, extensions: createExtensionsDouble([]) });
  expect(await stores.list('userProfile')).toEqual(['default', 'guest']);
  expect(await stores.list('projects')).toEqual([]);
});
