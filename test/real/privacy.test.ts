import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runCli, type CliRun } from '../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../cli/support/cli-workspace.ts';
import { expectOneLine } from '../cli/support/expect-error.ts';
import { startRealEngine } from './real-engines.ts';

const LIMIT_MS = 240_000;
const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const KEY = 'sk-cloud-0123456789abcdef';

/** A network without any interface but the loopback one, over which servers of this machine are reached. */
const ISOLATED = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up; exec "$@"', 'isolated'];
/** Writes down every call that opens a connection or sends without one. */
const TRACED = ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o'];

async function canRun(command: string, ...words: string[]): Promise<boolean> {
  try {
    await promisify(execFile)(command, words);
    return true;
  } catch {
    return false;
  }
}

/** Addresses in a trace that are of the internet and not of this machine. */
function strangers(trace: string): readonly string[] {
  const addresses = [...trace.matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g)];
  return addresses.map(([, four, six]) => four ?? six ?? '').filter((each) => !/^(127\.|::1$|::ffff:127\.)/.test(each));
}

describe('with a key of a cloud in the environment, no permission, and no network', () => {
  let prefix: readonly string[] = [];
  let canTrace = false;

  beforeAll(async () => {
    const canIsolate = await canRun('unshare', '-rn', 'ip', 'link', 'set', 'lo', 'up');
    canTrace = await canRun('strace', '-qq', '--seccomp-bpf', '-f', '-o', '/dev/null', 'true');
    prefix = canIsolate ? ISOLATED : [];
    process.stderr.write(
      `real: network namespace: ${canIsolate ? 'yes' : 'no'}, trace of calls: ${canTrace ? 'yes' : 'no'}\n`,
    );
  });

  async function ask(workspace: CliWorkspace, environment: Readonly<Record<string, string>>): Promise<CliRun> {
    const file = join(workspace.root, 'trace.txt');
    const program = [...prefix, ...(canTrace ? [...TRACED, file] : []), process.execPath, MAIN];
    const run = await runCli(workspace, ['ask', 'What is the capital of France?', '--temperature', '0'], {
      program,
      environment: { OPENAI_API_KEY: KEY, ...environment },
      limitMs: LIMIT_MS / 2,
    });
    if (canTrace) {
      const trace = await readFile(file, 'utf8');
      expect(trace).toContain('inet_addr("127.0.0.1")');
      expect(strangers(trace)).toEqual([]);
    }
    expect(run.stdout + run.stderr).not.toContain(KEY);
    return run;
  }

  test(
    'and every local server stopped, no connection is tried, and each candidate has its reason',
    async () => {
      await using workspace = await makeCliWorkspace({
        providers: { ollama: { model: 'llama3.2', baseUrl: 'http://127.0.0.1:7' } },
      });
      const line = expectOneLine(await ask(workspace, {}), 'E_NO_ROUTE', 69);
      expect(line).toMatch(/ollama@127\.0\.0\.1:7\/llama3\.2: .*E_UNREACHABLE/);
      expect(line).toMatch(/openai\S*: .*cloud/);
    },
    LIMIT_MS,
  );

  test(
    'the embedded model answers',
    async () => {
      await using engine = await startRealEngine('embedded');
      const run = await ask(engine.workspace, engine.environment);
      expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Paris') });
    },
    LIMIT_MS,
  );
});
