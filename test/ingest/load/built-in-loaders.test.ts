import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { LoadedPart, Loader } from '../../../src/contracts/knowledge/loader.ts';
import { BUILT_IN_LOADERS } from '../../../src/ingest/load/built-in-loaders.ts';
import { loaderFor } from '../../../src/ingest/read/loader-choice.ts';
import { loadBytes, testLoader } from '../../contracts/loader.ts';

const FIXTURES = new URL('../../fixtures/documents/', import.meta.url);

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FIXTURES)));
}

function loaderOf(path: string): Loader {
  return loaderFor(path, BUILT_IN_LOADERS)!;
}

function load(path: string, content: string | Uint8Array): Promise<readonly LoadedPart[]> {
  return loadBytes(loaderOf(path), path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
}

const EXAMPLES: Readonly<Record<string, readonly [content: string | undefined, ...words: string[]]>> = {
  'a.txt': ['The tide is high.\n', 'tide'],
  'a.rs': ['/// Adds.\npub fn add(a: u8) -> u8 {\n    a\n}\n', 'pub fn add'],
  'a.md': ['# Title\n\nWords here.\n', 'Title', 'Words here.'],
  'a.json': ['{"a": {"b": [1, 2]}, "c": "deep"}', 'a.b: 1, 2', 'c: deep'],
  'a.jsonl': ['{"a": 1}\n{"a": 2}\n', 'a: 1', 'a: 2'],
  'a.yaml': ['# why\nlight:\n  flashes: 2\n', '# why', 'flashes: 2'],
  'a.toml': ['name = "x"\n[part]\ncount = 2\n', 'name = "x"', 'count = 2'],
  'a.rst': ['Title\n=====\n\nWords here.\n', 'Title', 'Words here.'],
  'a.adoc': ['= Title\n\nWords here.\n', 'Title', 'Words here.'],
  'a.org': ['* TODO Title :tag:\nWords here.\n', 'Title', 'Words here.'],
  'a.tex': ['\\section{Title}\nWords here.\n', 'Title', 'Words here.'],
  'handbook.pdf': [undefined, 'Moorings', 'green shed', 'Diesel'],
  'crane.docx': [undefined, 'Crane manual', 'two tonnes', '9 m | 700 kg'],
  'tides.ipynb': [undefined, 'Tide model', 'math.cos', 'Output: 1.8429', 'residual'],
  'ferry.html': [undefined, 'weekdays', 'Winter', '12:40  Holm'],
  'boats.csv': [undefined, 'name: Alma', 'needs paint; second coat too'],
};

describe('every built-in loader', () => {
  for (const [path, [text, ...words]] of Object.entries(EXAMPLES)) {
    const content = text === undefined ? fixture(path) : new TextEncoder().encode(text);
    testLoader(loaderOf(path).id, { loader: loaderOf(path), path, content, words });
  }

  test('is tried here', () => {
    const tried = new Set(Object.keys(EXAMPLES).map((path) => loaderOf(path).id));
    expect(BUILT_IN_LOADERS.filter(({ id }) => !tried.has(id))).toEqual([]);
    const endings = BUILT_IN_LOADERS.flatMap(({ extensions }) => extensions);
    expect(endings.filter((ending, at) => endings.indexOf(ending) !== at)).toEqual([]);
  });
});

describe('the choice of a loader', () => {
  test('knows whole names and the longest ending, in any case', () => {
    expect(loaderOf('deep/Dockerfile').id).toBe('code');
    expect(loaderOf('LICENSE').id).toBe('plain-text');
    expect(loaderOf('A.MD').id).toBe('markdown');
    expect(loaderFor('a.unknown', BUILT_IN_LOADERS)).toBeUndefined();
  });

  test('prefers a loader that came later, so that a plugin can replace one', () => {
    const own: Loader = { ...loaderOf('a.md'), id: 'own' };
    expect(loaderFor('a.md', [...BUILT_IN_LOADERS, own])?.id).toBe('own');
  });
});

describe('Markdown', () => {
  test('knows both forms of headings, and none inside a fence', async () => {
    const parts = await load(
      'a.md',
      'One `x`\n===\n\na\n\nTwo\n---\n\n```sh\n# no heading\n```\n\n### [Three](x.md) ###\nb\n',
    );
    expect(parts.map(({ headings, line }) => ({ headings, line }))).toEqual([
      { headings: ['One x'], line: 4 },
      { headings: ['One x', 'Two'], line: 9 },
      { headings: ['One x', 'Two', 'Three'], line: 14 },
    ]);
    expect(parts[1]!.text).toContain('# no heading');
  });

  test('takes the title of the front matter where no heading tells it, and keeps the fields as text', async () => {
    const parts = await load('a.md', '---\ntitle: "Tides"\nauthor: Moe\n---\nBody.\n');
    expect(parts).toEqual([
      { text: 'title: "Tides"\nauthor: Moe', headings: ['Tides'], line: 2 },
      { text: 'Body.', headings: ['Tides'], line: 5 },
    ]);
  });

  test('loses no heading that has nothing below it', async () => {
    const parts = await load('a.md', '# A\n## B\n## C\ntext\n# D\n');
    expect(parts.map(({ headings, text }) => [...headings, text].join('/'))).toEqual(['A/B', 'A/C/text', 'D']);
  });
});

describe('formats of pages and offices', () => {
  test('a PDF is known by page, with headings by the size of letters', async () => {
    const parts = await load('handbook.pdf', fixture('handbook.pdf'));
    expect(parts.map(({ headings, page }) => ({ headings, page }))).toEqual([
      { headings: [], page: 1 },
      { headings: ['Moorings'], page: 1 },
      { headings: ['Fuel'], page: 2 },
    ]);
    expect(parts[1]!.text).toMatch(/in the book\.\n\nVisitors/);
  });

  test.each([
    ['locked.pdf', /locked with a password/],
    ['scanned.pdf', /no text on its 2 pages/],
    ['not-a.pdf', /no PDF but a zip archive/],
  ])('%s is refused in one line', async (name, message) => {
    await expect(load(name, fixture(name))).rejects.toMatchObject({ code: 'E_INPUT' });
    await expect(load(name, fixture(name))).rejects.toThrow(message);
  });

  test('a Word document has its title above its headings, and its tables by row', async () => {
    const parts = await load('crane.docx', fixture('crane.docx'));
    expect(parts.map(({ headings }) => headings.join('/'))).toEqual([
      'Crane manual',
      'Crane manual/Before lifting',
      'Crane manual/Before lifting/Limits',
    ]);
    await expect(load('old.docx', new Uint8Array([0xd0, 0xcf, 0x11]))).rejects.toThrow(/before 2007/);
  });

  test('a page loses its navigation and scripts, and keeps its code', async () => {
    const html =
      '<html><head><title>Shop</title><style>p{}</style></head><body><nav>Menu</nav><h1>Boats</h1><p>Fine <b>boats</b>.' +
      '<script>alert(1)</script></p><ul><li>one<ul><li>two</li></ul></li></ul><pre>a  b\n c</pre></body></html>';
    const [part, ...others] = await load('a.html', html);
    expect(others).toEqual([]);
    expect(part!.headings).toEqual(['Shop', 'Boats']);
    expect(part!.text).toBe('Fine boats.\n\n- one\n  - two\n\n```\na  b\n c\n```');
  });

  test('a table without a header has rows without names, and lines are those of the file', async () => {
    expect(await load('a.csv', '1,2\n3,4\n')).toEqual([
      { text: '1; 2', headings: [], line: 1 },
      { text: '3; 4', headings: [], line: 2 },
    ]);
    const boats = await load('boats.csv', fixture('boats.csv'));
    expect(boats.map(({ line }) => line)).toEqual([2, 4]);
  });

  test('records of a list are lines, and large members stand below their name', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`setting${at}`, `value of ${at}`]));
    const parts = await load('a.json', JSON.stringify({ name: 'x', people: [{ n: 'Anna', a: { c: 1 } }], many }));
    expect(parts[0]).toEqual({ text: 'name: x\npeople: n: Anna; a.c: 1', headings: [] });
    expect(parts[1]!.headings).toEqual(['many']);
    expect(await load('a.json', '// why\n{"a": 1,}')).toEqual([
      { text: '// why\n{"a": 1,}', headings: [], line: 1, language: 'json' },
    ]);
  });
});
