import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readLangChain } from '../../../src/stores/langchain/folder/read-langchain.ts';
import { readPythonDocstore } from '../../../src/stores/langchain/python/python-docstore.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/langchain-python');
const NEVER = new AbortController().signal;
const PROTOCOLS = [0, 1, 2, 3, 4, 5];

const DOCUMENTS = [
  { id: 'one', pageContent: 'the copper kettle sings', metadata: { source: 'kitchen/kettle.md', page: 3 } },
  {
    id: 'two',
    pageContent: 'an orchid in winter – ü 🦜',
    metadata: { source: 'garden/orchid.md', tags: ['a', 'b'] },
  },
  { id: 'three', pageContent: 'a river of stones\nand \\ more', metadata: {} },
];

function pickle(name: string): string {
  return join(FIXTURES, 'pickles', `${name}.pkl`);
}

describe('a docstore of the Python edition', () => {
  test.each(PROTOCOLS.flatMap((protocol) => [`pydantic1-protocol${protocol}`, `pydantic2-protocol${protocol}`]))(
    'is read as it was written: %s',
    async (name) => {
      const docstore = await readPythonDocstore(pickle(name), NEVER);
      expect(docstore.documents).toEqual(DOCUMENTS);
      expect([...docstore.mapping.values()]).toEqual(['one', 'two', 'three']);
      expect(docstore.faults).toEqual([]);
    },
  );

  test.each([0, 2, 5])(
    'keeps dates, paths, UUIDs and numbers as text that JSON knows (protocol %i)',
    async (protocol) => {
      const { documents, mapping, faults } = await readPythonDocstore(
        pickle(`odd-metadata-protocol${protocol}`),
        NEVER,
      );
      expect([...mapping.values()]).toEqual([
        '00000000-0000-0000-0000-000000000001',
        '00000010-0000-0000-0000-000000000000',
      ]);
      expect(documents.map(({ id }) => id)).toEqual([...mapping.values()]);
      const metadata = { ...documents[0]?.metadata };
      expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
      expect(Object.entries(metadata)).toEqual(
        expect.arrayContaining([
          ['source', '/notes/odd.md'],
          ['at', '2024-05-06T07:08:09.001200-03:30'],
          ['day', '1999-12-31'],
          ['clock', '23:59:00'],
          ['id', '00112233-4455-6677-8899-aabbccddeeff'],
          ['price', '12.50'],
          ['pair', [1, -2.5]],
          ['set', ['only']],
          ['big', '1208925819614629174706176'],
          ['negative', -(2 ** 40)],
          ['none', null],
          ['true', true],
          ['not', 'NaN'],
          ['ordered', { b: 1, a: 2 }],
          ['7', 'a number for a key'],
          ['__proto__', { polluted: true }],
        ]),
      );
      expect(faults).toEqual(['metadata that is no plain data: 1 of bytes; left out, the documents are taken']);
    },
  );

  test('that would run code is read without running it, and what it would have called is told', async () => {
    const { documents, faults } = await readPythonDocstore(pickle('malicious-entries'), NEVER);
    expect(documents.map(({ id, metadata }) => [id, metadata])).toEqual([
      ['one', DOCUMENTS[0]?.metadata],
      ['two', {}],
    ]);
    expect(faults).toEqual([
      'entries of malicious-entries.pkl that are no documents: 1 of builtins.eval; left out',
      'metadata that is no plain data: 1 of posix.system; left out, the documents are taken',
    ]);
    const { documents: named } = await readPythonDocstore(pickle('malicious-global'), NEVER);
    expect(named[0]?.metadata).toEqual({});
    for (const name of ['malicious-root', 'malicious-docstore']) {
      await expect(readPythonDocstore(pickle(name), NEVER)).rejects.toThrow(
        'no docstore of LangChain but posix.system',
      );
    }
    expect(existsSync('wooster-pickle-was-run')).toBe(false);
  });
});

describe('a folder that faiss and LangChain for Python wrote', () => {
  test.each(['flat', 'flat-normalised', 'inner-product'])('gives texts and vectors: %s', async (kind) => {
    const folder = await readLangChain(join(FIXTURES, kind), NEVER);
    expect([folder.dimensions, folder.faults]).toEqual([4, []]);
    expect(folder.documents).toEqual(DOCUMENTS.map((document, row) => ({ ...document, row })));
    for (const [row, { pageContent }] of DOCUMENTS.entries()) {
      // What the embeddings of the script make of a text.
      const raw = [
        Array.from(pageContent).length,
        pageContent.split('a').length - 1,
        pageContent.split('e').length - 1,
        1,
      ];
      const length = Math.hypot(...raw);
      const vector = await folder.vector(row);
      for (const [at, value] of raw.entries()) expect(vector[at]).toBeCloseTo(value / length, 5);
    }
    await folder.close();
  });

  test.each([
    ['hnsw', 'IHNf'],
    ['ivf', 'IwFl'],
  ])('gives its texts where the index is of another kind: %s', async (kind, mark) => {
    const folder = await readLangChain(join(FIXTURES, kind), NEVER);
    expect(folder.documents).toEqual(DOCUMENTS.map((document) => ({ ...document, row: undefined })));
    expect(folder.faults).toEqual([
      `index.faiss is not used: it is an index of the kind ${mark}, not a flat one; every document is to be embedded anew`,
    ]);
    await folder.close();
  });

  test('has the fixtures that the script makes', () => {
    expect(readdirSync(join(FIXTURES, 'pickles'))).toHaveLength(19);
  });
});
