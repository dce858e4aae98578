import type {
  KnowledgeStore,
  OpenStoreOptions,
  StoreDriver,
  StoreRequest,
} from '../contracts/knowledge/knowledge-store.ts';
import type { RepairReport, RestoreReport } from '../contracts/knowledge/upkeep.ts';
import type { StoreEnvironment } from './store-environment.ts';

/** Stores in SQLite files, each with a worker thread of its own while it is open. */
export function sqliteStoreDriver(environment: StoreEnvironment): StoreDriver {
  const open = async (
    identity: StoreRequest,
    { create = false }: OpenStoreOptions,
    signal: AbortSignal,
  ): Promise<KnowledgeStore> => {
    const { purpose, name, location } = identity;
    const { StoreLink } = await import('./link/store-link.ts');
    const { SqliteStore } = await import('./sqlite-store.ts');
    const link = new StoreLink(location, environment.workerFile);
    try {
      await link.call('open', { purpose, name, location, create }, signal);
      return new SqliteStore(identity, link, environment);
    } catch (error) {
      await link.close();
      throw error;
    }
  };
  const restore = async (file: string, request: StoreRequest, signal: AbortSignal): Promise<RestoreReport> => {
    const { restoreStore } = await import('./backup/backup-store.ts');
    return restoreStore(file, request, { workerFile: environment.workerFile, signal });
  };
  const repair = async (location: string, signal: AbortSignal): Promise<RepairReport> => {
    const { repairStore } = await import('./repair/repair-store.ts');
    return repairStore(location, environment, signal);
  };
  return { id: 'sqlite', open, repair, restore };
}
