import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TEST_COMPILE_CACHE } from '../../scripts/jest/jest-command.ts';
import { startFakeModelServer } from '../fakes/fake-model-server.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const SCRIPT = join(REPOSITORY, 'scripts/setup-local-llm.sh');

/** Stands for `npx -y pnpm@12 --silent dev -- WORDS`, without the second that pnpm takes; writes down what it is asked. */
const NPX = `#!/usr/bin/env bash
echo "$*" >> "$NPX_CALLS"
while [[ $1 != -- ]]; do shift; done
shift
exec node "${REPOSITORY}/bin/wooster.mjs" "$@"
`;

interface Outcome {
  readonly code: number | null;
  readonly text: string;
}

describe('the set-up script', () => {
  let folder: string;
  let workspace: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'setup-script-'));
    workspace = join(folder, 'workspace');
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'npx'), NPX);
    await chmod(join(folder, 'bin', 'npx'), 0o755);
    await symlink(process.execPath, join(folder, 'bin', 'node'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function settings(content: object): Promise<void> {
    await mkdir(join(workspace, 'config'), { recursive: true });
    await writeFile(join(workspace, 'config', 'local.json'), JSON.stringify(content));
  }

  async function run(words: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
    const child = spawn('bash', [SCRIPT, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
        HOME: folder,
        COLUMNS: '80',
        NPX_CALLS: join(folder, 'calls'),
        NODE_COMPILE_CACHE: TEST_COMPILE_CACHE,
        ...environment,
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, text };
  }

  async function calls(): Promise<string> {
    return readFile(join(folder, 'calls'), 'utf8').catch(() => '');
  }

  test('writes down the server that it finds, and ends with a health check that works', async () => {
    await using server = await startFakeModelServer({ dialect: 'ollama', models: ['smol'] });
    const { host } = new URL(server.url);
    await settings({ discovery: { mode: 'always', hosts: [host] }, embedded: { enabled: false } });
    const first = await run(['--yes', '--no-download', '--home', workspace]);
    expect(first.text).toContain(`Ollama at ${host} (models: 1)`);
    expect(first.text).toMatch(/Written: .*ollama.* into .*local\.json/);
    expect(first.text).toMatch(/A conversation can run: [\w-]+:smol:latest would answer/);
    expect(first.text).toMatch(/== Ready\nAsk something:/);
    expect(first.code).toBe(0);
    const written = JSON.parse(await readFile(join(workspace, 'config', 'local.json'), 'utf8')) as {
      discovery: object;
      providers: Record<string, { kind: string; baseUrl: string }>;
    };
    expect(written.discovery).toEqual({ mode: 'always', hosts: [host] });
    expect(Object.values(written.providers)).toContainEqual(
      expect.objectContaining({ kind: 'ollama', baseUrl: `http://${host}` }),
    );
    expect(await calls()).not.toMatch(/dev -- setup/);
  }, 120_000);

  test('says what to do and fails where nothing runs and nothing may be fetched', async () => {
    await settings({ discovery: { mode: 'off' } });
    const outcome = await run(['--home', workspace], { WOOSTER_LOCAL_ONLY: '1' });
    expect(outcome.text).toContain('Nothing is asked');
    expect(outcome.text).toMatch(/No server was looked for: no server was looked for: discovery\.mode is off/i);
    expect(outcome.text).toMatch(/nothing may be fetched \(environment: WOOSTER_LOCAL_ONLY\)/);
    expect(outcome.text).toMatch(/No conversation can run yet\. One of these is enough:\n {2}- start a model server/);
    expect(outcome.code).toBe(69);
    // What may not be fetched is not asked for, either.
    expect(await calls()).not.toMatch(/dev -- setup/);
  }, 120_000);

  test('refuses an option that it does not know before anything is run', async () => {
    const outcome = await run(['--everything']);
    expect([outcome.code, outcome.text]).toEqual([64, 'there is no option --everything; --help lists them\n']);
    expect(await calls()).toBe('');
  });

  test('explains itself without running anything', async () => {
    const outcome = await run(['--help']);
    expect(outcome.code).toBe(0);
    expect(outcome.text).toMatch(/--yes .*\n.*--no-download/);
    expect(await calls()).toBe('');
  });

  test('says that Node is missing where it is', async () => {
    await rm(join(folder, 'bin', 'npx'));
    const bare = join(folder, 'bare');
    await mkdir(bare);
    for (const name of ['bash', 'dirname'])
      await symlink(spawnSync('which', [name]).stdout.toString().trim(), join(bare, name));
    const outcome = await run([], { PATH: bare });
    expect(outcome.code).toBe(69);
    expect(outcome.text).toMatch(/Node with npm is needed and is not here: install Node 20 or later/);
  });
});
