import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { runCli, startCli } from '../../cli/support/cli-process.ts';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';

jest.setTimeout(180_000);

const MODELS = ['smol', { id: 'all-minilm', capabilities: ['embedding' as const], dimensions: 384 }];
const DOCUMENTS = {
  'guide/gateway.md':
    '# Gateway\n\nThe gateway listens on port 7777.\n\n## Release\n\nThe release token is WST-4411-KAP.\n',
  'fruit.txt': 'Bananas grow in bunches on tall plants in warm countries.\n',
  'people.md': '# People\n\nMoira Campbell keeps the berth plan of the harbour.\n',
};

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(() => server.reset({ dialect: 'openai', models: MODELS }));
afterAll(() => server.stop());

async function withDocuments(settings: object = {}): Promise<CliWorkspace & { readonly documents: string }> {
  const workspace = await makeCliWorkspace({
    providers: { house: serverSettings(server.url) },
    embeddings: { baseUrl: server.url, declaredLocal: true, model: 'all-minilm' },
    ...settings,
  });
  const documents = join(dirname(workspace.root), 'Harbour Notes');
  for (const [path, text] of Object.entries(DOCUMENTS)) {
    await mkdir(dirname(join(documents, path)), { recursive: true });
    await writeFile(join(documents, path), text);
  }
  return { ...workspace, documents, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

describe('a folder of documents', () => {
  test('is ingested, asked about with sources, searched, listed, verified and removed', async () => {
    await using workspace = await withDocuments();
    const ingest = await runCli(workspace, ['ingest', workspace.documents]);
    expect(ingest).toMatchObject({ exitCode: 0 });
    expect(ingest.stdout).toMatch(/files +3 +3 added/);
    expect(ingest.stdout).toContain('wooster ask --project harbour-notes "..."');
    await server.script([
      {
        match: { bodyIncludes: 'Question: What is the release token' },
        reply: { tokens: ['The release token is WST-', '4411-KAP [', '9].'] },
      },
    ]);
    const ask = await runCli(workspace, ['ask', '--project', 'harbour-notes', 'What is the release token?']);
    expect(ask.stdout).toMatch(
      /^The release token is WST-4411-KAP \[(\d)\]\.\n\nSources:\n {2}\[\1\] guide\/gateway\.md:7 › Gateway › Release\n$/,
    );
    const json = await runCli(workspace, ['ask', '--project', 'harbour-notes', 'What is the release token?', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      citations: [{ path: 'guide/gateway.md', line: 7, title: 'Gateway › Release', source: 'guide/gateway.md:7' }],
    });
    const search = await runCli(workspace, ['search', '--project', 'harbour-notes', 'berth plan', '--json', '-k', '1']);
    expect(JSON.parse(search.stdout)).toMatchObject({
      passages: [{ path: 'people.md', line: 3, title: 'People', parts: { vector: { rank: 1 }, text: { rank: 1 } } }],
    });
    const list = await runCli(workspace, ['projects', '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject({
      projects: [{ name: 'harbour-notes', files: 3, folder: workspace.documents, state: 'ready' }],
    });
    expect(await runCli(workspace, ['projects', 'verify', 'harbour-notes'])).toMatchObject({ exitCode: 0 });
    const refused = await runCli(workspace, ['projects', 'remove', 'harbour-notes']);
    expect(refused).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('--yes') });
    const removed = await runCli(workspace, ['projects', 'remove', 'harbour-notes', '--yes']);
    expect(removed.exitCode).toBe(0);
    expect(await exists(join(workspace.root, 'projects', 'harbour-notes'))).toBe(false);
    expect(await readFile(join(workspace.documents, 'fruit.txt'), 'utf8')).toContain('Bananas');
  });

  test('is asked about in a chat, where another project or none can be chosen', async () => {
    await using workspace = await withDocuments();
    await runCli(workspace, ['ingest', workspace.documents, '--project', 'notes']);
    await server.script([{ reply: { text: 'On port 7777.' } }]);
    const chat = startCli(workspace, ['chat', '--project', 'notes'], { isInputOpen: true });
    chat.write(
      '/project\nOn which port does the gateway listen?\n/project off\nhello there\n/project nowhere\n/exit\n',
    );
    chat.endInput();
    const run = await chat.ended;
    expect(run.stderr).toMatch(/> notes/);
    expect(run.stderr).toContain('questions are about no project');
    expect(run.stderr).toContain('E_USAGE there is no project "nowhere": there are notes');
    const bodies = (await server.requests())
      .filter(({ path }) => path === '/v1/chat/completions')
      .map(({ body }) => JSON.stringify(body));
    expect(bodies[0]).toMatch(/\[1\] guide\/gateway\.md:3 › Gateway.+Question: On which port/);
    expect(bodies[1]).toContain('On port 7777.');
    expect(bodies[1]).not.toContain('Question:');
  });

  test('says that nothing was found, to the person and to the model', async () => {
    await using workspace = await withDocuments({ embeddings: { enabled: false } });
    await runCli(workspace, ['ingest', workspace.documents, '--project', 'notes']);
    const ask = await runCli(workspace, ['ask', '--project', 'notes', 'Who painted Guernica?']);
    expect(ask).toMatchObject({ exitCode: 0 });
    expect(ask.stderr).toContain('nothing was found in project notes for this question');
    const bodies = JSON.stringify((await server.requests()).map(({ body }) => body));
    expect(bodies).toContain('Nothing was found for this question');
  });

  test('is refused in one line when something is wrong with it', async () => {
    await using workspace = await withDocuments();
    const { documents } = workspace;
    await runCli(workspace, ['ingest', documents, '--project', 'notes']);
    const store = join(workspace.root, 'projects', 'notes', 'vectorStore', 'store.db');
    for (const [words, exitCode, line] of [
      [['ingest', `${documents}/no`], 66, /^E_FILE .*there is no such folder$/m],
      [['ask', '--project', 'no', 'why?'], 64, /^E_USAGE there is no project "no": there are notes;/m],
    ] as const) {
      const run = await runCli(workspace, words);
      expect({ words, exitCode: run.exitCode, stdout: run.stdout }).toEqual({ words, exitCode, stdout: '' });
      expect(run.stderr).toMatch(line);
    }
    await writeFile(store, 'this is no database, but long enough to be taken for one'.repeat(200));
    const damaged = await runCli(workspace, ['ask', '--project', 'notes', 'why?']);
    expect(damaged).toMatchObject({ exitCode: 74, stderr: expect.stringMatching(/^E_STORE_CORRUPT /m) });
    expect((await runCli(workspace, ['projects'])).stdout).toContain('E_STORE_CORRUPT');
    expect((await runCli(workspace, ['projects', 'remove', 'notes', '--yes'])).exitCode).toBe(0);
  });

  test('keeps what it has when the embedding server is gone, and migrates to another model', async () => {
    await using workspace = await withDocuments();
    await runCli(workspace, ['ingest', workspace.documents, '--project', 'notes']);
    await server.configure({
      models: ['smol', { id: 'bge-small-en-v1.5', capabilities: ['embedding'], dimensions: 384 }],
    });
    await workspace.write('config/local.json', {
      embedded: { enabled: false },
      providers: { house: serverSettings(server.url) },
      embeddings: { baseUrl: server.url, declaredLocal: true, model: 'bge-small-en-v1.5' },
    });
    const kept = await runCli(workspace, ['projects', 'show', 'notes']);
    expect(kept.stdout).toMatch(
      /state +ready\nnote +keeps .*all-MiniLM-L6-v2; .* wooster migrate --project notes moves it/,
    );
    const migrated = await runCli(workspace, ['migrate', '--project', 'notes', '--json']);
    expect(JSON.parse(migrated.stdout)).toMatchObject({
      stores: [{ name: 'notes', embedded: 4, kept: [expect.any(String)] }],
    });
    const show = await runCli(workspace, ['projects', 'show', 'notes', '--json']);
    expect(JSON.parse(show.stdout)).toMatchObject({ project: { state: 'ready, old vectors kept' } });
    const status = await runCli(workspace, ['migrate', 'status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ stores: [{ name: 'notes', state: 'switched', oldVectors: 4 }] });
    const unasked = await runCli(workspace, ['migrate', '--project', 'notes', '--prune']);
    expect(unasked).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('--prune --yes') });
    const pruned = await runCli(workspace, ['migrate', '--project', 'notes', '--prune', '--yes']);
    expect(pruned.stdout).toMatch(/^notes: 4 vectors of .*all-MiniLM-L6-v2 are deleted$/m);
    expect((await runCli(workspace, ['projects', 'remove', 'notes', '--yes'])).exitCode).toBe(0);
    expect(await exists(join(workspace.root, 'projects', 'notes'))).toBe(false);
  });
});
