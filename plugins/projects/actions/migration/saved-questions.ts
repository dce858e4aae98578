import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileAccessError, systemCode, type KnowledgeStore } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';

/** Questions of a project that are asked without a flag. */
const DEFAULT_FILE = 'questions.txt';

/** Each is asked in two spaces: more of them tell nothing more. */
const MOST_QUESTIONS = 100;

/**
 * Questions that are asked before and after: those of the file, one a line, else those beside the project where there are
 * any. E_FILE for a file that was named and cannot be read.
 */
export async function savedQuestions(
  { records }: ProjectPorts,
  { purpose, name }: Pick<KnowledgeStore, 'purpose' | 'name'>,
  file: string | undefined,
): Promise<readonly string[]> {
  if (file === undefined && purpose !== 'projects') return [];
  const path = file === undefined ? join(records.folderOf(name), DEFAULT_FILE) : resolve(file);
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '').slice(0, MOST_QUESTIONS);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (file === undefined && code === 'ENOENT') return [];
    throw new FileAccessError(`the questions at ${path} cannot be read (${code}): check the path`, {
      path,
      cause: error,
    });
  }
}
