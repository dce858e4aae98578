import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportLangChain } from '../../../src/index.ts';
import { readLangChain } from '../../../src/stores/langchain/folder/read-langchain.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import type { ExportTask } from './export-child.ts';

const CHILD = join(import.meta.dirname, 'export-child.ts');
const PASSAGES = 30;

/** How a child ended, and what it said. */
async function runChild(task: ExportTask): Promise<{ readonly signal: string | null; readonly output: string }> {
  const flags = ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(task)];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  return { signal, output };
}

async function expectWhole(folder: string): Promise<void> {
  const read = await readLangChain(folder, limit());
  expect([read.documents.length, read.faults]).toEqual([PASSAGES, []]);
  await read.close();
}

describe('an export whose process is killed', () => {
  let rig: StoreRig;
  let root: string;
  let steps: number;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'wooster-export-'));
    rig = new StoreRig();
    const store = await rig.open();
    const texts = Array.from({ length: PASSAGES }, (_, at) => `passage ${at} of many`);
    await store.add([sourceOf('a.md', texts)], limit());
    await store.close();
    const { output } = await runChild({ location: rig.location, folder: join(root, 'whole') });
    steps = Number(output);
  }, 60_000);

  afterAll(async () => {
    await rig.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  test('leaves nothing of that name or the whole folder, and what it left is swept by the next', async () => {
    expect(steps).toBeGreaterThan(10);
    const moments = [Math.floor(steps / 2), steps - 2, steps];
    for (const killAt of moments) {
      const shelf = join(root, `shelf-${killAt}`);
      mkdirSync(shelf);
      const folder = join(shelf, 'faiss');
      const { signal } = await runChild({ location: rig.location, folder, killAt });
      expect([killAt, signal]).toEqual([killAt, 'SIGKILL']);
      if (existsSync(folder)) {
        await expectWhole(folder);
        rmSync(folder, { recursive: true });
      }
      const store = await rig.open();
      const [held] = (await store.stats(limit())).spaces;
      await exportLangChain(store, held!.space.spaceId, folder, limit());
      await store.close();
      await expectWhole(folder);
      expect([killAt, readdirSync(shelf)]).toEqual([killAt, ['faiss']]);
    }
  }, 60_000);
});
