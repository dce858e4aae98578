import { INDEX_DRIVERS, sqliteStoreDriver } from '../../../src/index.ts';
import type { BackupNote, BackupReport, RestoreReport, StoreRequest } from '../../../src/index.ts';
import { backupStore } from '../../../src/stores/backup/backup-store.ts';
import { StoreLink } from '../../../src/stores/link/store-link.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble } from '../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { limit } from '../support/store-rig.ts';

/** The request of a store in a folder. */
export function requestOf(location: string, name = 'rig'): StoreRequest {
  return { purpose: 'projects', name, location };
}

/** Copies the store in a folder, in a worker of its own. */
export async function backUp(
  location: string,
  file: string,
  { note, signal = limit() }: { readonly note?: BackupNote; readonly signal?: AbortSignal } = {},
): Promise<BackupReport> {
  const link = new StoreLink(location);
  try {
    await link.call('open', { ...requestOf(location), create: false }, limit());
    return await backupStore({ link }, file, signal, note);
  } finally {
    await link.close();
  }
}

/** Makes a store of a file, as the driver of SQLite does. */
export function bringBack(file: string, request: StoreRequest, signal = limit()): Promise<RestoreReport> {
  const settings = { isEnabled: true, model: 'double', fallbackToCloud: false };
  const driver = sqliteStoreDriver({
    embeddings: () => embeddingsFactoryDouble(new EmbeddingsDouble()),
    extensions: createExtensionsDouble([[INDEX_DRIVERS, []]]),
    settings: {
      knowledge: { index: 'auto', maxFileBytes: 1 },
      embeddings: { projects: settings, userProfile: settings },
    },
  });
  return driver.restore!(file, request, signal);
}
