import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discoverFiles } from '../../../src/ingest/discover/discover-files.ts';
import { LeftOutTally } from '../../../src/ingest/discover/left-out-tally.ts';
import { pathFilterOf } from '../../../src/ingest/discover/path-filter.ts';
import type { LeftOut } from '../../../src/ingest/ingest-report.ts';
import { FolderRig } from '../folder-rig.ts';

let rig: FolderRig;

beforeEach(async () => {
  rig = await FolderRig.create();
});

afterEach(() => rig.dispose());

async function discover(
  include: readonly string[] = [],
  exclude: readonly string[] = [],
): Promise<{ readonly paths: readonly string[]; readonly leftOut: readonly LeftOut[] }> {
  const leftOut = new LeftOutTally();
  const filter = pathFilterOf(include, exclude);
  const { signal } = new AbortController();
  const { files } = await discoverFiles({ root: rig.folder, filter, leftOut, refuse: () => undefined, signal });
  return { paths: files.map(({ path }) => path), leftOut: leftOut.list() };
}

describe('discovery', () => {
  test('follows the ignore rules of git at every level as git itself does', async () => {
    await rig.write({
      '.gitignore':
        '*.log\n!keep.log\n/build\nout/\ndocs/*.tmp\n\\#odd\n# comment\n  \ntrailing   \nsub/inner\n**/gen/\na/**/z.md\n',
      'a.log': '1',
      'keep.log': '1',
      'build/x.md': '1',
      'deep/build/x.md': '1',
      'deep/out/x.md': '1',
      'deep/out.md': '1',
      'docs/a.tmp': '1',
      'docs/deep/a.tmp': '1',
      '#odd': '1',
      trailing: '1',
      'A.LOG': '1',
      'deep/gen/x.md': '1',
      'a/b/c/z.md': '1',
      'a/z.md': '1',
      'sub/.gitignore': '!a.log\n/only-here.md\n*.secret\n!inner\nwild[1].md\n',
      'sub/a.log': '1',
      'sub/only-here.md': '1',
      'sub/deep/only-here.md': '1',
      'sub/deep/x.secret': '1',
      'sub/inner/x.md': '1',
      'sub/wild1.md': '1',
      'sub/wild[1].md': '1',
      'we[i]rd dir/.gitignore': '/x.md\n',
      'we[i]rd dir/x.md': '1',
      'we[i]rd dir/y.md': '1',
      'wei/x.md': '1',
      'ünï/cödé.md': '1',
      'excluded.md': '1',
    });
    execFileSync('git', ['init', '-q', rig.folder]);
    await rig.write({ '.git/info/exclude': 'excluded.md\n' });
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: rig.folder,
      encoding: 'utf8',
      // Rules of the person who runs the tests are not part of it.
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', XDG_CONFIG_HOME: rig.folder },
    });
    const expected = listed.split('\0').filter((path) => path !== '');
    const { paths, leftOut } = await discover();
    expect([...paths].sort()).toEqual(expected.sort());
    expect(paths.length).toBeGreaterThan(12);
    expect(leftOut).toContainEqual({ reason: 'ignored by .git/info/exclude', count: 1, examples: ['excluded.md'] });
  });

  test('gives .woosterignore the last word, in both directions', async () => {
    await rig.write({
      '.gitignore': 'build/\n*.log\n',
      '.woosterignore': '!build\nprivate/\n*.key.md\n!run.log\n',
      'build/deep/x.md': '1',
      'private/x.md': '1',
      'sub/.gitignore': '!a.key.md\n',
      'sub/a.key.md': '1',
      'run.log': '1',
      'other.log': '1',
    });
    const { paths, leftOut } = await discover();
    expect(paths).toEqual(['.gitignore', '.woosterignore', 'build/deep/x.md', 'run.log', 'sub/.gitignore']);
    expect(leftOut).toEqual([
      { reason: 'ignored by .woosterignore', count: 2, examples: ['private/', 'sub/a.key.md'] },
      { reason: 'ignored by .gitignore', count: 1, examples: ['other.log'] },
    ]);
  });

  test('leaves out folders of tools and secrets by default, unless a rule takes them back', async () => {
    await rig.write({
      'node_modules/p/a.md': '1',
      '.env': '1',
      '.env.example': '1',
      'x/id_rsa': '1',
      '.git/a.md': '1',
    });
    expect((await discover()).paths).toEqual(['.env.example']);
    await rig.write({ '.woosterignore': '!node_modules/\n' });
    expect((await discover()).paths).toEqual(['.env.example', '.woosterignore', 'node_modules/p/a.md']);
  });

  test('takes globs as people write them', async () => {
    await rig.write({ 'a.md': '1', 'docs/b.md': '1', 'docs/deep/c.txt': '1', 'drafts/d.md': '1', '.hidden/e.md': '1' });
    expect((await discover(['*.md'])).paths).toEqual(['.hidden/e.md', 'a.md', 'docs/b.md', 'drafts/d.md']);
    expect((await discover(['docs/'])).paths).toEqual(['docs/b.md', 'docs/deep/c.txt']);
    expect((await discover(['./docs/*.md', '**/c.*'])).paths).toEqual(['docs/b.md', 'docs/deep/c.txt']);
    const { paths, leftOut } = await discover(['*.md'], ['drafts', '.hidden/**']);
    expect(paths).toEqual(['a.md', 'docs/b.md']);
    expect(leftOut).toContainEqual({ reason: 'excluded', count: 2, examples: ['.hidden/', 'drafts/'] });
  });

  test('never follows a link: not out of the folder, not in a circle, not twice to one file', async () => {
    await rig.write({ 'inside/a.md': '1' });
    await symlink('/etc', rig.path('etc'));
    await symlink('/etc/hostname', rig.path('hostname.md'));
    await symlink(rig.path('inside/a.md'), rig.path('again.md'));
    await symlink(rig.folder, rig.path('inside/loop'));
    await symlink(rig.path('nowhere'), rig.path('gone.md'));
    const { paths, leftOut } = await discover();
    expect(paths).toEqual(['inside/a.md']);
    expect(leftOut).toEqual([
      { reason: 'link inside the folder', count: 2, examples: ['again.md', 'inside/loop'] },
      { reason: 'link out of the folder', count: 2, examples: ['etc', 'hostname.md'] },
      { reason: 'broken link', count: 1, examples: ['gone.md'] },
    ]);
  });
});
