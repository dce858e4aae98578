import type { StoreRequest } from '../../contracts/knowledge/knowledge-store.ts';
import type { BackupNote, BackupReport, RestoreReport } from '../../contracts/knowledge/upkeep.ts';
import type { StorePorts } from '../store-ports.ts';
import { StoreLink } from '../link/store-link.ts';

/**
 * Writes a checked copy of an open store into a file while others read and write; the file appears whole or not at all.
 * UsageError for one that is there, E_DISK_FULL and E_FILE with nothing left behind.
 */
export function backupStore(
  { link }: Pick<StorePorts, 'link'>,
  file: string,
  signal: AbortSignal,
  note?: BackupNote,
): Promise<BackupReport> {
  // Awaited, so that what was written aside is gone when an abort is told.
  return link.call('backup', { file, ...(note !== undefined && { note }) }, signal, { isAwaited: true });
}

/** Puts a checked copy of a file in the place of a store that is not there, in a worker that ends with it. */
export async function restoreStore(
  file: string,
  request: StoreRequest,
  { workerFile, signal }: { readonly workerFile: URL | undefined; readonly signal: AbortSignal },
): Promise<RestoreReport> {
  const link = new StoreLink(request.location, workerFile);
  try {
    return await link.call('restore', { file, request }, signal, { isAwaited: true });
  } finally {
    await link.close();
  }
}
