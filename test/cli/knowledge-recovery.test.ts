import { execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FakeModelServer } from '../fakes/fake-model-server.ts';
import {
  FAKE_MODELS,
  generateFolder,
  makeKnowledgeWorkspace,
  startKnowledgeServer,
} from '../proof/knowledge-workspace.ts';
import { runCli } from './support/cli-process.ts';
import { expectOneLine } from './support/expect-error.ts';
import { flip, ingest, ingestDocument, withProject } from './support/knowledge-project.ts';

jest.setTimeout(180_000);

let server: FakeModelServer;
beforeAll(async () => {
  server = await startKnowledgeServer();
});
beforeEach(() => server.reset({ dialect: 'openai', models: FAKE_MODELS }));
afterAll(() => server.stop());

describe('what can be mended is:', () => {
  test('an embedding server that goes down in mid-run: what is stored stays, and the next run embeds the rest only', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const folder = await generateFolder(workspace, 120);
    await using whole = await makeKnowledgeWorkspace(server);
    const all = await ingestDocument(whole, folder);
    const asked = (await server.requests()).filter(({ path }) => path === '/v1/embeddings').length;
    const skip = Math.ceil(asked * 0.7);
    await server.script([{ match: { path: '/v1/embeddings', skip }, fault: { kind: 'reset-before-headers' } }]);
    const run = await ingest(workspace, folder);
    const line = /^E_[A-Z_]+ .*/m.exec(run.stderr)?.[0] ?? '';
    expectOneLine(run, line.split(' ')[0] ?? '', 69);
    expect(run.stderr).toMatch(/same command|again|goes on|resume/);
    await server.script([]);
    const rest = await ingestDocument(workspace, folder);
    expect(rest.unchanged).toBeGreaterThan(0);
    expect(rest).toMatchObject({ files: 120, broken: [] });
    expect(rest.embedded).toBeGreaterThan(0);
    expect(rest.embedded).toBeLessThan(all.embedded);
    expect(await runCli(workspace, ['projects', 'verify', 'notes'])).toMatchObject({ exitCode: 0 });
  });

  test('a damaged index file is built anew, and verify says so', async () => {
    await using workspace = await withProject(server);
    const words = ['search', '--project', 'notes', 'river', '--json', '-k', '3'];
    const before = await runCli(workspace, words);
    const indexes = join(workspace.store, 'indexes');
    const [file = ''] = await readdir(indexes);
    await flip(join(indexes, file), [0, 40, 200, 300]);
    const verify = await runCli(workspace, ['projects', 'verify', 'notes']);
    expect(verify).toMatchObject({ exitCode: 0 });
    expect(verify.stdout).toMatch(/index .*damaged|damaged.*index|rebuilt|anew/);
    await flip(join(indexes, file), [0, 40, 200, 300]);
    expect(await runCli(workspace, words)).toEqual({ ...before, pieces: expect.any(Number) });
  });

  test('a full disk is one line, and the store opens and goes on when there is room', async () => {
    await using workspace = await makeKnowledgeWorkspace(server);
    const folder = await generateFolder(workspace, 400);
    const room = join(dirname(workspace.root), 'room');
    await mkdir(room);
    const main = join(import.meta.dirname, '../../src/main.ts');
    const home = `--home ${room}`;
    const settings = join(workspace.root, 'config', 'local.json');
    // A file system of 3 MB in a name space of its own, which needs no right; what the program says comes out of it.
    const script = `set -u
mount -t tmpfs -o size=3m none ${room} || exit 99
mkdir -p ${room}/config && cp ${settings} ${room}/config/local.json
node="${process.execPath} ${main} ${home}"
$node ingest ${folder} --project notes; echo "first $?"
mount -o remount,size=64m ${room} || exit 98
$node projects verify notes > /dev/null; echo "verify $?"
$node ingest ${folder} --project notes > /dev/null; echo "second $?"`;
    const run = await runCli(workspace, [], { program: ['unshare', '-rm', 'sh', '-c', script], limitMs: 150_000 });
    expect(run.stderr.split('\n').filter((line) => line.startsWith('E_'))).toEqual([
      expect.stringMatching(/^E_DISK_FULL .*make room/),
    ]);
    expect(run.stdout).toMatch(/first 74\nverify 0\nsecond 0\n$/);
    expect(run.stdout + run.stderr).not.toMatch(/^\s+at /m);
  });
});

test('the system lets an ordinary user make a small file system of his own, as the test of the full disk needs', () => {
  expect(() => execFileSync('unshare', ['-rm', 'true'])).not.toThrow();
});
