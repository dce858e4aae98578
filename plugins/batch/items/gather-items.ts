import { relative, resolve, sep } from 'node:path';
import { isWoosterError, UsageError } from 'wooster';
import { toItems, type BatchItem, type ItemDefaults, type ItemDraft } from './batch-item.ts';
import { findFiles, type FoundInput } from './find-files.ts';
import { looksLikeJsonLines, readJsonLines, readPromptLines } from './read-lines.ts';
import { readText, type TextReading } from './read-text.ts';

/** Where items come from. */
interface ItemSources {
  readonly inputs: readonly string[];
  /** Folder that paths are relative to. */
  readonly from: string;
  /** With `{text}`, and `{path}` where it is wanted. */
  readonly template?: string;
  /** Never an input: what the batch itself writes. */
  readonly out?: string;
  readonly reading: TextReading;
  readInput(): Promise<string | undefined>;
  /** One line for the person. */
  note(text: string): void;
}

function fill(template: string, text: string, path = ''): string {
  return template.replaceAll(/\{(text|path)\}/g, (_, name) => (name === 'text' ? text : path));
}

function requireTemplate({ template }: ItemSources): string | undefined {
  if (template === undefined || template.includes('{text}')) return template;
  throw new UsageError('--prompt needs {text} where the text of each file goes: --prompt "Summarize: {text}"');
}

/** As people name it: from where they stand, or whole where it is elsewhere. */
function nameOf(path: string, from: string): string {
  const name = relative(from, path);
  return name.startsWith('..') ? path : name.split(sep).join('/');
}

/** One file; what cannot be read is an item that fails, and undefined is a file that holds no text. */
async function fromFile(
  path: string,
  template: string,
  { from, reading }: ItemSources,
): Promise<ItemDraft | undefined> {
  const id = nameOf(path, from);
  try {
    const text = await readText(path, reading);
    return text === undefined ? undefined : { id, prompt: fill(template, text, id) };
  } catch (error) {
    reading.signal.throwIfAborted();
    if (!isWoosterError(error)) throw error;
    return { id, prompt: '', fault: { code: error.code, message: error.message } };
  }
}

async function fromFiles({ kind, files }: FoundInput, template: string, sources: ItemSources): Promise<ItemDraft[]> {
  const drafts: ItemDraft[] = [];
  const leftOut: string[] = [];
  for (const file of files) {
    const draft = await fromFile(file, template, sources);
    if (draft === undefined) leftOut.push(nameOf(file, sources.from));
    else drafts.push(draft);
  }
  if (kind === 'file' && leftOut.length > 0) throw noText(leftOut.join(', '));
  if (leftOut.length > 0) sources.note(`left out, since they hold no text: ${leftOut.join(', ')}`);
  return drafts;
}

function noText(name: string): UsageError {
  return new UsageError(`${name} holds no text that can be read: name another file`);
}

async function fromInput(input: string, sources: ItemSources): Promise<readonly ItemDraft[]> {
  const { from, out, reading } = sources;
  const template = requireTemplate(sources);
  const { kind, files: all } = await findFiles(input, from, reading.signal);
  const written = out === undefined ? undefined : resolve(from, out);
  const files = all.filter((file) => file !== written);
  const [path] = files;
  if (path === undefined) {
    throw new UsageError(`${input} is both the input and --out: write the answers to another file`);
  }
  if (template !== undefined) return fromFiles({ kind, files }, template, sources);
  if (kind === 'folder') {
    throw new UsageError(
      `${input} is a folder or pattern: say what to ask of each file with --prompt "Summarize: {text}"`,
    );
  }
  const text = await readText(path, { ...reading, loaders: [] });
  if (text === undefined) throw noText(input);
  return /\.(?:jsonl|ndjson)$/i.test(path) ? readJsonLines(text, input) : readPromptLines(text);
}

async function fromStandardInput(sources: ItemSources): Promise<readonly ItemDraft[]> {
  const template = requireTemplate(sources);
  const text = (await sources.readInput()) ?? '';
  const drafts = looksLikeJsonLines(text) ? readJsonLines(text, 'standard input') : readPromptLines(text);
  return template === undefined ? drafts : drafts.map((draft) => ({ ...draft, prompt: fill(template, draft.prompt) }));
}

/** All items of the inputs, in order: of standard input where there are none. UsageError where there is nothing to ask. */
export async function gatherItems(sources: ItemSources, defaults: ItemDefaults): Promise<readonly BatchItem[]> {
  const { inputs } = sources;
  const drafts: ItemDraft[] = [];
  for (const input of inputs) drafts.push(...(await fromInput(input, sources)));
  if (inputs.length === 0) drafts.push(...(await fromStandardInput(sources)));
  if (drafts.length === 0) {
    throw new UsageError(
      'there is nothing to ask: name a file with one prompt a line, a .jsonl file, a folder with --prompt, or pipe lines in',
    );
  }
  return toItems(drafts, defaults);
}
