import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CliRun } from '../../../cli/support/cli-process.ts';
import { ChainWorkspace, KEYS, LINKS, type Link } from './chain-workspace.ts';

const report = process.env['WOOSTER_PROOF_REPORT'];

let house: ChainWorkspace;
beforeAll(async () => {
  house = await ChainWorkspace.open();
}, 60_000);
afterAll(() => house[Symbol.asyncDispose]());

/** Runs a command and, for the report, writes down what a person sees of it. */
async function see(words: readonly string[]): Promise<CliRun> {
  const run = await house.run(words);
  const { exitCode, stdout, stderr } = run;
  if (report !== undefined) {
    appendFileSync(report, `${JSON.stringify({ kind: 'command', words, exitCode, stdout, stderr })}\n`);
  }
  return run;
}

function note(text: string): void {
  if (report !== undefined) appendFileSync(report, `${JSON.stringify({ kind: 'event', text })}\n`);
}

async function kill(link: Link): Promise<void> {
  await house.servers[link].refuse();
  note(`${link} is killed`);
}

/** Who answered, of how many who were asked. */
async function whyOf(): Promise<{ outcome: string; ref: string; error?: { code: string } }[]> {
  const { stdout } = await house.run(['why', '--json']);
  return (JSON.parse(stdout) as { traces: { attempts: never[] }[] }).traces[0]!.attempts;
}

/** Asks, and for the report shows why the answer came from where it did. */
async function ask(): Promise<CliRun> {
  const run = await see(['ask', 'Who are you?']);
  if (report !== undefined) await see(['why']);
  return run;
}

const SAID: Readonly<Record<Link, RegExp>> = {
  ollama: /I am the model of this machine\./,
  claude: /I am Claude\./,
  openai: /I am GPT\./,
};

test('each link answers while those before it are dead, the dead cost nothing, and the first is used once it is back', async () => {
  // In full each link is killed in turn; else the two before the last at once.
  if (report === undefined) {
    for (const link of ['ollama', 'claude'] as const) await kill(link);
  }
  for (const link of report === undefined ? (['openai'] as const) : LINKS) {
    const run = await ask();
    expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(SAID[link]),
    });
    expect(run.stderr).toMatch(new RegExp(`^${link}:`, 'm'));
    const attempts = await whyOf();
    expect(attempts.at(-1)).toMatchObject({ outcome: 'answered', ref: expect.stringMatching(`^${link}:`) });
    for (const failed of attempts.slice(0, -1)) {
      expect(failed).toMatchObject({ outcome: 'failed', costUsd: 0, error: { code: 'E_UNREACHABLE' } });
    }
    if (link !== 'openai') await kill(link);
  }
  await kill('openai');
  const nobody = await ask();
  expect({ exitCode: nobody.exitCode, stdout: nobody.stdout.trim() }).toEqual({ exitCode: 69, stdout: '' });
  expect(nobody.stderr).toMatch(/^E_UNREACHABLE openai/m);
  await house.servers.ollama.listen();
  note('ollama is started again');
  expect((await ask()).stdout).toMatch(SAID.ollama);
  if (report !== undefined) await see(['usage']);
  expect(house.printed.join('\n')).not.toMatch(new RegExp(Object.values(KEYS).join('|')));
}, 150_000);

test('no key is in anything that is printed, also where its cloud refuses it and repeats it', async () => {
  await house.servers.ollama.refuse();
  for (const link of ['claude', 'openai'] as const) {
    await house.servers[link].listen();
    const [key] = link === 'claude' ? [KEYS.ANTHROPIC_API_KEY] : [KEYS.OPENAI_API_KEY];
    await house.servers[link].script([
      { match: { method: 'POST' }, fault: { kind: 'status', status: 401, message: `no such key: ${key}` } },
    ]);
  }
  const before = house.printed.length;
  await house.run(['ask', 'Who are you?', '--json']);
  for (const words of [['why', '--json'], ['health', '--json'], ['config']]) await house.run(words);
  const printed = house.printed.slice(before).join('\n');
  expect(printed).toMatch(/E_PROVIDER_AUTH/);
  expect(printed).toMatch(/no such key/);
  for (const key of Object.values(KEYS)) expect(printed).not.toContain(key);
}, 120_000);
