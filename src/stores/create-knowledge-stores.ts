import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { STORE_DRIVERS } from '../contracts/knowledge/knowledge-store.ts';
import type {
  KnowledgeStore,
  KnowledgeStores,
  OpenStoreOptions,
  StoreDriver,
  StoreRequest,
} from '../contracts/knowledge/knowledge-store.ts';
import type { RepairReport, RestoreReport } from '../contracts/knowledge/upkeep.ts';
import type { EmbeddingPurpose } from '../contracts/models/embedding-model.ts';
import { UsageError } from '../contracts/errors/host-errors.ts';
import { FileAccessError } from '../contracts/errors/resource-errors.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { systemCode } from '../kernel/system-code.ts';
import { locateStore, storeRoots } from './store-location.ts';

/** Opens, read-only, a folder that LangChain's FaissStore wrote; asked only where there is such a folder and no store of ours. */
export type OpenLegacyStore = (identity: StoreRequest, signal: AbortSignal) => Promise<KnowledgeStore>;

/** What the factory of stores needs. */
export interface KnowledgeStoresOptions {
  readonly workspace: Pick<Workspace, 'projectsDirectory' | 'vectorDataDirectory'>;
  /** Where the drivers are contributed. */
  readonly extensions: Extensions;
  readonly openLegacy?: OpenLegacyStore;
  /** The driver that opens stores; `sqlite` unless told. */
  readonly driver?: string;
}

/** The files of LangChain's FaissStore, of JavaScript and of Python. */
const LEGACY_FILES = [
  ['faiss.index', 'docstore.json'],
  ['index.faiss', 'index.pkl'],
] as const;

/** True where LangChain's FaissStore has saved: both of its files. */
function isLegacyAt(location: string): boolean {
  return LEGACY_FILES.some((files) => files.every((file) => existsSync(join(location, file))));
}

/** A log of writes whose store.db is gone, and a repaired store that was not put in its place yet, are a store too. */
function isStoreAt(location: string): boolean {
  return ['store.db', 'store.db-wal', 'store.db.repaired'].some((name) => existsSync(join(location, name)));
}

function howToMake(purpose: EmbeddingPurpose, name: string): string {
  return purpose === 'projects' ? `\`wooster ingest <folder> --project ${name}\` makes it` : '`remember` makes it';
}

/** Folders may lie beside the stores that cannot be one by their name, such as the indexes of the profile. */
function isName(places: KnowledgeStoresOptions['workspace'], purpose: EmbeddingPurpose, name: string): boolean {
  try {
    locateStore(places, purpose, name);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

class Stores implements KnowledgeStores {
  readonly #options: KnowledgeStoresOptions;

  constructor(options: KnowledgeStoresOptions) {
    this.#options = options;
  }

  locate(purpose: EmbeddingPurpose, name: string): string {
    return locateStore(this.#options.workspace, purpose, name);
  }

  async open(
    purpose: EmbeddingPurpose,
    name: string,
    signal: AbortSignal,
    { create = false }: OpenStoreOptions = {},
  ): Promise<KnowledgeStore> {
    const location = this.locate(purpose, name);
    const { openLegacy } = this.#options;
    if (!isStoreAt(location)) {
      if (openLegacy !== undefined && isLegacyAt(location)) return openLegacy({ purpose, name, location }, signal);
      if (!create) {
        throw new UsageError(`there is no store ${JSON.stringify(name)} at ${location}: ${howToMake(purpose, name)}`);
      }
    }
    return this.#driver().open({ purpose, name, location }, { create }, signal);
  }

  async repair(purpose: EmbeddingPurpose, name: string, signal: AbortSignal): Promise<RepairReport> {
    const location = this.locate(purpose, name);
    const driver = this.#driver();
    if (!isStoreAt(location)) {
      throw new UsageError(`there is no store ${JSON.stringify(name)} at ${location}: ${howToMake(purpose, name)}`);
    }
    if (driver.repair === undefined) throw new UsageError(`stores of ${driver.id} cannot be repaired here`);
    return driver.repair(location, signal);
  }

  async restore(file: string, purpose: EmbeddingPurpose, name: string, signal: AbortSignal): Promise<RestoreReport> {
    const location = this.locate(purpose, name);
    const driver = this.#driver();
    if (isStoreAt(location) || isLegacyAt(location)) {
      throw new UsageError(
        `there is a store ${JSON.stringify(name)} at ${location} already: restore under another name`,
      );
    }
    if (driver.restore === undefined) throw new UsageError(`stores of ${driver.id} cannot be restored here`);
    return driver.restore(file, { purpose, name, location }, signal);
  }

  async supersede<Result>(
    { purpose, name }: { readonly purpose: EmbeddingPurpose; readonly name: string },
    fill: (store: KnowledgeStore) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const location = this.locate(purpose, name);
    if (isStoreAt(location)) throw new UsageError(`there is a store of ours at ${location} already`);
    if (!isLegacyAt(location)) throw new UsageError(`there is no folder of LangChain at ${location}`);
    const { supersedeFolder } = await import('./langchain/legacy/supersede-folder.ts');
    return supersedeFolder(this.#driver(), { purpose, name, location }, fill, signal);
  }

  #driver(): StoreDriver {
    const { extensions, driver: id = 'sqlite' } = this.#options;
    const driver = extensions.find(STORE_DRIVERS, id);
    if (driver === undefined) throw new UsageError(`there is no store driver ${id}: enable the plugin that has it`);
    return driver;
  }

  async list(purpose: EmbeddingPurpose): Promise<readonly string[]> {
    const { directory, unnamed } = storeRoots(this.#options.workspace, purpose);
    const folders = await foldersIn(directory);
    const names = [
      ...(unnamed === undefined ? [] : [unnamed]),
      ...folders.filter((name) => isName(this.#options.workspace, purpose, name)),
    ];
    const isThere = (name: string): boolean => {
      const location = this.locate(purpose, name);
      return isStoreAt(location) || isLegacyAt(location);
    };
    return [...new Set(names)].filter(isThere).sort();
  }
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new FileAccessError(`${directory} cannot be read: check its permissions`, { path: directory, cause: error });
  }
}

/** The stores of a workspace. Looking makes nothing; a store is made by `open` with `create`. */
export function createKnowledgeStores(options: KnowledgeStoresOptions): KnowledgeStores {
  return new Stores(options);
}
