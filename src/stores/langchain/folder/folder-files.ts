import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the files of a folder that LangChain's FaissStore wrote. */
export const INDEX_FILE = 'faiss.index';
/** `[[[id, {pageContent, metadata}], ...], {"0": id, ...}]`. */
export const DOCSTORE_FILE = 'docstore.json';
/** Our own, which FaissStore does not look at: the space of the vectors. */
export const SPACE_FILE = 'wooster.json';
/** What the Python edition of LangChain writes; reading it would run code that is in it. */
const PICKLE_FILE = 'index.pkl';

async function isThere(folder: string, name: string): Promise<boolean> {
  try {
    await access(join(folder, name));
    return true;
  } catch {
    return false;
  }
}

/** What wrote the store in a folder: LangChain for JavaScript, for Python (which cannot be read), or none of them. */
export async function kindOfFolder(folder: string): Promise<'langchain' | 'python' | undefined> {
  if (await isThere(folder, DOCSTORE_FILE)) return 'langchain';
  if (await isThere(folder, PICKLE_FILE)) return 'python';
  return undefined;
}
