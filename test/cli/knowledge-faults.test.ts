import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FakeModelServer } from '../fakes/fake-model-server.ts';
import {
  FAKE_MODELS,
  generateFolder,
  makeKnowledgeWorkspace,
  startKnowledgeServer,
} from '../proof/knowledge-workspace.ts';
import { runCli, startCli } from './support/cli-process.ts';
import type { CliWorkspace } from './support/cli-workspace.ts';
import { expectOneLine } from './support/expect-error.ts';
import { flip, ingest, ingestDocument, withProject } from './support/knowledge-project.ts';

jest.setTimeout(180_000);

let server: FakeModelServer;
beforeAll(async () => {
  server = await startKnowledgeServer();
});
beforeEach(() => server.reset({ dialect: 'openai', models: FAKE_MODELS }));
afterAll(() => server.stop());

/** A folder beside the workspace with one good file and another. */
async function folderWith(workspace: CliWorkspace, name: string, content: string | Uint8Array): Promise<string> {
  const folder = join(dirname(workspace.root), 'documents');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'good.md'), '# Good\n\nThe gateway listens on port 7777.\n');
  await writeFile(join(folder, name), content);
  return folder;
}

describe('one line with a code for', () => {
  test('a folder that is missing, is a file, or has nothing to read', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const missing = await ingest(workspace, 'no-such-folder');
    expect(expectOneLine(missing, 'E_FILE', 66)).toMatch(/no-such-folder.*no such folder/);
    const file = join(dirname(workspace.root), 'file.md');
    await writeFile(file, 'text');
    expect(expectOneLine(await ingest(workspace, file), 'E_FILE', 66)).toContain('is a file');
    const empty = join(dirname(workspace.root), 'empty');
    await mkdir(empty);
    expect(expectOneLine(await ingest(workspace, empty), 'E_INPUT', 65)).toContain('empty');
    expect(await runCli(workspace, ['projects', '--json'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/"projects": ?\[\]/),
    });
  });

  test('a folder that may not be read', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const locked = join(dirname(workspace.root), 'locked');
    await mkdir(locked, { mode: 0o000 });
    // Root may read everything; without the capability it is a user like others.
    const isRoot = process.getuid?.() === 0;
    const program = isRoot
      ? ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--', 'setpriv', '--bounding-set', '-all', '--']
      : [];
    const run = await runCli(workspace, ['ingest', locked], {
      program: [...program, process.execPath, join(import.meta.dirname, '../../src/main.ts')],
    });
    expect(expectOneLine(run, 'E_FILE', 66)).toMatch(/locked.*may not be read/);
  });

  test('a server whose vectors have other dimensions than configured: both are named', async () => {
    await using workspace = await makeKnowledgeWorkspace(server, {
      routing: { providers: { local: { embeddings: { projects: { dimensions: 1024 } } } } },
    });
    const folder = await generateFolder(workspace, 2);
    const line = expectOneLine(await ingest(workspace, folder), 'E_CONFIG', 78);
    expect(line).toContain('1024');
    expect(line).toContain('384');
  });

  test('a store with a flipped header, which is kept as it is', async () => {
    await using workspace = await withProject(server);
    const file = join(workspace.store, 'store.db');
    await flip(file, [0, 5, 17]);
    const damaged = await readFile(file);
    for (const words of [
      ['search', '--project', 'notes', 'river'],
      ['projects', 'verify', 'notes'],
    ]) {
      expect(expectOneLine(await runCli(workspace, words), 'E_STORE_CORRUPT', 74)).toContain('store.db');
    }
    expectOneLine(await ingest(workspace, workspace.folder), 'E_STORE_CORRUPT', 74);
    expect(damaged.equals(await readFile(file))).toBe(true);
  });

  test('a store with flipped bytes in the middle, which verify tells', async () => {
    await using workspace = await withProject(server);
    const file = join(workspace.store, 'store.db');
    const { size } = await stat(file);
    await flip(
      file,
      Array.from({ length: 400 }, (_, at) => Math.floor(size * 0.3) + at * Math.floor(size / 1000)),
    );
    const run = await runCli(workspace, ['projects', 'verify', 'notes']);
    expect(run.exitCode).toBe(74);
    expectOneLine(run, 'E_STORE_CORRUPT', 74);
  });

  test('a store of a newer version', async () => {
    await using workspace = await withProject(server);
    const database = new DatabaseSync(join(workspace.store, 'store.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    const run = await runCli(workspace, ['search', '--project', 'notes', 'river']);
    expect(expectOneLine(run, 'E_STORE_NEWER', 65)).toMatch(/newer version.*update/);
    expectOneLine(await ingest(workspace, workspace.folder), 'E_STORE_NEWER', 65);
  });

  test('a store that another process writes to: its number and task are named, and searching works meanwhile', async () => {
    await using workspace = await withProject(server);
    await generateFolder(workspace, 300);
    // It waits for its vectors while it holds the place.
    await server.script([{ match: { path: '/v1/embeddings' }, fault: { kind: 'hang-before-headers', forMs: 20_000 } }]);
    const first = startCli(workspace, ['ingest', workspace.folder, '--project', 'notes'], { limitMs: 120_000 });
    const holder = join(workspace.store, 'writer.db');
    const held = await until(() => holderOf(holder) === first.pid);
    expect(held).toBe(true);
    const line = expectOneLine(await ingest(workspace, workspace.folder), 'E_STORE_LOCKED', 75);
    expect(line).toContain(`process ${first.pid}`);
    expect(line).toMatch(/ingest of .*notes/);
    await server.script([]);
    const search = await runCli(workspace, ['search', '--project', 'notes', 'river', '--json']);
    expect(search.exitCode).toBe(0);
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    expect(await ingest(workspace, workspace.folder)).toMatchObject({ exitCode: 0 });
  });
});

function holderOf(file: string): number | undefined {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare('SELECT pid FROM holder').get()?.['pid'] as number | undefined;
  } catch {
    // It is being written.
    return undefined;
  } finally {
    database.close();
  }
}

async function until(isTrue: () => boolean, limitMs = 60_000): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

describe('one bad file does not stop the others:', () => {
  test('a file of 2 GB is left out as too large and never read', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const folder = await folderWith(workspace, 'huge.txt', '');
    await truncate(join(folder, 'huge.txt'), 2 * 2 ** 30);
    const begun = performance.now();
    const document = await ingestDocument(workspace, folder);
    expect(document).toMatchObject({ files: 1, added: 1, broken: [] });
    expect(JSON.stringify(document.leftOut)).toMatch(/large/i);
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect((await ingest(workspace, folder)).stdout).toMatch(/large/i);
  });

  test('a zip named .pdf is told by its name', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
    const folder = await folderWith(workspace, 'archive.pdf', zip);
    const document = await ingestDocument(workspace, folder);
    expect(document).toMatchObject({ files: 1, broken: [{ path: 'archive.pdf', code: 'E_INPUT' }] });
    const again = await ingest(workspace, folder);
    expect(again.stdout + again.stderr).toMatch(/^ *archive\.pdf: this is no PDF.*$/m);
    expect(again.stdout + again.stderr).not.toMatch(/^\s+at /m);
  });

  test('invalid UTF-8 is read all the same', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const bytes = Buffer.concat([
      Buffer.from('The ferry leaves at noon '),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from(' daily.\n'),
    ]);
    const folder = await folderWith(workspace, 'broken.txt', bytes);
    expect(await ingestDocument(workspace, folder)).toMatchObject({ files: 2, added: 2, broken: [] });
    const search = await runCli(workspace, ['search', '--project', 'notes', 'ferry noon', '--json', '-k', '1']);
    expect(JSON.parse(search.stdout)).toMatchObject({ passages: [{ path: 'broken.txt' }] });
  });
});
