import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { FileAccessError } from '../../contracts/errors/resource-errors.ts';
import { InputRejectedError } from '../../contracts/errors/host-errors.ts';
import { systemCode } from '../../kernel/system-code.ts';

/** Never waits for a writer (a pipe that took the place of a file) and never follows a link that took it. */
// eslint-disable-next-line no-bitwise
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of a regular file below the root. FileAccessError when it cannot be read or is no longer a file inside the
 * root, InputRejectedError when it has grown beyond the limit.
 */
export async function readFileBytes(root: string, path: string, maxBytes: number): Promise<Uint8Array> {
  const absolute = join(root, path);
  try {
    const folder = await realpath(dirname(absolute));
    if (folder !== root && !folder.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new FileAccessError('this file is outside of the folder', { path });
    }
    const file = await open(absolute, FLAGS);
    try {
      const { size } = await file.stat().then((found) => {
        if (!found.isFile()) throw new FileAccessError('this is not a file any more', { path });
        return found;
      });
      if (size > maxBytes) throw new InputRejectedError(`this file has grown to ${size} bytes, above the limit`);
      // Plain bytes: a Buffer's `slice` would share what a parser takes over.
      const { buffer, byteOffset, length } = await file.readFile();
      return new Uint8Array(buffer, byteOffset, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FileAccessError || error instanceof InputRejectedError) throw error;
    const code = systemCode(error);
    throw new FileAccessError(`this file cannot be read (${code ?? 'unknown fault'})`, { path, cause: error });
  }
}
