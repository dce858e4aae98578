import { expect, jest, test } from '@jest/globals';
import { startFakeModelServer } from '../fakes/fake-model-server.ts';
import { runCli } from './support/cli-process.ts';
import { makeCliWorkspace, serverSettings } from './support/cli-workspace.ts';
import { readTraces } from './support/read-trace.ts';

jest.setTimeout(120_000);

test('five questions at once in one workspace are five decisions with their answers, and nothing else', async () => {
  await using server = await startFakeModelServer({ dialect: 'openai', models: ['smol'] });
  await using workspace = await makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
  const questions = ['one', 'two', 'three', 'four', 'five'];
  const runs = await Promise.all(questions.map((question) => runCli(workspace, ['ask', question, '--json'])));
  const answers = runs.map(({ stdout }) => JSON.parse(stdout) as { text: string; decisionId: string });
  expect(answers.map(({ text }) => text)).toEqual(questions.map((question) => `You said: ${question}`));
  const traces = await readTraces(workspace, 10);
  expect(traces.map(({ decision }) => decision.id).sort()).toEqual(answers.map(({ decisionId }) => decisionId).sort());
  expect(traces.map(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual(
    questions.map(() => ['answered']),
  );
});
