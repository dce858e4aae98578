import type { KnowledgeStore, OpenStoreOptions, StoreDriver } from '../contracts/knowledge/knowledge-store.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { StoreIdentity } from './sqlite-store.ts';

/** Stores in SQLite files, each with a worker thread of its own while it is open. */
export function sqliteStoreDriver(environment: StoreEnvironment): StoreDriver {
  const open = async (
    identity: StoreIdentity,
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
  return { id: 'sqlite', open };
}
