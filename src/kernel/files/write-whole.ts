import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { DISK, type FileLayer } from './file-layer.ts';

/** Makes a file with these bytes, which are lasting then; its name is not yet. Throws what the file system throws. */
export async function writeLasting(path: string, parts: Iterable<Uint8Array>, files: FileLayer = DISK): Promise<void> {
  const file = await files.create(path);
  try {
    for (const part of parts) await file.write(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes a file whole or not at all, whoever dies and whenever the power goes: beside, synced, renamed, and the name
 * synced. Until it is done the former file is there; afterwards this one is, for good. Throws what the file system throws.
 */
export async function writeWhole(path: string, parts: Iterable<Uint8Array>, files: FileLayer = DISK): Promise<void> {
  // Told to be of this process, so that what a dead one left is known.
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    await writeLasting(beside, parts, files);
    await files.rename(beside, path);
  } catch (error) {
    await files.remove(beside).catch(() => undefined);
    throw error;
  }
  await files.sync(dirname(path));
}
