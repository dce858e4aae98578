import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leftoversCheck } from '../../../../../plugins/local-model/doctor/checks/leftovers-check.ts';
import { createProcessTable } from '../../../../../plugins/local-model/supervision/process/process-table.ts';
import { ServerSupervision } from '../../../../../plugins/local-model/supervision/server-supervision.ts';
import type { Workspace } from '../../../../../src/index.ts';
import { silentLog } from '../../providers/preset-setup.ts';

const { signal } = new AbortController();
const progress = { update: () => {}, note: () => {}, finish: () => {} };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

let folder: string;
let workspace: Workspace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  workspace = { configDirectory: join(folder, 'config'), stateDirectory: join(folder, '.wooster') } as Workspace;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function checkLeftovers() {
  const supervision = new ServerSupervision({ workspace, loadMs: 1000, clock, log: silentLog });
  return { body: leftoversCheck({ supervision, workspace, clock }), supervision };
}

async function record(id: string, child: { pid: number; startedAt: string }): Promise<void> {
  const directory = join(workspace.stateDirectory, 'servers');
  await mkdir(directory, { recursive: true });
  const more = { settingsHash: 'x', startedAtMs: 0, isEndAsked: false };
  const content = {
    id,
    kind: 'ollama',
    address: '127.0.0.1:1',
    isKept: false,
    users: [],
    child: { ...child, ...more },
  };
  await writeFile(join(directory, `${id}.json`), JSON.stringify(content));
}

describe('what killed processes left behind', () => {
  test('is nothing in a new workspace, and nothing is made there', async () => {
    const { body } = checkLeftovers();
    expect((await body.run(signal))[0]?.state).toBe('ok');
    expect(await readdir(folder)).toEqual([]);
  });

  test('is a record of a server that has ended, which the fix settles', async () => {
    await record('ollama', { pid: process.pid, startedAt: 'another process had this id' });
    const { body, supervision } = checkLeftovers();
    expect(await body.run(signal)).toEqual([
      expect.objectContaining({
        state: 'warning',
        canFix: true,
        summary: expect.stringMatching(/^ollama is recorded as running/),
      }),
    ]);
    await body.fix!({ signal, progress });
    expect((await body.run(signal))[0]?.state).toBe('ok');
    await supervision.dispose();
  });

  test('is not a server that somebody uses', async () => {
    const row = await createProcessTable().find(process.pid);
    const mark = { pid: process.pid, startedAt: row!.startedAt };
    await record('ollama', mark);
    const file = join(workspace.stateDirectory, 'servers', 'ollama.json');
    await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), users: [mark] }));
    expect((await checkLeftovers().body.run(signal))[0]?.state).toBe('ok');
  });

  test('is a half-written file, but not one that is being written now', async () => {
    await mkdir(workspace.configDirectory);
    const old = join(workspace.configDirectory, '.local.json.0123abcd.tmp');
    const young = join(workspace.configDirectory, '.local.json.0123abce.tmp');
    for (const file of [old, young]) await writeFile(file, '{}');
    await utimes(old, new Date(0), new Date(0));
    const { body } = checkLeftovers();
    expect((await body.run(signal)).map(({ summary }) => summary)).toEqual([`${old} was never finished`]);
    await body.fix!({ signal, progress });
    expect(await readdir(workspace.configDirectory)).toEqual(['.local.json.0123abce.tmp']);
  });
});
