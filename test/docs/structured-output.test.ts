import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../cli/support/cli-process.ts';
import { makeCliWorkspace, serverSettings } from '../cli/support/cli-workspace.ts';
import { startFakeModelServer } from '../fakes/fake-model-server.ts';

const page = readFileSync(new URL('../../docs/structured-output.md', import.meta.url), 'utf8');
const [example = ''] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

const ADA = { name: 'Ada', age: 36, job: 'engineer', home: { city: 'London', country: 'England' } };
const inPieces = (value: object): string[] => JSON.stringify(value).match(/.{1,6}/g) ?? [];

describe('the page about answers of a schema', () => {
  test('has an example that finds people, shows them as they come and mends a wrong answer', async () => {
    await using server = await startFakeModelServer({
      dialect: 'openai',
      models: ['smol'],
      rules: [
        {
          match: { path: '/v1/chat/completions', times: 1 },
          reply: { tokens: inPieces({ people: [{ ...ADA, job: 'poet' }] }) },
        },
      ],
      reply: { tokens: inPieces({ people: [ADA] }) },
    });
    await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
    await workspace.write('plugins/people/index.ts', example);
    const run = await runCli(workspace, ['people', 'Ada is an engineer of 36 in London, England.']);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(run.stdout)).toEqual({ people: [ADA] });
    expect(run.stderr).toContain('so far: {"people":[{"name":"Ada","age":36}]}');
    const chats = (await server.requests(500)).filter(({ path }) => path === '/v1/chat/completions');
    expect(chats).toHaveLength(2);
    expect(JSON.stringify(chats[1]?.body)).toContain('- people.0.job: ');
  });
});
