import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discoverPlugins, type DiscoveryOptions } from '../../../../src/kernel/plugins/discovery/discover-plugins.ts';
import { found } from '../plugin-doubles.ts';

describe('discovery', () => {
  let root: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'wooster-discovery-')));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function touch(path: string, text = ''): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** Every module that is imported exports a plugin named after its folder or package. */
  async function discover(options: Partial<DiscoveryOptions> = {}) {
    const imported: string[] = [];
    const lent: string[] = [];
    const discovery = await discoverPlugins({
      builtInDirectory: join(root, 'package/plugins'),
      workspaceRoot: join(root, 'workspace'),
      packageRoot: join(root, 'package'),
      sources: [],
      lender: { lend: (folder) => void lent.push(folder), specifierOf: (name) => `package:${name}` },
      async importModule(specifier) {
        imported.push(specifier);
        if (specifier.includes('broken')) throw new SyntaxError('Unexpected token\n    at line 1');
        return { plugin: found({ id: `plugin-${imported.length}` }).definition };
      },
      ...options,
    });
    return { ...discovery, imported, lent, files: discovery.found.map(({ file }) => file.replace(`${root}/`, '')) };
  }

  test('finds built-in plugins, then those of the workspace, and passes over folders without an entry', async () => {
    touch('package/plugins/b/index.js');
    touch('package/plugins/a/index.ts');
    touch('package/plugins/notes/readme.md');
    touch('workspace/plugins/own/index.mjs');
    const { files, found: plugins } = await discover();
    expect(files).toEqual([
      'package/plugins/a/index.ts',
      'package/plugins/b/index.js',
      'workspace/plugins/own/index.mjs',
    ]);
    expect(plugins.map(({ origin }) => origin)).toEqual(['built-in', 'built-in', 'workspace']);
  });

  test('does not look twice where the workspace is the package', async () => {
    touch('package/plugins/a/index.ts');
    const { files } = await discover({ workspaceRoot: join(root, 'package') });
    expect(files).toEqual(['package/plugins/a/index.ts']);
  });

  test('loads a file, a folder, a package folder and an installed package that the configuration names', async () => {
    touch('elsewhere/one.ts');
    touch('workspace/two/index.ts');
    touch('workspace/three/package.json', '{ "main": "lib/entry.js" }');
    touch('workspace/three/lib/entry.js');
    touch('workspace/node_modules/four/package.json', '{ "name": "four" }');
    const { files, faults, imported, lent } = await discover({
      sources: ['../elsewhere/one.ts', './two', './three', 'four'],
    });
    expect(faults).toEqual([]);
    expect(files).toEqual([
      'elsewhere/one.ts',
      'workspace/two/index.ts',
      'workspace/three/lib/entry.js',
      'workspace/node_modules/four',
    ]);
    const folders = ['elsewhere', 'workspace/two', 'workspace/three', 'workspace/node_modules/four'];
    expect(lent).toEqual(folders.map((folder) => join(root, folder)));
    expect(imported[3]).toBe('package:four');
  });

  test('each source that is not there is one fault that names it', async () => {
    touch('workspace/empty/readme.md');
    const { faults } = await discover({ sources: ['./nowhere', './empty', 'not-installed'] });
    expect(faults.map(({ message }) => message)).toEqual([
      `plugins.sources names ./nowhere: ${join(root, 'workspace/nowhere')} does not exist`,
      expect.stringMatching(/^plugins\.sources names \.\/empty: .* has no index\.ts, index\.js, index\.mjs/),
      expect.stringMatching(/^plugins\.sources names not-installed: .*npm install not-installed/),
    ]);
  });

  test('an import failure names file and reason in one line; one of a disabled plugin is none', async () => {
    touch('package/plugins/broken/index.ts');
    const { faults, isWhole } = await discover();
    expect([isWhole, faults.map(({ message }) => message)]).toEqual([
      false,
      [`plugin in ${join(root, 'package/plugins/broken/index.ts')} cannot be imported: SyntaxError: Unexpected token`],
    ]);
    const disabled = await discover({ isDisabled: (folder) => folder === 'broken' });
    expect([disabled.isWhole, disabled.faults]).toEqual([false, []]);
  });
});
