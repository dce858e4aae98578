import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';

/** The path is for a person: the same folder may be reached by another, through a link. */
interface VerifiedRecord {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/**
 * Where the record of a file lies: beside it in the store's own folder; for files of other folders, which may be
 * read-only, also in the store's own folder under a name made from their path.
 */
function recordPath(path: string, directory: string): string {
  if (path.startsWith(directory + sep)) return `${path}.verified.json`;
  const suffix = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(directory, `${basename(path)}.${suffix}.verified.json`);
}

/** Size and time of change of a file; undefined when there is none. */
export function fileStamp(path: string): { bytes: number; mtimeMs: number } | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? { bytes: stats.size, mtimeMs: stats.mtimeMs } : undefined;
}

/** Whether the file is still the one whose checksum was computed, told by size and time of change; reads no weights. */
export function isVerified(path: string, sha256: string, directory: string): boolean {
  const record = readVerified(path, directory);
  return record?.sha256 === sha256 && record.isUnchanged;
}

/** The checksum that a file had when it was recorded, and whether its size and time are still those; undefined without a record. */
export function readVerified(
  path: string,
  directory: string,
): { readonly sha256: string; readonly isUnchanged: boolean } | undefined {
  const stamp = fileStamp(path);
  if (stamp === undefined) return undefined;
  try {
    const { sha256, bytes, mtimeMs } = JSON.parse(readFileSync(recordPath(path, directory), 'utf8')) as VerifiedRecord;
    return { sha256, isUnchanged: bytes === stamp.bytes && mtimeMs === stamp.mtimeMs };
  } catch {
    // A missing or damaged record only means that the file is hashed again.
    return undefined;
  }
}

/** Remembers that a file has this checksum. */
export async function recordVerified(path: string, sha256: string, directory: string): Promise<void> {
  const stamp = fileStamp(path);
  if (stamp === undefined) return;
  const record: VerifiedRecord = { path, sha256, ...stamp };
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(recordPath(path, directory), `${JSON.stringify(record)}\n`);
  } catch {
    // A folder that cannot be written costs the next start a hash, and is no reason to fail now.
  }
}

/** The sha256 of a file, read in pieces; `onRead` gets the bytes so far. */
export async function sha256OfFile(
  path: string,
  options: { signal: AbortSignal; onRead?: (bytes: number) => void },
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal: options.signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
    options.onRead?.(bytes);
  }
  return hash.digest('hex');
}
