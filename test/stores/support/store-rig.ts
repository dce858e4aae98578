import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type {
  EmbeddingPurpose,
  EmbeddingsFactory,
  KnowledgeStore,
  RepairReport,
  StoreDriver,
  VectorIndexDriver,
} from '../../../src/index.ts';
import { cutPassage, INDEX_DRIVERS, sqliteStoreDriver } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble } from '../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';

/** How a rig opens its store. */
export interface RigOptions {
  readonly index?: string;
  readonly isEnabled?: boolean;
  readonly drivers?: readonly VectorIndexDriver[];
  readonly workerFile?: URL;
  readonly purpose?: EmbeddingPurpose;
}

/** A signal that ends what hangs. */
export function limit(ms = 20_000): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** A folder of a test's own with one store, that can be opened as often as it takes, with any model. */
export class StoreRig {
  readonly location: string;
  readonly #options: RigOptions;
  readonly #opened: KnowledgeStore[] = [];
  readonly #isOwner: boolean;

  /** In a fresh folder unless one is told, which then is left alone. */
  constructor(options: RigOptions = {}, location?: string) {
    this.#options = options;
    this.#isOwner = location === undefined;
    this.location = location ?? mkdtempSync(join(tmpdir(), 'wooster-store-'));
  }

  get database(): string {
    return join(this.location, 'store.db');
  }

  async open(
    model: EmbeddingsDouble | EmbeddingsFactory = new EmbeddingsDouble(),
    { create = true }: { readonly create?: boolean } = {},
  ): Promise<KnowledgeStore> {
    const factory = model instanceof EmbeddingsDouble ? embeddingsFactoryDouble(model) : model;
    const { purpose = 'projects' } = this.#options;
    const driver = this.#driver(factory);
    const store = await driver.open({ purpose, name: 'rig', location: this.location }, { create }, limit());
    this.#opened.push(store);
    return store;
  }

  /** Repairs the store, which need not open. */
  async repair(model = new EmbeddingsDouble()): Promise<RepairReport> {
    return this.#driver(embeddingsFactoryDouble(model)).repair!(this.location, limit());
  }

  #driver(factory: EmbeddingsFactory): StoreDriver {
    const { index = 'auto', isEnabled = true, drivers = [], workerFile } = this.#options;
    const settings = { isEnabled, model: 'double', fallbackToCloud: false };
    return sqliteStoreDriver({
      embeddings: () => factory,
      extensions: createExtensionsDouble([[INDEX_DRIVERS, drivers]]),
      settings: {
        knowledge: { index, maxFileBytes: 1 },
        embeddings: { projects: settings, userProfile: settings },
      },
      cut: cutPassage,
      ...(workerFile && { workerFile }),
    });
  }

  /** Sets when the models of every space were compared last. */
  setCheckedAt(time: number): void {
    const database = new DatabaseSync(this.database);
    database.prepare('UPDATE served_spaces SET checked_at = ?').run(time);
    database.close();
  }

  async dispose(): Promise<void> {
    for (const store of this.#opened) await store.close();
    if (this.#isOwner) rmSync(this.location, { recursive: true, force: true });
  }
}
