import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { flatHeader } from '../../../src/stores/indexes/faiss/flat-file.ts';
import { readDocstore } from '../../../src/stores/langchain/folder/docstore-reader.ts';
import { matchRows } from '../../../src/stores/langchain/folder/match-rows.ts';
import { readLangChain } from '../../../src/stores/langchain/folder/read-langchain.ts';

const NEVER = new AbortController().signal;

describe('a folder of LangChain', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wooster-folder-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('of the Python edition with a pickle that is none is damaged', async () => {
    writeFileSync(join(folder, 'index.faiss'), 'x');
    writeFileSync(join(folder, 'index.pkl'), 'x');
    await expect(readLangChain(folder, NEVER)).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    await expect(readLangChain(folder, NEVER)).rejects.toThrow(/index\.pkl cannot be read: opcode 0x78 at byte 0/);
  });

  test('that is none is refused', async () => {
    await expect(readLangChain(folder, NEVER)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test.each(['', '{}', '[[["a",{"pageContent":"x"}]', '[[["a",{"pageContent":"x"}', 'nonsense', '[[1,2]]'])(
    'with the docstore %j is damaged',
    async (content) => {
      writeFileSync(join(folder, 'docstore.json'), content);
      await expect(readLangChain(folder, NEVER)).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    },
  );

  test('without its index gives its texts', async () => {
    writeFileSync(join(folder, 'docstore.json'), '[[["a",{"pageContent":"x","metadata":{"n":1}}],["b",7]],{"0":"a"}]');
    const read = await readLangChain(folder, NEVER);
    expect(read.documents).toEqual([{ id: 'a', pageContent: 'x', metadata: { n: 1 }, row: undefined }]);
    expect(read.faults).toEqual([
      '1 entries of docstore.json are no documents: left out',
      'faiss.index is not used: it is missing; every document is to be embedded anew',
    ]);
  });

  test('gives vectors of length 1 also where the model did not', async () => {
    writeFileSync(join(folder, 'docstore.json'), '[[["a",{"pageContent":"x"}]],{"0":"a"}]');
    const header = flatHeader({ metric: 'l2', dimensions: 2, count: 1 });
    writeFileSync(join(folder, 'faiss.index'), Buffer.concat([header, Buffer.from(Float32Array.of(3, 4).buffer)]));
    const read = await readLangChain(folder, NEVER);
    expect(await read.vector(0)).toEqual(Float32Array.of(0.6, 0.8));
    await read.close();
  });
});

test('a docstore is cut into its pieces whatever is in its texts and wherever a block ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-docstore-'));
  try {
    const path = join(folder, 'docstore.json');
    const entries = Array.from({ length: 400 }, (_, at) => [
      `id"${at}\\`,
      { pageContent: `]}[{"${'ü🦜\\'.repeat(at * 5)}"`, metadata: { deep: [[[{ a: ['}'] }]]], at } },
    ]);
    const mapping = { 0: 'id{', 1: ']' };
    writeFileSync(path, JSON.stringify([entries, mapping], null, 1));
    const pieces: unknown[] = [];
    for await (const piece of readDocstore(path, NEVER)) pieces.push(piece);
    expect(pieces).toEqual([
      ...entries.map((value) => ({ type: 'entry', value })),
      { type: 'mapping', value: mapping },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function unit(count: number): Float32Array {
  return new Float32Array(count).fill(1);
}

function mappingOf(ids: readonly string[]): Map<number, string> {
  return new Map(ids.entries());
}

describe('vectors and documents of a folder', () => {
  test('agree where every row has its document', () => {
    const facts = { ids: ['a', 'b'], mapping: mappingOf(['a', 'b']), count: 2, norms: Float32Array.of(3, 4) };
    expect(matchRows(facts)).toEqual({
      rows: new Map([
        ['a', 0],
        ['b', 1],
      ]),
      faults: [],
    });
  });

  test('that were not saved together are taken where they agree', () => {
    const facts = { ids: ['a', 'b', 'c'], mapping: mappingOf(['a', 'b', 'gone']), count: 4, norms: unit(4) };
    const { rows, faults } = matchRows(facts);
    expect([...rows]).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(faults).toEqual([
      '1 vector has no document: left out',
      '1 vector is of documents that are not there: left out',
      '1 document has no vector: to be embedded anew',
    ]);
  });

  test('of a model that does not normalise are not taken where the counts differ', () => {
    const facts = { ids: ['a', 'b'], mapping: mappingOf(['a', 'b']), count: 3, norms: Float32Array.of(5, 6, 7) };
    expect(matchRows(facts).rows.size).toBe(0);
  });

  test('that are zero or no numbers are left out', () => {
    const norms = Float32Array.of(0, NaN, 1);
    const { rows } = matchRows({ ids: ['a', 'b', 'c'], mapping: mappingOf(['a', 'b', 'c']), count: 3, norms });
    expect([...rows]).toEqual([['c', 2]]);
  });
});
