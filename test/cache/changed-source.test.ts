import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { runCli } from '../cli/support/cli-process.ts';
import { FAKE_MODELS, makeKnowledgeWorkspace } from '../proof/knowledge-workspace.ts';
import type { RequestRecord } from '../fakes/model-server/protocol.ts';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';

jest.setTimeout(120_000);

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai', models: FAKE_MODELS });
});
afterAll(() => server.stop());

const GATEWAY = `# Gateway

The gateway listens on port 7777.

# Garden

${Array.from({ length: 40 }, (_, at) => `## Tree ${at}\n\nUnder tree ${at} stands a bench. ${'It is old and made of oak. '.repeat(30)}\n`).join('\n')}
`;

async function chats(): Promise<readonly RequestRecord[]> {
  return (await server.requests()).filter(({ path }) => path === '/v1/chat/completions');
}

test('an answer about a project is given again until the document it cites is changed anywhere', async () => {
  await using workspace = await makeKnowledgeWorkspace(server);
  const folder = join(dirname(workspace.root), 'house');
  const file = join(folder, 'gateway.md');
  await mkdir(folder);
  await writeFile(file, GATEWAY);
  const ingest = () => runCli(workspace, ['ingest', folder, '--project', 'house']);
  const ask = async (): Promise<number> => {
    const words = ['ask', '--project', 'house', '--tools', 'none', 'On which port does the gateway listen?'];
    const run = await runCli(workspace, [...words, '--temperature', '0']);
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('7777') });
    return (await chats()).length;
  };
  expect(await ingest()).toMatchObject({ exitCode: 0 });
  expect([await ask(), await ask()]).toEqual([1, 1]);

  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('Under tree 39 stands a bench', 'Under tree 39 lies a stone'));
  expect(await ingest()).toMatchObject({ exitCode: 0 });
  expect([await ask(), await ask()]).toEqual([2, 2]);

  // What the model reads is the same: only the version of the source makes it another question.
  const [before, after] = (await chats()).map(({ body }) => (body as { messages: unknown }).messages);
  expect(JSON.stringify(before)).toContain('7777');
  expect(after).toEqual(before);
});
