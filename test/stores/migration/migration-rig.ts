import { DatabaseSync } from 'node:sqlite';
import type { EmbedOptions, KnowledgeStore, StoreMigrations } from '../../../src/index.ts';
import { CANARY_TEXTS } from '../../../src/kernel/spaces/canaries.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import type { RigOptions } from '../support/store-rig.ts';

/** A double with limits of its own, and with something that happens before each batch of documents. */
export class HookedDouble extends EmbeddingsDouble {
  override readonly limits;
  /** Told the number of the batch, from 1. */
  before: (batch: number) => Promise<void> | void = () => undefined;
  #batches = 0;

  constructor(name: string, dimensions: number, { inputs = 32, tokensPerInput = 256 } = {}) {
    super(spaceDouble(name, dimensions));
    this.limits = { inputs, tokensPerInput, tokensPerRequest: 8192 };
  }

  override async embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    if (options.role === 'document' && texts[0] !== CANARY_TEXTS[0]) {
      this.#batches += 1;
      await this.before(this.#batches);
    }
    return super.embed(texts, options);
  }
}

/** A store that was filled by one model, with others that it can move to. */
export class MigrationRig {
  readonly rig: StoreRig;
  readonly models: readonly EmbeddingsDouble[];

  /** The first model is the one of the settings; in a fresh folder unless one is told. */
  constructor(models: readonly EmbeddingsDouble[], options: RigOptions = {}, location?: string) {
    this.rig = new StoreRig(options, location);
    this.models = models;
  }

  open(): Promise<KnowledgeStore> {
    return this.rig.open(embeddingsFactoryDouble(this.models[0], this.models.slice(1)));
  }

  /** The rows of a query, read by another connection. */
  rows(sql: string): readonly Record<string, unknown>[] {
    const database = new DatabaseSync(this.rig.database, { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  /** Changes the database behind the back of the store. */
  spoil(sql: string): void {
    const database = new DatabaseSync(this.rig.database);
    try {
      database.exec(sql);
    } finally {
      database.close();
    }
  }

  /** All that is searched, whatever the numbers of its rows. */
  searched(): readonly Record<string, unknown>[] {
    return [
      ...this.rows(`SELECT path, sha256, fingerprint, record FROM sources
        JOIN splittings ON splittings.id = sources.splitting ORDER BY path`),
      ...this.rows(`SELECT chunk_id, path, ordinal, hash, headings, start, stop, line, page, metadata FROM chunks
        JOIN sources ON sources.id = chunks.source JOIN texts ON texts.id = chunks.text ORDER BY chunk_id`),
    ];
  }

  dispose(): Promise<void> {
    return this.rig.dispose();
  }
}

/** The migrations of a store that has them. */
export function migrationsOf({ migrations }: KnowledgeStore): StoreMigrations {
  if (migrations === undefined) throw new Error('this store cannot move');
  return migrations;
}

/** Moves a store to a model. */
export function moveTo(store: KnowledgeStore, model: string, dimensions?: number): ReturnType<StoreMigrations['run']> {
  const target = { model, ...(dimensions !== undefined && { dimensions }) };
  return migrationsOf(store).run(target, { signal: limit() });
}
