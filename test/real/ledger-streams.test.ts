import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, jest, test } from '@jest/globals';
import { startFakeModelServer } from '../fakes/fake-model-server.ts';
import { passedCaps, readSums } from '../usage/account-audit.ts';
import type { StreamsTask } from '../usage/support/streams-child.ts';
import { COST_USD, dayCap, OUTPUT_TOKENS, SERVED } from '../usage/support/streams-house.ts';
import { UsageRig } from '../usage/usage-rig.ts';

jest.setTimeout(120_000);

const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const CHILD_FILE = new URL('../usage/support/streams-child.ts', import.meta.url);
const STREAMS = 50;
const CAP_USD = 0.25;
const QUICK = 8;

const TOKENS = Array.from({ length: SERVED.completionTokens }, (_, at) => `word${at} `);

/** Runs the streams and kills their process when so many were answered; what it said until then. */
async function runKilled(task: StreamsTask, answers: number): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CHILD_FILE.pathname, JSON.stringify(task)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.filter((each) => each === 'openai').length === answers) child.kill('SIGKILL');
  }
  expect((await closed)[1]).toBe('SIGKILL');
  return said;
}

test('streams whose process is killed have their exact cost, or stand at their bounds, and the cap holds', async () => {
  // The first are answered at once; the others have seconds to go when the process is killed.
  await using cloud = await startFakeModelServer({
    dialect: 'openai',
    models: ['gpt-x'],
    key: 'sk-test',
    reply: { tokens: TOKENS, tokenDelayMs: 500, usage: SERVED },
    rules: [{ match: { isStream: true, times: QUICK }, reply: { tokens: TOKENS, tokenDelayMs: 5, usage: SERVED } }],
  });
  const rig = new UsageRig();
  const task = { path: rig.path, cloudUrl: cloud.url, capUsd: CAP_USD, streams: STREAMS };
  const said = await runKilled(task, QUICK);
  rig.clock.at = Date.now();
  const caps = [dayCap(CAP_USD)];
  const { ledger, budget } = rig.open({ caps, outputTokens: OUTPUT_TOKENS });
  const found = ledger.query({});
  const answered = found.filter(({ outcome }) => outcome === 'answered');
  const interrupted = found.filter(({ outcome }) => outcome === 'interrupted');
  expect(answered.length + interrupted.length).toBe(found.length);
  expect(answered).toHaveLength(QUICK);
  expect(answered.map(({ costUsd }) => costUsd)).toEqual(answered.map(() => COST_USD));
  expect(interrupted.length).toBeGreaterThan(5);
  expect(interrupted.map(({ costUsd, costOrigin }) => [costUsd, costOrigin])).toEqual(
    interrupted.map(({ costUpperBoundUsd }) => [costUpperBoundUsd, 'bound']),
  );
  const sent = (await cloud.requests(2_000)).filter(({ method }) => method === 'POST');
  expect(found.length).toBeGreaterThanOrEqual(sent.length);
  const { rows, totals } = readSums(rig.database());
  expect(totals).toEqual(rows);
  expect(rows.filter(({ reserved }) => reserved !== 0)).toEqual([]);
  expect(passedCaps(rows, caps)).toEqual([]);
  const [status] = budget.status();
  expect(status).toMatchObject({ reservedUsd: 0 });
  const refused = said.filter((line) => line === 'E_BUDGET').length;
  expect(refused).toBeGreaterThan(0);
  // One that had not yet been decided has neither a row nor a line.
  expect(refused).toBeLessThanOrEqual(STREAMS - found.length);
  if (reportFile === undefined) return;
  const counts = { streams: STREAMS, answered: answered.length, interrupted: interrupted.length, refused };
  appendFileSync(reportFile, `${JSON.stringify({ ...counts, spentUsd: status?.spentUsd, capUsd: CAP_USD })}\n`);
});
