import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import type { Rule } from '../fakes/model-server/protocol.ts';
import { runCli, startCli } from './support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from './support/cli-workspace.ts';
import { expectOneLine } from './support/expect-error.ts';

const USAGE = { promptTokens: 100, completionTokens: 20 };
const TOKENS = Array.from({ length: 20 }, (_, at) => `word${at} `);

/** Room for one bound, of a cent and what goes in, and not for two. */
const BUDGET = { dayUsd: 0.02, outputTokens: 1_000 };

let cloud: FakeModelServer;
let workspace: CliWorkspace;

beforeAll(async () => {
  cloud = await startFakeModelServer({ dialect: 'openai', models: ['gpt-x'], key: 'sk-test' });
  workspace = await makeCliWorkspace({
    routing: { cloud: { allow: true } },
    providers: {
      openai: {
        baseUrl: `${cloud.url}/v1`,
        apiKey: 'sk-test',
        model: 'gpt-x',
        prices: { inputPerMillion: 1, outputPerMillion: 10 },
      },
    },
    budget: BUDGET,
  });
}, 60_000);
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await cloud.stop();
});

/** The sums over all calls. */
async function readTotal(): Promise<object> {
  const { stdout } = await runCli(workspace, ['usage', '--json']);
  return (JSON.parse(stdout) as { report: { total: object } }).report.total;
}

function answer(tokenDelayMs = 0): Rule[] {
  return [{ match: { path: '/v1/chat/completions' }, reply: { tokens: TOKENS, usage: USAGE, tokenDelayMs } }];
}

test('what is asked is accounted for, what is killed stands at its bound, and then the budget says no', async () => {
  await cloud.script(answer());
  expect(await runCli(workspace, ['ask', 'a question'])).toMatchObject({ exitCode: 0 });
  expect(await readTotal()).toMatchObject({ calls: 1, answered: 1, inputTokens: 100, spentUsd: 0.0003 });

  await cloud.script(answer(500));
  const asking = startCli(workspace, ['ask', 'a question']);
  await asking.until(/word0/);
  process.kill(asking.pid, 'SIGKILL');
  await asking.ended;
  const total = await readTotal();
  expect(total).toMatchObject({ calls: 2, answered: 1, failed: 1, open: 0, reservedUsd: 0 });
  const { spentUsd } = total as { spentUsd: number };
  expect(spentUsd).toBeGreaterThan(0.0103);
  expect(spentUsd).toBeLessThan(0.0123);

  await cloud.forget();
  const line = expectOneLine(await runCli(workspace, ['ask', 'again']), 'E_BUDGET', 75);
  expect(line).toMatch(
    /day budget of 0\.02 USD \(config\/local\.json: budget\.dayUsd\): 0\.01\d* spent, this call could cost 0\.01\d*; resets on /,
  );
  expect((await cloud.requests()).filter(({ method }) => method === 'POST')).toEqual([]);
}, 120_000);
