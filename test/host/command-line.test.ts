import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runWooster, startWooster, temporaryWorkspace, type TemporaryWorkspace } from './wooster-process.ts';

const PLUGIN = `import { ACTIONS, CancelledError, defineAction, definePlugin, DEMO_STEPS, ProviderUnreachableError } from 'wooster';
import { z } from 'zod';
const nothing = z.object({});
const action = (id, run, more = {}) => defineAction({ id, summary: id, args: nothing, result: z.unknown(), run, ...more });
const until = (signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(() => undefined, 60_000);
  signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});
export const plugin = definePlugin({ id: 'acts', version: '1.0.0', summary: 'acts for tests', config: z.object({ key: z.string().default('') }),
  env: [{ name: 'ACTS_PASSPHRASE_TEXT', path: 'key' }],
  activate(scope) {
    scope.add({ dispose() { process.stderr.write('disposed\\n'); } });
    scope.contribute(ACTIONS, action('wait', async (_, { terminal, signal }) => { terminal.note('waiting'); await until(signal); }));
    scope.contribute(ACTIONS, action('stubborn', async (_, { terminal }) => { terminal.note('waiting'); await until(new AbortController().signal); }));
    scope.contribute(ACTIONS, action('deaf', async (_, { terminal, signal }) => {
      let count = 0;
      terminal.onInterrupt(() => { count += 1; terminal.note('heard ' + count); return count < 2; });
      terminal.note('waiting');
      await until(signal);
    }));
    scope.contribute(ACTIONS, action('crash', async () => { throw new TypeError('a bug\\nwith two lines'); }));
    scope.contribute(ACTIONS, action('stray', async (_, { signal }) => { void Promise.reject(new Error('nobody listens')); await until(signal); }));
    scope.contribute(ACTIONS, action('unreachable', async () => { throw new ProviderUnreachableError('nothing answers at 127.0.0.1:9'); }));
    scope.contribute(ACTIONS, action('leak', async () => ({ text: 'the key is ' + scope.config.key })));
    scope.contribute(ACTIONS, action('many', async (_, { terminal }) => {
      for (let line = 0; line < 200_000; line += 1) terminal.write('line ' + line + '\\n');
    }));
    scope.contribute(ACTIONS, action('echo', async (_, { terminal, signal }) => {
      const lines = [];
      for (let line = await terminal.question('', signal); line !== undefined; line = await terminal.question('', signal)) lines.push(line);
      return lines;
    }));
    scope.contribute(ACTIONS, action('input', async (_, { terminal, signal }) => (await terminal.readInput(signal)) ?? 'none'));
    scope.contribute(DEMO_STEPS, { id: 'second', title: 'A second act', order: 2, run: async () => { throw new ProviderUnreachableError('no server'); } });
    scope.contribute(DEMO_STEPS, { id: 'first', title: 'A first act', order: 1, run: async ({ terminal }) => terminal.write('one\\n') });
  } });`;

describe('the command line in a real process', () => {
  let workspace: TemporaryWorkspace;

  beforeAll(() => {
    workspace = temporaryWorkspace();
    workspace.write('plugins/acts/index.ts', PLUGIN);
  });
  afterAll(() => workspace.remove());

  test('Ctrl-C aborts the running action, stops in order and exits with 130', async () => {
    const running = startWooster(['wait'], { workspace });
    await running.seen('waiting');
    running.child.kill('SIGINT');
    const { exitCode, stderr } = await running.finished;
    expect(exitCode).toBe(130);
    expect(stderr).toBe('waiting\nE_CANCELLED cancelled\ndisposed\n');
  });

  test('a second Ctrl-C leaves at once, whatever the action does', async () => {
    const running = startWooster(['stubborn'], { workspace });
    await running.seen('waiting');
    running.child.kill('SIGINT');
    const pressedAt = Date.now();
    const again = setInterval(() => running.child.kill('SIGINT'), 50);
    const { exitCode } = await running.finished;
    clearInterval(again);
    expect(exitCode).toBe(130);
    expect(Date.now() - pressedAt).toBeLessThan(1_500);
  });

  test('an action that ignores its signal is left behind after two seconds', async () => {
    const running = startWooster(['stubborn'], { workspace });
    await running.seen('waiting');
    running.child.kill('SIGTERM');
    const askedAt = Date.now();
    expect((await running.finished).exitCode).toBe(143);
    expect(Date.now() - askedAt).toBeGreaterThan(1_800);
  });

  test('a listener takes Ctrl-C for itself as long as it says so', async () => {
    const running = startWooster(['deaf'], { workspace });
    await running.seen('waiting');
    running.child.kill('SIGINT');
    await running.seen('heard 1');
    running.child.kill('SIGINT');
    const { exitCode, stderr } = await running.finished;
    expect([exitCode, stderr.includes('heard 2')]).toEqual([130, true]);
  });

  test('an unforeseen error is one line with the place of the details, and the stack is only in the log', async () => {
    const { exitCode, stderr } = await runWooster(['crash'], { workspace });
    const log = join(workspace.root, '.wooster/logs/wooster.log');
    expect(exitCode).toBe(70);
    expect(stderr).toBe(`E_INTERNAL TypeError: a bug; details in ${log}\ndisposed\n`);
    const record = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(record)).toMatchObject({ level: 'error', error: { stack: expect.stringContaining('index.ts') } });
  });

  test('a rejection that nobody handles ends the process with one line', async () => {
    const { exitCode, stderr } = await runWooster(['stray'], { workspace });
    expect(exitCode).toBe(70);
    expect(stderr).toMatch(/^E_INTERNAL Error: nobody listens; details in .*wooster\.log\n/);
  });

  test('a contract error has the exit code of its row, and is one document with --json', async () => {
    const plain = await runWooster(['unreachable'], { workspace });
    expect([plain.exitCode, plain.stdout]).toEqual([69, '']);
    expect(plain.stderr).toBe('E_UNREACHABLE nothing answers at 127.0.0.1:9\ndisposed\n');
    const json = await runWooster(['unreachable', '--json'], { workspace });
    expect(json.exitCode).toBe(69);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'E_UNREACHABLE' } });
  });

  test('a reader that goes away ends the command quietly', async () => {
    const running = startWooster(['many'], { workspace });
    running.child.stdout?.once('data', () => running.child.stdout?.destroy());
    const { stderr } = await running.finished;
    expect(stderr).not.toMatch(/EPIPE|E_/);
  });

  test('lines and whole texts come from standard input', async () => {
    const lines = await runWooster(['echo', '--json'], { workspace, input: 'one\ntwo\n' });
    expect(JSON.parse(lines.stdout)).toEqual(['one', 'two']);
    const text = await runWooster(['input'], { workspace, input: 'one\ntwo' });
    expect(JSON.parse(text.stdout)).toBe('one\ntwo');
  });

  test('demo runs the steps in order, tells what failed and exits with its code', async () => {
    const { exitCode, stdout } = await runWooster(['demo'], { workspace });
    expect(exitCode).toBe(69);
    const order = ['A first act', 'one\n', 'A second act', 'E_UNREACHABLE no server', '1 of 2 steps'];
    const places = order.map((text) => stdout.indexOf(text));
    expect(places.every((place, position) => place > (places[position - 1] ?? -1))).toBe(true);
  });

  test.each([
    [['--plugin', 'act', '--action', 'wait'], 'E_USAGE unknown plugin act (did you mean acts?)'],
    [['--plugin', 'acts', '--action', 'wiat'], 'E_USAGE plugin acts has no action wiat (did you mean wait?)'],
    [['--plugin', 'acts'], 'E_USAGE --plugin acts needs --action'],
    [['wiat'], 'E_USAGE unknown command wiat (did you mean wait?)'],
    [['wait', '--jsno'], 'E_USAGE wait: unknown option --jsno (did you mean --json?)'],
    [['wait', 'now'], 'E_USAGE wait: unexpected argument now'],
    [['wait', '--log-level', 'loud'], 'E_USAGE --log-level loud is none of debug, info, warn, error'],
  ])('%j is a usage error that names the nearest right name', async (args, line) => {
    const { exitCode, stderr } = await runWooster(args, { workspace });
    expect([exitCode, stderr.split('\n')[0]?.startsWith(line)]).toEqual([64, true]);
  });

  test('a secret never leaves by a result, and looking at the configuration leaves no folder', async () => {
    const fresh = temporaryWorkspace();
    try {
      fresh.write('plugins/acts/index.ts', PLUGIN.replace(`path: 'key' }`, `path: 'key', isSecret: false }`));
      await runWooster(['config'], { workspace: fresh });
      expect(existsSync(join(fresh.root, '.wooster'))).toBe(false);
      fresh.write('.env', 'ACTS_API_KEY=open-sesame-1234\nACTS_PASSPHRASE_TEXT=open-sesame-1234\n');
      const { stdout } = await runWooster(['leak', '--json'], { workspace: fresh });
      expect(stdout).toBe('{"text":"the key is [secret]"}\n');
    } finally {
      fresh.remove();
    }
  });
});
