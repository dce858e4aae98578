import { readdir } from 'node:fs/promises';

/** Vectors, as `faiss.write_index` writes them. */
export const INDEX_FILE = 'faiss.index';
/** `[[[id, {pageContent, metadata}], ...], {"0": id, ...}]`. */
export const DOCSTORE_FILE = 'docstore.json';
/** Our own, which FaissStore does not look at: the space of the vectors. */
export const SPACE_FILE = 'wooster.json';
/** Endings of what the Python edition writes; the name before them is `index` unless the program chose another. */
const PYTHON_ENDINGS = { docstore: '.pkl', index: '.faiss' } as const;
const PYTHON_NAME = 'index';

/** What wrote a folder, and its two files. */
export interface FolderKind {
  readonly writer: 'javascript' | 'python';
  readonly docstore: string;
  readonly index: string;
}

function pythonName(entries: readonly string[]): string | undefined {
  const { docstore, index } = PYTHON_ENDINGS;
  const names = entries.filter((entry) => entry.endsWith(docstore)).map((entry) => entry.slice(0, -docstore.length));
  if (names.includes(PYTHON_NAME)) return PYTHON_NAME;
  const [name, ...others] = names.filter((each) => entries.includes(each + index));
  return others.length === 0 ? name : undefined;
}

/** What wrote the store in a folder: LangChain for JavaScript, for Python, or none of them. */
export async function kindOfFolder(folder: string): Promise<FolderKind | undefined> {
  const entries = await readdir(folder).catch((): string[] => []);
  if (entries.includes(DOCSTORE_FILE)) return { writer: 'javascript', docstore: DOCSTORE_FILE, index: INDEX_FILE };
  const name = pythonName(entries);
  if (name === undefined) return undefined;
  const { docstore, index } = PYTHON_ENDINGS;
  return { writer: 'python', docstore: name + docstore, index: name + index };
}
