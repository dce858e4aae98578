import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RepairReport, VerifyReport } from '../../../src/index.ts';
import { openVectorIndex } from '../../../src/stores/indexes/exact/exact-index.ts';
import { StoreDatabase } from '../../../src/stores/database/store-database.ts';
import { toStoreError } from '../../../src/stores/database/store-fault.ts';
import { prepareSource, writeSource } from '../../../src/stores/database/source-writer.ts';
import { ensureSpace, listSpaces, recordSavedIndex } from '../../../src/stores/database/space-rows.ts';
import { readVectors } from '../../../src/stores/database/vector-rows.ts';
import { repairDatabase } from '../../../src/stores/repair/repair-database.ts';
import { StoreSession } from '../../../src/stores/worker/store-session.ts';
import { verify } from '../../../src/stores/worker/verify/verify-call.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';

/** What the store of these tests holds. */
export const HELD = { sources: 30, chunks: 300, vectors: 300 };

/** The sources of the store. */
export function heldSources(files = HELD.sources): ReturnType<typeof sourceOf>[] {
  return Array.from({ length: files }, (_, file) =>
    sourceOf(
      `folder/${file}.md`,
      Array.from({ length: 10 }, (__, at) => `passage ${at} of file ${file} about apples and pears of the market`),
      { headings: ['Folder', `File ${file}`] },
    ),
  );
}

async function fill(location: string, files: number): Promise<void> {
  const model = new EmbeddingsDouble();
  const { space } = model;
  const database = StoreDatabase.open(join(location, 'store.db'), true);
  for (const [key, value] of Object.entries({ store_id: 'x', purpose: 'projects', name: 'rig' })) {
    database.prepare('INSERT INTO meta VALUES (?, ?)').run(key, value);
  }
  const row = database.transaction(() => ensureSpace(database, space));
  for (const source of heldSources(files)) {
    const prepared = prepareSource(source);
    const texts = prepared.chunks.map(({ text }) => text);
    const vectors = await model.embed(texts, { role: 'document', signal: limit() });
    const byHash = new Map(prepared.chunks.map(({ textHash }, at) => [textHash, new Uint8Array(vectors[at]!.buffer)]));
    writeSource(database, prepared, { space: row.id, vectorOf: (hash) => byHash.get(hash) });
  }
  const path = join(location, 'indexes', space.spaceId);
  const index = await openVectorIndex({ spaceId: space.spaceId, dimensions: space.dimensions, path });
  const all = { after: -1, upTo: Number.MAX_SAFE_INTEGER };
  await index.build(readVectors(database, listSpaces(database)[0]!, all), limit());
  await index.save(database.change(), limit());
  recordSavedIndex(database, space.spaceId, database.change());
  await index.close();
  database.emptyLog();
  database.close();
}

const templates = new Map<number, Promise<ReadonlyMap<string, Buffer>>>();

/** The files of a sound store, by their names in its folder. */
async function fillOnce(files: number): Promise<ReadonlyMap<string, Buffer>> {
  const location = mkdtempSync(join(tmpdir(), 'wooster-sound-'));
  try {
    await fill(location, files);
    const entries = readdirSync(location, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
    return new Map(paths.map((path) => [relative(location, path), readFileSync(path)]));
  } finally {
    rmSync(location, { recursive: true, force: true });
  }
}

/** A folder with a store of its own that a test damages; all is done in this process, without the worker of a store. */
export class DamagedStore implements Disposable {
  readonly location: string;

  private constructor(location: string) {
    this.location = location;
  }

  /** Of as many files as are told, each of ten passages. */
  static async make(files = HELD.sources): Promise<DamagedStore> {
    const template = templates.get(files) ?? fillOnce(files);
    templates.set(files, template);
    const location = mkdtempSync(join(tmpdir(), 'wooster-damaged-'));
    mkdirSync(join(location, 'indexes'));
    for (const [name, bytes] of await template) writeFileSync(join(location, name), bytes);
    return new DamagedStore(location);
  }

  get database(): string {
    return join(this.location, 'store.db');
  }

  /** Runs SQL that nothing keeps from doing damage. */
  change(sql: string): void {
    const database = new DatabaseSync(this.database, { enableForeignKeyConstraints: false });
    database.exec(`PRAGMA ignore_check_constraints = 1; ${sql}`);
    database.close();
  }

  /** Writes over some bytes of a file. */
  overwrite(from: number, to: number, name = 'store.db'): void {
    const path = join(this.location, name);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, from, to);
    writeFileSync(path, bytes);
  }

  files(): readonly string[] {
    return readdirSync(this.location, { recursive: true, encoding: 'utf8' });
  }

  /** What a deep look says; the index is of the kind that needs nothing. */
  async verify(): Promise<VerifyReport> {
    try {
      return await this.#verify();
    } catch (error) {
      // As the worker of a store does with whatever is thrown.
      throw toStoreError(error, this.database);
    }
  }

  async #verify(): Promise<VerifyReport> {
    const session = new StoreSession({ purpose: 'projects', name: 'rig', location: this.location, create: false });
    try {
      const module = new URL('../../../src/stores/indexes/exact/exact-index.ts', import.meta.url).href;
      session.useIndexes([{ id: 'exact', module, preferredFromRows: 0 }]);
      return await verify(session, { isDeep: true }, limit());
    } finally {
      await session.close(limit());
    }
  }

  async repair(): Promise<RepairReport> {
    return (await repairDatabase(this.location, limit())).report;
  }

  [Symbol.dispose](): void {
    rmSync(this.location, { recursive: true, force: true });
  }
}
