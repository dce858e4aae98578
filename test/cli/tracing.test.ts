import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { runCli } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings } from './support/cli-workspace.ts';

jest.setTimeout(120_000);

let model: FakeModelServer;
let vendor: FakeModelServer;

beforeAll(async () => {
  model = await startFakeModelServer({ dialect: 'openai', models: ['smol'] });
  vendor = await startFakeModelServer({ dialect: 'openai' });
});
afterAll(() => Promise.all([model.stop(), vendor.stop()]));

test('tracing to a vendor stays off, whatever its names in the environment say', async () => {
  await using workspace = await makeCliWorkspace({ providers: { first: serverSettings(model.url) } });
  const environment = {
    LANGSMITH_TRACING: 'true',
    LANGCHAIN_TRACING_V2: 'true',
    LANGSMITH_API_KEY: 'lsv2-0123456789',
    LANGSMITH_ENDPOINT: vendor.url,
    LANGCHAIN_ENDPOINT: vendor.url,
  };
  const run = await runCli(workspace, ['ask', 'hello'], { environment });
  expect(run.exitCode).toBe(0);
  expect((await model.requests()).some(({ path }) => path.endsWith('/chat/completions'))).toBe(true);
  expect(await vendor.requests(500)).toEqual([]);
});
