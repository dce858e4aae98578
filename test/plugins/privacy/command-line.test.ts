import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCli } from '../../cli/support/cli-process.ts';
import { makeCliWorkspace } from '../../cli/support/cli-workspace.ts';

test('a choice holds in the next process, and a damaged file of choices is told and keeps everything here', async () => {
  await using workspace = await makeCliWorkspace();
  await mkdir(join(workspace.root, 'projects', 'handbook'), { recursive: true });
  const run = (...args: string[]) => runCli(workspace, ['privacy', ...args]);

  const set = await run('set', 'no-training', '--project', 'handbook');
  expect([set.exitCode, set.stdout]).toEqual([0, expect.stringContaining('project handbook is no-training')]);
  const check = JSON.parse((await run('check', 'hello', '--project', 'handbook', '--json')).stdout) as object;
  expect(check).toMatchObject({ privacy: 'no-training', rule: 'class of project handbook (wooster privacy)' });

  const file = join(workspace.root, '.wooster', 'privacy.db');
  expect((await readFile(file)).subarray(0, 6).toString()).toBe('SQLite');
  for (const suffix of ['-wal', '-shm']) await rm(file + suffix, { force: true });
  await writeFile(file, 'no database, but a text that is long enough to be read as the header of one of those');
  const damaged = JSON.parse((await run('check', 'hello', '--project', 'handbook', '--json')).stdout) as {
    rule: string;
  };
  expect(damaged).toMatchObject({ privacy: 'local-only', clouds: [] });
  expect(damaged.rule).toMatch(/cannot be read: .*privacy\.db is damaged: move it away/);
  const refused = await run('set', 'any', '--project', 'handbook');
  expect([refused.exitCode, refused.stderr]).toEqual([74, expect.stringContaining('E_STORE_CORRUPT')]);
  const report = await run();
  expect([report.exitCode, report.stdout.replace(/\s+/g, ' ')]).toEqual([
    0,
    expect.stringContaining('your choices cannot be read'),
  ]);
}, 60_000);
