import { readdir, realpath, stat } from 'node:fs/promises';
import { FileAccessError } from '../contracts/errors/resource-errors.ts';
import { systemCode } from '../kernel/system-code.ts';

/** The absolute path of a folder, links resolved. FileAccessError when it is missing, a file, or may not be read. */
export async function resolveFolder(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if (!(await stat(root)).isDirectory()) {
      throw new FileAccessError(`${folder} is a file; name the folder that holds it, and the file by include`, {
        path: folder,
      });
    }
    await readdir(root);
    return root;
  } catch (error) {
    if (error instanceof FileAccessError) throw error;
    throw new FileAccessError(describe(folder, systemCode(error)), { path: folder, cause: error });
  }
}

function describe(folder: string, code: string | undefined): string {
  if (code === 'ENOENT') return `${folder}: there is no such folder`;
  if (code === 'ENOTDIR') return `${folder}: a part of this path is a file`;
  if (code === 'ELOOP') return `${folder}: its links go round in a circle`;
  if (code === 'EACCES' || code === 'EPERM')
    return `${folder}: this folder may not be read; give yourself the right to`;
  return `${folder}: this folder cannot be read (${code ?? 'unknown fault'})`;
}
