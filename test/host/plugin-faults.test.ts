import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runWooster, temporaryWorkspace, type TemporaryWorkspace } from './wooster-process.ts';

const HEAD = `import { ACTIONS, defineAction, definePlugin } from 'wooster';
import { z } from 'zod';
const hello = defineAction({ id: 'hello', summary: 'greets', args: z.object({}), result: z.string(), run: async () => 'hello' });
`;
const GOOD = `${HEAD}export const plugin = definePlugin({ id: 'good', version: '1.0.0', summary: 'greets',
  config: z.object({ loudness: z.number().default(1) }), activate: (scope) => { scope.contribute(ACTIONS, hello); } });`;

describe('a workspace with a wrong plugin', () => {
  let workspace: TemporaryWorkspace;

  beforeEach(() => {
    workspace = temporaryWorkspace();
    workspace.write('plugins/good/index.ts', GOOD);
  });
  afterEach(() => workspace.remove());

  test('refuses to run an action, with one line that names the file, and no stack', async () => {
    workspace.write('plugins/broken/index.ts', 'import "./missing.ts";');
    const { exitCode, stdout, stderr } = await runWooster(['hello'], { workspace });
    expect([exitCode, stdout]).toEqual([70, '']);
    expect(stderr).toMatch(/^E_PLUGIN plugin in .*broken\/index\.ts cannot be imported: .*missing\.ts.*\n$/);
  });

  test('still shows its plugins and its configuration', async () => {
    workspace.write('plugins/broken/index.ts', 'export const plugin = { id: "broken" };');
    const plugins = await runWooster(['plugins'], { workspace });
    expect(plugins.exitCode).toBe(0);
    expect(plugins.stdout).toMatch(/E_PLUGIN plugin broken \(.*broken\/index\.ts\): .*version/);
    const config = await runWooster(['config'], { workspace });
    expect([config.exitCode, config.stderr]).toEqual([0, '']);
  });

  test('names a wrong setting by plugin, field and file, with exit code 78', async () => {
    workspace.write('config/local.json', JSON.stringify({ plugins: { good: { loudness: 'very', loudnes: 2 } } }));
    const { exitCode, stdout } = await runWooster(['hello', '--json'], { workspace });
    expect(exitCode).toBe(78);
    const { errors } = JSON.parse(stdout) as { errors: { code: string; message: string }[] };
    expect(errors.map(({ code }) => code)).toEqual(['E_CONFIG', 'E_CONFIG']);
    expect(errors[0]?.message).toMatch(
      /config\/local\.json.*plugins\.good\.loudnes is no setting.*did you mean loudness/,
    );
    expect(errors[1]?.message).toMatch(/config\/local\.json.*plugins\.good\.loudness is wrong/);
    const check = await runWooster(['config', '--check'], { workspace });
    expect(check.exitCode).toBe(78);
  });

  test('says of a command whose plugin is off that it is off, and by what', async () => {
    workspace.write(
      'plugins/good/index.ts',
      GOOD.replace('activate:', `contributes: [{ point: ACTIONS, ids: ['hello'] }], activate:`),
    );
    const { exitCode, stderr } = await runWooster(['hello'], {
      workspace,
      environment: { PLUGIN_GOOD_ENABLED: 'false' },
    });
    expect(exitCode).toBe(70);
    expect(stderr).toMatch(/^E_PLUGIN plugin good is off: disabled by environment: PLUGIN_GOOD_ENABLED\n$/);
  });
});
