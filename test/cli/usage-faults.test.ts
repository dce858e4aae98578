import { describe, expect, jest, test } from '@jest/globals';
import { runCli } from './support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from './support/cli-workspace.ts';
import { expectOneDocument, expectOneLine } from './support/expect-error.ts';

jest.setTimeout(120_000);

interface Expected {
  readonly code: string;
  readonly exitCode: number;
}

const USAGE: Expected = { code: 'E_USAGE', exitCode: 64 };
const CONFIG: Expected = { code: 'E_CONFIG', exitCode: 78 };

/** Runs it twice at once, plainly and with `--json`; gives the line. */
async function runBothWays(
  workspace: CliWorkspace,
  words: readonly string[],
  { code, exitCode }: Expected,
): Promise<string> {
  const [plain, json] = await Promise.all([runCli(workspace, words), runCli(workspace, [...words, '--json'])]);
  const line = expectOneLine(plain, code, exitCode);
  const { message } = expectOneDocument(json, code, exitCode);
  expect(line).toBe(`${code} ${message}`);
  expect(plain.stdout).toBe('');
  return line;
}

describe('one line with a code, and the same in one document with --json, for', () => {
  test.each([
    ['an unknown plugin', ['--plugin', 'local-modle', '--action', 'status'], /local-modle.*local-model/],
    [
      'an unknown action of a plugin',
      ['--plugin', 'local-model', '--action', 'helth-check'],
      /helth-check.*health-check/,
    ],
    ['a plugin without an action', ['--plugin', 'local-model'], /needs --action/],
    ['an unknown command', ['helth'], /helth.*health/],
    ['an unknown option', ['ask', 'hello', '--modle', 'house:smol'], /--modle.*--model/],
    ['an option without its value', ['ask', 'hello', '--model'], /--model needs a value/],
    ['a number that is none', ['why', '--last', 'ten'], /--last ten is not a number/],
    ['a number out of range', ['ask', 'hello', '--temperature', '9'], /--temperature/],
    ['a word that is none of the choices', ['completion', 'fish'], /fish.*bash, zsh/],
    ['an argument too many', ['status', 'now'], /unexpected argument now/],
    ['a model without its provider', ['ask', 'hello', '--model', 'smol'], /provider:model/],
    ['a strategy that does not exist', ['ask', 'hello', '--strategy', 'cheapest'], /cheapest.*local-first/],
    ['no question at all', ['ask'], /no question/],
    ['nothing to change', ['use'], /nothing to change/],
    ['a decision that does not exist', ['why', 'ffffffff'], /ffffffff/],
    ['a setting on the command line that is no pair', ['status', '--set', 'routing.strategy'], /path=value/],
  ] as const)('%s', async (_name, words, pattern) => {
    await using workspace = await makeCliWorkspace();
    expect(await runBothWays(workspace, words, USAGE)).toMatch(pattern);
  });

  test.each([
    [
      'a setting of the wrong type',
      '{ "routing": { "healthCheckIntervalMs": "often" } }',
      /config\/local\.json.*routing\.healthCheckIntervalMs/,
    ],
    [
      'an unknown key, with the nearest name',
      '{ "routing": { "stratgy": "local-first" } }',
      /config\/local\.json.*stratgy.*strategy/,
    ],
    [
      'broken JSON, with its line',
      '{\n  "routing": {\n    "strategy" "local-first"\n  }\n}',
      /config\/local\.json.*\b3\b/,
    ],
    [
      'an unknown kind of provider',
      '{ "providers": { "house": { "kind": "olama", "baseUrl": "http://localhost:1" } } }',
      /olama.*ollama/,
    ],
    ['a strategy that does not exist', '{ "routing": { "strategy": "local-frist" } }', /local-frist.*local-first/],
  ])('a configuration with %s, and --check lists it', async (_name, text, pattern) => {
    await using workspace = await makeCliWorkspace();
    await workspace.write('config/local.json', text);
    expect(await runBothWays(workspace, ['status'], CONFIG)).toMatch(pattern);
    const check = await runCli(workspace, ['config', '--check']);
    expect(check.exitCode).toBe(78);
    expect(check.stdout).toMatch(pattern);
  });

  test('a configuration file that is not there', async () => {
    await using workspace = await makeCliWorkspace();
    const run = await runCli(workspace, ['status', '--config', 'nowhere.json']);
    expect(run.stderr).toMatch(/^E_(?:FILE|CONFIG) .*nowhere\.json/);
    expect([66, 78]).toContain(run.exitCode);
  });

  test('several faults at once, all of them in one document', async () => {
    await using workspace = await makeCliWorkspace({ routing: { stratgy: 'x', healthCheckIntervalMs: 'often' } });
    const run = await runCli(workspace, ['status', '--json']);
    expect(run).toMatchObject({ exitCode: 78, stderr: '' });
    const document = JSON.parse(run.stdout) as { error: object; errors: object[] };
    expect(document.errors).toHaveLength(2);
    expect(document.error).toEqual(document.errors[0]);
  });
});
