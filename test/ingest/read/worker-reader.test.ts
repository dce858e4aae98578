import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DocumentJob } from '../../../src/ingest/read/document-job.ts';
import { WorkerReader } from '../../../src/ingest/read/worker-reader.ts';
import { estimateTokens } from '../../../src/ingest/split/count-texts.ts';
import { FolderRig } from '../folder-rig.ts';

let rig: FolderRig;
let reader: WorkerReader;

beforeEach(async () => {
  rig = await FolderRig.create();
  reader = new WorkerReader();
  await rig.write({ 'a.md': 'One.', 'big.json': JSON.stringify(Array.from({ length: 200_000 }, (_, at) => ({ at }))) });
});

afterEach(async () => {
  await reader.dispose();
  await rig.dispose();
});

function job(path: string, loaderId: string): DocumentJob {
  const splitting = { tokenizer: 'none', maxTokens: 240, overlapTokens: 24, version: 1 };
  return { root: rig.folder, path, loaderId, modifiedAt: 0, maxBytes: 1e9, splitting, maxTokens: 240 };
}

const bounds = { countTokens: estimateTokens, signal: new AbortController().signal, limitMs: 20_000 };

function failToCount(): Promise<never> {
  return Promise.reject(new RangeError('no tokens today'));
}

describe('the worker that reads documents', () => {
  test('goes on with a new one after a file that breaks it', async () => {
    const broken = await reader.read(job('a.md', 'no-such-loader'), bounds);
    expect(broken).toMatchObject({ kind: 'broken', message: expect.stringMatching(/the reader broke on this file/) });
    expect(await reader.read(job('a.md', 'markdown'), bounds)).toMatchObject({ kind: 'read' });
  });

  test('is given up in the middle of a file that takes too long', async () => {
    await reader.read(job('a.md', 'markdown'), bounds);
    const outcome = await reader.read(job('big.json', 'json'), { ...bounds, limitMs: 20 });
    expect(outcome).toMatchObject({ kind: 'broken', message: expect.stringMatching(/took more than 0.02 s/) });
    expect(await reader.read(job('a.md', 'markdown'), bounds)).toMatchObject({ kind: 'read' });
  });

  test('is left at once when the caller gives up, and passes on what counting throws', async () => {
    const controller = new AbortController();
    const reading = reader.read(job('big.json', 'json'), { ...bounds, signal: controller.signal });
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(reader.read(job('a.md', 'markdown'), { ...bounds, countTokens: failToCount })).rejects.toThrow(
      'no tokens today',
    );
  });

  test('never reads beyond the folder, nor a file that has grown', async () => {
    expect(await reader.read(job('../../etc/hostname', 'plain-text'), bounds)).toMatchObject({ code: 'E_FILE' });
    expect(await reader.read({ ...job('a.md', 'markdown'), maxBytes: 2 }, bounds)).toMatchObject({
      kind: 'broken',
      message: expect.stringMatching(/grown to 4 bytes/),
    });
    expect(await reader.read(job('gone.md', 'markdown'), bounds)).toMatchObject({ kind: 'broken', code: 'E_FILE' });
  });
});
