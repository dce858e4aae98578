import { rm, writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { FileAccessError, isDiskFull, StorageFullError, systemCode, UsageError, type Conversations } from 'wooster';

type ExportFormat = 'markdown' | 'json';

/** Where to, and in which form; by the name of the file without one. */
interface ExportTarget {
  readonly out?: string;
  readonly format?: ExportFormat;
}

/** What was exported: the file, or the text where there is none. */
interface Exported {
  readonly id: string;
  readonly format: ExportFormat;
  readonly file?: string;
  readonly text?: string;
}

/** Writes a conversation to a file that is not there yet, or gives it back. UsageError for a file that is there. */
export async function exportConversation(
  conversations: Conversations,
  word: string,
  { out, format }: ExportTarget,
): Promise<Exported> {
  const isJson = format === undefined ? extname(out ?? '').toLowerCase() === '.json' : format === 'json';
  const chosen = isJson ? 'json' : 'markdown';
  const { transcript, text } = await conversations.write(word, chosen);
  const { id } = transcript;
  if (out === undefined) return { id, format: chosen, text };
  const file = resolve(out);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    // Only what was there before, or could not be made, is not ours to take away.
    if (systemCode(error) !== 'EEXIST') await rm(file, { force: true }).catch(() => undefined);
    throw translate(error, file);
  }
  return { id, format: chosen, file };
}

function translate(error: unknown, file: string): Error {
  const code = systemCode(error);
  if (code === 'EEXIST') return new UsageError(`${file} is there already: choose another name, or delete it`);
  if (isDiskFull(error)) return new StorageFullError(`no room to write ${file}: free some space`, { cause: error });
  const advice = code === 'ENOENT' ? 'its folder is not there' : `${code ?? 'unknown fault'}: check the permissions`;
  return new FileAccessError(`cannot write ${file} (${advice})`, { path: file, cause: error });
}
