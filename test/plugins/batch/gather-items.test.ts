import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { gatherItems } from '../../../plugins/batch/items/gather-items.ts';
import { BUILT_IN_LOADERS } from '../../../src/index.ts';
import { signal, temporaryFolder } from './rig.ts';

/** A workspace with files, and what is gathered from it. */
async function makeFiles(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), content);
  }
  const notes: string[] = [];
  const gather = (
    inputs: readonly string[],
    { template, input, out }: { readonly template?: string; readonly input?: string; readonly out?: string } = {},
  ) =>
    gatherItems(
      {
        inputs,
        from: folder.path,
        template,
        out,
        reading: { loaders: BUILT_IN_LOADERS, maxBytes: 1000, signal },
        readInput: () => Promise.resolve(input),
        note: (text) => void notes.push(text),
      },
      { temperature: 0, maxTokens: 9, scope: [] },
    );
  return { gather, notes, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const DOCUMENTS = {
  'notes/b.md': '# Title\n\nTwo.\n',
  'notes/a.txt': 'One.',
  'notes/page.html': '<html><body><h1>Head</h1><p>Three &amp; four.</p></body></html>',
  'notes/wide.txt': new Uint8Array([0xff, 0xfe, 0x41, 0x00]),
  'notes/picture.png': new Uint8Array([0x89, 0x50, 0, 0, 0]),
  'notes/deep/empty.md': ' \n',
  'notes/deep/large.txt': 'x'.repeat(1001),
  'notes/.hidden/c.md': 'Hidden.',
  'notes/node_modules/d.md': 'Foreign.',
};

describe('the items of a batch', () => {
  test('are the lines of a file, without the empty ones', async () => {
    await using files = await makeFiles({ 'prompts.txt': '\uFEFFone\r\n\r\n  two \n\n' });
    const items = await files.gather(['prompts.txt']);
    expect(items).toEqual([
      expect.objectContaining({ index: 0, prompt: 'one', temperature: 0, maxTokens: 9 }),
      expect.objectContaining({ index: 1, prompt: 'two' }),
    ]);
  });

  test('are the objects of JSON Lines, with what each says of itself', async () => {
    const lines = [
      { id: 7, prompt: 'a', system: 'be brief', model: 'house:m', temperature: 1, maxTokens: 3 },
      { prompt: 'b' },
    ];
    await using files = await makeFiles({ 'prompts.jsonl': lines.map((line) => JSON.stringify(line)).join('\n') });
    const items = await files.gather(['prompts.jsonl']);
    expect(items[0]).toMatchObject({ ...lines[0], id: '7' });
    expect(items[1]).toMatchObject({ index: 1, prompt: 'b', temperature: 0, maxTokens: 9 });
    const piped = await files.gather([], { input: '{"prompt":"c"}\n' });
    expect(piped).toMatchObject([{ prompt: 'c' }]);
  });

  test('are files of a folder in the order of their paths, with the text that each holds', async () => {
    await using files = await makeFiles(DOCUMENTS);
    const items = await files.gather(['notes'], { template: '{path} says: {text}' });
    expect(items.map(({ id, prompt, fault }) => [id, fault?.code ?? prompt])).toEqual([
      ['notes/a.txt', 'notes/a.txt says: One.'],
      ['notes/b.md', 'notes/b.md says: # Title\n\nTwo.'],
      ['notes/deep/empty.md', 'E_INPUT'],
      ['notes/deep/large.txt', 'E_INPUT'],
      ['notes/page.html', expect.stringMatching(/^notes\/page\.html says: .*Three & four\.$/s)],
      ['notes/wide.txt', 'notes/wide.txt says: A'],
    ]);
    expect(files.notes).toEqual(['left out, since they hold no text: notes/picture.png']);
  });

  test('are what a pattern matches, and never the answers themselves', async () => {
    await using files = await makeFiles({ ...DOCUMENTS, 'notes/answers.txt': 'An answer.' });
    const template = 'Title: {text}';
    const names = async (pattern: string, out?: string) =>
      (await files.gather([pattern], { template, out })).map(({ id }) => id);
    expect(await names('notes/**/*.md')).toEqual(['notes/b.md', 'notes/deep/empty.md']);
    expect(await names('notes/?.{md,txt}')).toEqual(['notes/a.txt', 'notes/b.md']);
    expect(await names('notes/*.txt', 'notes/answers.txt')).toEqual(['notes/a.txt', 'notes/wide.txt']);
  });

  test('are lines of standard input, each put into the prompt where there is one', async () => {
    await using files = await makeFiles({});
    const items = await files.gather([], { input: 'sky\nsea\n', template: 'Colour of the {text}?' });
    expect(items.map(({ prompt }) => prompt)).toEqual(['Colour of the sky?', 'Colour of the sea?']);
  });

  test.each<[string, readonly string[], Parameters<Awaited<ReturnType<typeof makeFiles>>['gather']>[1], RegExp]>([
    ['nothing', [], {}, /nothing to ask: name a file/],
    ['an empty file', ['empty.txt'], {}, /nothing|empty/],
    ['a path that is not there', ['nowhere.txt'], {}, /nowhere\.txt is no file, folder or pattern/],
    ['a pattern without files', ['*.pdf'], { template: '{text}' }, /holds no files: check the pattern/],
    ['a folder without a prompt', ['folder'], {}, /--prompt "Summarize: \{text\}"/],
    ['a prompt without a place for the text', ['folder'], { template: 'Summarize' }, /needs \{text\}/],
    ['its own answers', ['prompts.txt'], { out: 'prompts.txt' }, /both the input and --out/],
    ['a picture', ['picture.png'], { template: '{text}' }, /picture\.png holds no text/],
    ['a line that is no JSON', ['bad.jsonl'], {}, /bad\.jsonl line 2 is no JSON/],
    ['a line with a wrong field', ['wrong.jsonl'], {}, /wrong\.jsonl line 1: .*"promt".*fields: id, prompt/],
    ['a model that is none', ['model.jsonl'], {}, /model\.jsonl line 1: "smol" names no model/],
  ])('cannot be %s, and the message says what to do', async (_name, inputs, options, message) => {
    await using files = await makeFiles({
      'empty.txt': '',
      'folder/a.txt': 'One.',
      'prompts.txt': 'one',
      'picture.png': new Uint8Array([0x89, 0, 0]),
      'bad.jsonl': '{"prompt":"a"}\nnot json\n',
      'wrong.jsonl': '{"prompt":"a","promt":"b"}\n',
      'model.jsonl': '{"prompt":"a","model":"smol"}\n',
    });
    await expect(files.gather(inputs, options)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});
