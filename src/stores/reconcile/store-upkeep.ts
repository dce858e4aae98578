import type { StoreUpkeep } from '../../contracts/knowledge/upkeep.ts';
import { backupStore } from '../backup/backup-store.ts';
import { reconcileStore } from './reconcile-store.ts';
import { acceptModel, compareModel } from '../spaces/compare-model.ts';
import type { StorePorts } from '../store-ports.ts';

/** What keeps a store in SQLite sound beside its daily use. */
export function storeUpkeep(ports: StorePorts): StoreUpkeep {
  return {
    reconcile: (options) => reconcileStore(ports, options),
    backup: (file, signal, note) => backupStore(ports, file, signal, note),
    compareModel: (signal) => compareModel(ports, signal),
    acceptModel: (signal) => acceptModel(ports, signal),
  };
}
