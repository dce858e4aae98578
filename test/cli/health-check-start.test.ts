import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { runCli } from './support/cli-process.ts';
import { makeCliWorkspace } from './support/cli-workspace.ts';

/** A module costs about a millisecond of processor time at every start. */
const MOST_MODULES = 528;

const HOOK = pathToFileURL(join(import.meta.dirname, 'support', 'first-line-modules.mjs')).href;

let modules: readonly string[];

beforeAll(async () => {
  await using workspace = await makeCliWorkspace();
  const file = join(workspace.root, 'modules.txt');
  const environment = { NODE_OPTIONS: `--import ${HOOK}`, FIRST_LINE_MODULES: file };
  await runCli(workspace, ['--plugin', 'local-model', '--action', 'health-check'], { environment });
  modules = (await readFile(file, 'utf8')).split('\n');
}, 60_000);

test('the first line of the health check comes before more modules than a start may cost', () => {
  expect(modules.length).toBeGreaterThan(100);
  expect(modules.length).toBeLessThan(MOST_MODULES);
});

test.each([
  'langchain',
  'axios',
  'openai',
  'node-llama-cpp',
  'transformers',
  'faiss-node',
  'unpdf',
  'mammoth',
  'linkedom',
  'papaparse',
])('it comes before anything of %s is loaded', (name) => {
  expect(modules.filter((url) => url.includes('node_modules') && url.includes(name))).toEqual([]);
});

test.each(['stores/sqlite-store', 'stores/langchain', 'ingest/folder-ingest', 'embeddings/routed'])(
  'it comes before %s is loaded, which a health check may not need',
  (part) => {
    const early = modules.filter(
      (url) =>
        url.includes(`/src/${part}`) && !/(langchain-folders|open-legacy|space-vector|to-vector-store)/.test(url),
    );
    expect(early).toEqual([]);
  },
);
