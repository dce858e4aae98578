import { realpath } from 'node:fs/promises';
import { systemCode } from 'wooster';

/** The path with its links resolved, by which a folder is known; what is not there is refused by who reads it. */
export async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return folder;
  }
}
