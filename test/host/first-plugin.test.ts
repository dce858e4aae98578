import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runWooster, temporaryWorkspace, type TemporaryWorkspace } from './wooster-process.ts';

const PAGE = new URL('../../docs/writing-a-plugin.md', import.meta.url);

function codeOfThePage(): string {
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(PAGE, 'utf8'))?.[1];
  if (code === undefined) throw new Error('the page has no block of TypeScript');
  return code;
}

describe('the first plugin of the documentation', () => {
  let workspace: TemporaryWorkspace;

  beforeAll(() => {
    workspace = temporaryWorkspace();
    workspace.write('plugins/shout/index.ts', codeOfThePage());
  });
  afterAll(() => workspace.remove());

  test('adds a command in both forms, from a folder without packages of its own', async () => {
    const friendly = await runWooster(['shout', 'hello', 'there'], { workspace });
    expect(friendly).toEqual({ exitCode: 0, stdout: 'HELLO THERE\n', stderr: '' });
    const byPlugin = await runWooster(['--', '--plugin', 'shout', '--action', 'shout', '--json', 'hi'], { workspace });
    expect(byPlugin).toEqual({ exitCode: 0, stdout: '"HI"\n', stderr: '' });
  });

  test('is listed with its action, its tool and its provider', async () => {
    const { stdout } = await runWooster(['plugins', '--json'], { workspace });
    const { plugins } = JSON.parse(stdout) as { plugins: { id: string }[] };
    expect(plugins.find(({ id }) => id === 'shout')).toMatchObject({
      state: 'active',
      origin: 'workspace',
      contributes: { actions: ['shout'], tools: ['shout'], providers: ['parrot'] },
    });
  });

  test('works as well when the configuration names its folder', async () => {
    const other = temporaryWorkspace();
    try {
      other.write('elsewhere/shout.ts', codeOfThePage());
      other.write('config/local.json', JSON.stringify({ plugins: { sources: ['./elsewhere/shout.ts'] } }));
      const { stdout, exitCode } = await runWooster(['shout', 'hello'], { workspace: other });
      expect([stdout, exitCode]).toEqual(['HELLO\n', 0]);
    } finally {
      other.remove();
    }
  });

  test('works as well as a published package that exports for imports only', async () => {
    const other = temporaryWorkspace();
    try {
      const folder = 'node_modules/wooster-plugin-shout';
      other.write(`${folder}/package.json`, JSON.stringify({ type: 'module', exports: { import: './lib/entry.js' } }));
      other.write(`${folder}/lib/entry.js`, codeOfThePage());
      other.write('config/local.json', JSON.stringify({ plugins: { sources: ['wooster-plugin-shout'] } }));
      const { stdout, stderr, exitCode } = await runWooster(['shout', 'hello'], { workspace: other });
      expect([stdout, stderr, exitCode]).toEqual(['HELLO\n', '', 0]);
    } finally {
      other.remove();
    }
  });

  test('is short: a dozen lines', () => {
    expect(codeOfThePage().trim().split('\n').length).toBeLessThanOrEqual(12);
  });
});
