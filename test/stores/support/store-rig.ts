import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddingPurpose, EmbeddingsFactory, KnowledgeStore, VectorIndexDriver } from '../../../src/index.ts';
import { INDEX_DRIVERS, sqliteStoreDriver } from '../../../src/index.ts';
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
    const { index = 'auto', isEnabled = true, drivers = [], workerFile, purpose = 'projects' } = this.#options;
    const settings = { isEnabled, model: 'double', fallbackToCloud: false };
    const driver = sqliteStoreDriver({
      embeddings: () => factory,
      extensions: createExtensionsDouble([[INDEX_DRIVERS, drivers]]),
      settings: {
        knowledge: { index, maxFileBytes: 1 },
        embeddings: { projects: settings, userProfile: settings },
      },
      ...(workerFile && { workerFile }),
    });
    const store = await driver.open({ purpose, name: 'rig', location: this.location }, { create }, limit());
    this.#opened.push(store);
    return store;
  }

  async dispose(): Promise<void> {
    for (const store of this.#opened) await store.close();
    if (this.#isOwner) rmSync(this.location, { recursive: true, force: true });
  }
}
