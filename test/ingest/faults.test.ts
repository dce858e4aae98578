import { execFileSync } from 'node:child_process';
import { chmod, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ContextTooLongError,
  MalformedReplyError,
  ProviderUnreachableError,
} from '../../src/contracts/errors/provider-errors.ts';
import type { KnowledgeSource } from '../../src/contracts/knowledge/knowledge-source.ts';
import type { Loader } from '../../src/contracts/knowledge/loader.ts';
import { BUILT_IN_LOADERS } from '../../src/ingest/load/built-in-loaders.ts';
import { FolderRig } from './folder-rig.ts';

let rig: FolderRig;

beforeEach(async () => {
  rig = await FolderRig.create();
});

afterEach(() => rig.dispose());

function loader(extension: string, load: Loader['load']): Loader {
  return { id: `own-${extension}`, mediaType: 'text/plain', extensions: [extension], load };
}

/** Lets the store refuse what the function names. */
function refuse(fault: (sources: readonly KnowledgeSource[]) => Error | undefined): void {
  const add = rig.store.add.bind(rig.store);
  rig.store.add = (sources, signal) => {
    const error = fault(sources);
    return error === undefined ? add(sources, signal) : Promise.reject(error);
  };
}

/** Words of the longest passage. */
function longest(sources: readonly KnowledgeSource[]): number {
  return Math.max(...sources.flatMap(({ chunks }) => chunks.map(({ text }) => text.split(' ').length)));
}

describe('a folder that cannot be ingested', () => {
  test('that is missing, a file, or empty is one line with a code', async () => {
    await expect(rig.ingest({ folder: rig.path('no') })).rejects.toMatchObject({ code: 'E_FILE' });
    await expect(rig.ingest({ folder: rig.path('no') })).rejects.toThrow(/there is no such folder/);
    await rig.write({ 'a.md': 'One.' });
    await expect(rig.ingest({ folder: rig.path('a.md') })).rejects.toThrow(/is a file; name the folder/);
    await expect(rig.ingest({ include: ['*.pdf'] })).rejects.toThrow(/nothing to read here \(not included: 1\)/);
  });

  test('that was emptied, as a drive that is not mounted, costs the store nothing', async () => {
    await rig.write({ 'a.md': 'One.' });
    await rig.ingest();
    const other = await FolderRig.create();
    await expect(rig.ingest({ folder: other.folder })).rejects.toMatchObject({ code: 'E_INPUT' });
    await other.dispose();
    expect(rig.held()).toEqual(['a.md']);
  });
});

describe('a file that cannot be ingested', () => {
  test('of two gigabytes is never opened, nor is a pipe', async () => {
    await rig.write({ 'a.md': 'One.' });
    await writeFile(rig.path('big.log'), '');
    await truncate(rig.path('big.log'), 2 ** 31);
    execFileSync('mkfifo', [rig.path('pipe.txt')]);
    const report = await rig.ingest();
    expect(report.leftOut).toEqual(
      expect.arrayContaining([
        { reason: 'too large', count: 1, examples: ['big.log (2147483648 bytes)'] },
        { reason: 'special file', count: 1, examples: ['pipe.txt'] },
      ]),
    );
    expect(report).toMatchObject({ added: 1, broken: [] });
  });

  test('without the right to read it is told and does not stop the run', async () => {
    await rig.write({ 'a.md': 'One.', 'secret.md': 'Two.', 'shut/c.md': 'Three.' });
    await rig.ingest();
    await chmod(rig.path('secret.md'), 0);
    await chmod(rig.path('shut'), 0);
    try {
      const report = await rig.ingest();
      // The superuser may read everything.
      const isRoot = process.getuid?.() === 0;
      expect(report.broken.map(({ path }) => path)).toEqual(isRoot ? [] : ['shut/', 'secret.md']);
      expect(report.removed).toBe(0);
    } finally {
      await chmod(rig.path('shut'), 0o755);
    }
  });

  test('that is binary, or hangs its loader, or throws in it, is one line', async () => {
    await rig.write({ 'a.md': 'One.', 'b.thing': 'a\0b', 'c.slow': 'Two.', 'd.bad': 'Three.' });
    const loaders = [
      ...BUILT_IN_LOADERS,
      loader('slow', () => new Promise(() => undefined)),
      loader('bad', () => Promise.reject(new TypeError('nothing is 0'))),
    ];
    const report = await rig.ingest({ loaders, fileLimitMs: 2000 });
    expect(report.leftOut).toEqual([{ reason: 'binary', count: 1, examples: ['b.thing'] }]);
    expect(report.broken).toEqual([
      { path: 'c.slow', code: 'E_INPUT', message: expect.stringMatching(/took more than 2 s and was given up/) },
      { path: 'd.bad', code: 'E_INPUT', message: expect.stringMatching(/nothing is 0/) },
    ]);
    expect(report.added).toBe(1);
  });

  test('in an encoding of its own, or in none, is read', async () => {
    const latin = Buffer.from('Grüße von der Fähre, für alle Gäste.', 'latin1');
    await rig.write({
      'latin.txt': latin,
      'broken.txt': Buffer.concat([Buffer.from('Tide '), Buffer.from([0xff, 0xc3])]),
    });
    expect(await rig.ingest()).toMatchObject({ added: 2, broken: [] });
    expect(rig.store.held.get('latin.txt')!.chunks[0]!.text).toBe('Grüße von der Fähre, für alle Gäste.');
    expect(rig.store.held.get('broken.txt')!.chunks[0]!.text).toMatch(/^Tide/);
  });
});

describe('a run that is interrupted', () => {
  test('by a server that is gone keeps what it has and says how to go on', async () => {
    await rig.write(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`${at}.md`, `Text number ${at}.`])));
    rig.embeddings.failure = { after: 100, error: new ProviderUnreachableError('the server is gone') };
    const failure = rig.ingest();
    await expect(failure).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
      details: { filesStored: 64, filesTotal: 200 },
    });
    await expect(failure).rejects.toThrow(
      'the server is gone; 64 of 200 files are in the store and stay there; run the same command again to go on',
    );
    expect(rig.store.held.size).toBe(64);
    rig.embeddings.failure = undefined;
    expect(await rig.ingest()).toMatchObject({ added: 136, unchanged: 64, embedded: 136 });
    expect(new Set(rig.embeddings.embedded).size).toBe(rig.embeddings.embedded.length);
  });

  test('by its caller ends within a second, in the middle of a file', async () => {
    await rig.write({ 'a.md': 'One.', 'b.slow': 'Two.' });
    const controller = new AbortController();
    const loaders = [
      ...BUILT_IN_LOADERS,
      loader('slow', () => new Promise(() => setTimeout(() => controller.abort(), 50))),
    ];
    const begin = performance.now();
    const run = rig.ingest({ loaders, signal: controller.signal });
    await expect(run).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(run).rejects.toThrow(/run the same command again/);
    expect(performance.now() - begin).toBeLessThan(3000);
    await (await rig.store.beginWriting('the next run')).dispose();
  });
});

describe('a model that refuses a text', () => {
  test('for its length gets the file in smaller passages, and the next run leaves it as it is', async () => {
    await rig.write({ 'a.md': 'Short.', 'b.md': 'A sentence of six words here. '.repeat(60) });
    refuse((sources) => (longest(sources) > 60 ? new ContextTooLongError('too long') : undefined));
    expect(await rig.ingest()).toMatchObject({ added: 2, broken: [] });
    expect(rig.store.held.get('b.md')!.splitting.maxTokens).toBe(60);
    expect(await rig.ingest()).toMatchObject({ unchanged: 2, changed: 0 });
  });

  test('however short is told of that file alone', async () => {
    await rig.write({ 'a.md': 'One.', 'b.md': 'Two.', 'c.md': 'Three.' });
    refuse((sources) =>
      sources.some(({ path }) => path === 'b.md') ? new ContextTooLongError('too long') : undefined,
    );
    const report = await rig.ingest();
    expect(report.broken).toEqual([{ path: 'b.md', code: 'E_CONTEXT', message: 'too long' }]);
    expect(rig.held()).toEqual(['a.md', 'c.md']);
  });

  test('of every file is at fault itself', async () => {
    await rig.write({ 'a.md': 'One.', 'b.md': 'Two.', 'c.md': 'Three.' });
    refuse(() => new MalformedReplyError('a vector of zeros'));
    await expect(rig.ingest()).rejects.toMatchObject({ code: 'E_MALFORMED' });
  });
});
