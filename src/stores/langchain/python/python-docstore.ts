import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PlainDocument } from '../langchain-document.ts';
import type { FolderDocstore } from '../folder/folder-docstore.ts';
import { PickledName, type PickledObject, type PickleValue } from '../pickle/pickle-values.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import { attributesOf, classOf } from './pickled-class.ts';
import { PlainMetadata } from './plain-metadata.ts';
import { textOfObject } from './text-of-object.ts';

/** Node reads no larger file at once. */
const LARGEST_FILE = 2 ** 31 - 1;
/** Classes that are told by name. */
const NAMES_TOLD = 3;

/** The module of a class has moved with every edition of LangChain; the last part of the name has not. */
function isOfLangChain(value: PickleValue, name: string): value is PickledObject {
  const [full = '', own = ''] =
    /^langchain(?:_core|_community|_classic)?\.(?:\w+\.)*(\w+)$/.exec(classOf(value) ?? '') ?? [];
  return full !== '' && own === name;
}

function idOf(value: PickleValue): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : textOfObject(value);
}

function describe(value: PickleValue): string {
  if (value instanceof PickledName) return String(value);
  return classOf(value) ?? (value === null ? 'None' : Array.isArray(value) ? 'list' : typeof value);
}

function tellCounts(counts: ReadonlyMap<string, number>): string {
  const told = [...counts].slice(0, NAMES_TOLD).map(([name, count]) => `${count} of ${name}`);
  return [...told, ...(counts.size > NAMES_TOLD ? [`${counts.size - NAMES_TOLD} kinds more`] : [])].join(', ');
}

function toMapping(value: ReadonlyMap<PickleValue, PickleValue>): ReadonlyMap<number, string> {
  const rows = new Map<number, string>();
  for (const [row, key] of value) {
    const id = idOf(key);
    if (typeof row === 'number' && Number.isSafeInteger(row) && row >= 0 && id !== undefined) rows.set(row, id);
  }
  return rows;
}

function toDocstore(root: PickleValue, name: string): FolderDocstore {
  const [docstore, mapping] = Array.isArray(root) ? root : [];
  if (docstore === undefined || !(mapping instanceof Map) || !isOfLangChain(docstore, 'InMemoryDocstore')) {
    throw new SyntaxError(`it holds no docstore of LangChain but ${describe(docstore ?? root)}`);
  }
  const held = attributesOf(docstore).get('_dict');
  if (!(held instanceof Map)) throw new SyntaxError('its docstore holds no documents');
  const metadata = new PlainMetadata();
  const odd = new Map<string, number>();
  const documents: (PlainDocument & { readonly id: string })[] = [];
  for (const [key, value] of held) {
    const id = idOf(key);
    const attributes = isOfLangChain(value, 'Document') ? attributesOf(value) : new Map<PickleValue, PickleValue>();
    const pageContent = attributes.get('page_content');
    if (id === undefined || typeof pageContent !== 'string') {
      const what = describe(value);
      odd.set(what, (odd.get(what) ?? 0) + 1);
    } else documents.push({ id, pageContent, metadata: metadata.of(attributes.get('metadata')) });
  }
  const rows = toMapping(mapping);
  const lost = mapping.size - rows.size;
  return {
    documents,
    mapping: rows,
    faults: [
      ...(odd.size > 0 ? [`entries of ${name} that are no documents: ${tellCounts(odd)}; left out`] : []),
      ...(lost > 0 ? [`${lost} rows of ${name} name no document: left out`] : []),
      ...(metadata.leftOut.size > 0
        ? [`metadata that is no plain data: ${tellCounts(metadata.leftOut)}; left out, the documents are taken`]
        : []),
    ],
  };
}

/**
 * Reads the docstore that LangChain's FAISS for Python wrote, running nothing of it: only its own classes and a few of
 * Python's (dates, paths, UUIDs) are understood, anything else is told and left out. Throws SyntaxError for a pickle that
 * is damaged or holds something else, and what the file system throws.
 */
export async function readPythonDocstore(path: string, signal: AbortSignal): Promise<FolderDocstore> {
  if ((await stat(path)).size > LARGEST_FILE) throw new SyntaxError('it is larger than 2 GiB');
  return toDocstore(await readPickle(await readFile(path, { signal }), signal), basename(path));
}
