import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { isAlive } from '../../kernel/files/part-files.ts';
import { countVectors } from '../database/vector-rows.ts';
import { listSpaces } from '../database/space-rows.ts';
import type { SpaceRow } from '../database/space-rows.ts';
import { StoreDatabase } from '../database/store-database.ts';
import type { PreparedSource } from '../database/source-writer.ts';
import type { IndexChoice, StoreCalls } from '../link/store-calls.ts';
import { IndexKeeper } from './index-keeper.ts';
import { WriterPlace } from './writer-place.ts';

/** Most that the counter of a new store begins with; what comes after it is a safe integer for longer than anybody counts. */
const MAX_FIRST_CHANGE = 2 ** 47;

/** Sources that were hashed and wait for their vectors. */
interface StagedSources {
  readonly prepared: readonly PreparedSource[];
  readonly space: number | undefined;
  /** Hashes of the texts that lack a vector, in the order in which their vectors will come. */
  readonly missing: readonly string[];
}

/** What the worker of one store holds: the database, the writer's place, the indexes. */
export class StoreSession {
  readonly request: StoreCalls['open']['input'];
  readonly database: StoreDatabase;
  readonly writer: WriterPlace;
  /** Of the one who embeds what the store has already; others write meanwhile. */
  readonly mover: WriterPlace;
  staged: StagedSources | undefined;
  #choices: readonly IndexChoice[] = [];
  readonly #keepers = new Map<number, IndexKeeper>();

  constructor(request: StoreCalls['open']['input']) {
    this.request = request;
    this.database = StoreDatabase.open(join(request.location, 'store.db'), request.create);
    this.writer = new WriterPlace(join(request.location, 'writer.db'));
    this.mover = new WriterPlace(join(request.location, 'mover.db'));
    this.#describe();
  }

  /** Folder of the indexes. */
  get indexDirectory(): string {
    return join(this.request.location, 'indexes');
  }

  useIndexes(choices: readonly IndexChoice[]): void {
    this.#choices = choices;
  }

  /** The index of a space, of the kind that fits its size; one that does not fit any more is closed. */
  async keeper(space: SpaceRow): Promise<IndexKeeper> {
    const choice = this.#choose(countVectors(this.database, space.id));
    const known = this.#keepers.get(space.id);
    if (known?.choice.id === choice.id && known.isOf(space)) return known;
    const path = join(this.indexDirectory, space.space.spaceId);
    const keeper = new IndexKeeper(this.database, space, { path, choice });
    this.#keepers.set(space.id, keeper);
    await known?.close();
    return keeper;
  }

  /** Takes the first of the other kinds for a space whose index failed; false when that was it already. */
  async fallBack(space: SpaceRow): Promise<boolean> {
    const failed = this.#keepers.get(space.id);
    const rest = this.#choices.filter(({ id }) => id !== failed?.choice.id);
    if (failed === undefined || rest.length === 0) return false;
    this.#choices = rest;
    this.#keepers.delete(space.id);
    // It failed already: how it ends is of no interest.
    await failed.close().catch(() => undefined);
    return true;
  }

  /** Spaces that have an index file. */
  savedSpaces(): readonly SpaceRow[] {
    if (!existsSync(this.indexDirectory)) return [];
    const files = readdirSync(this.indexDirectory);
    return listSpaces(this.database).filter(({ space }) => files.some((file) => file.startsWith(space.spaceId)));
  }

  /** Ends the index of a space and removes its files. */
  async dropIndex(space: SpaceRow): Promise<void> {
    const keeper = this.#keepers.get(space.id);
    this.#keepers.delete(space.id);
    await keeper?.close();
    this.dropSaved(space);
  }

  /** Removes the index files of a space. */
  dropSaved({ space }: SpaceRow): void {
    if (!existsSync(this.indexDirectory)) return;
    for (const file of readdirSync(this.indexDirectory)) {
      if (!file.startsWith(space.spaceId)) continue;
      rmSync(join(this.indexDirectory, file), { force: true, recursive: true });
    }
  }

  /** Removes what processes that died in the middle of saving left behind; only the writer may. */
  sweep(): void {
    if (!existsSync(this.indexDirectory)) return;
    for (const file of readdirSync(this.indexDirectory)) {
      const process = /\.(\d+)-[0-9a-z]+\.part$/.exec(file)?.[1];
      if (process !== undefined && !isAlive(Number(process))) rmSync(join(this.indexDirectory, file), { force: true });
    }
  }

  async close(signal: AbortSignal): Promise<void> {
    for (const keeper of this.#keepers.values()) {
      // A file that cannot be written costs time at the next start, and nothing else.
      await keeper.save(signal).catch(() => undefined);
      await keeper.close();
    }
    this.mover.release();
    this.writer.release();
    this.database.close();
  }

  #choose(rows: number): IndexChoice {
    const [first] = this.#choices;
    if (first === undefined) throw new UsageError('no kind of vector index is there: enable the plugin local-model');
    return this.#choices.reduce(
      (best, each) => (each.preferredFromRows <= rows && each.preferredFromRows > best.preferredFromRows ? each : best),
      first,
    );
  }

  #describe(): void {
    const { purpose, name } = this.request;
    const entries = { store_id: crypto.randomUUID(), purpose, name };
    if (this.database.prepare('SELECT count(*) AS n FROM meta').get()?.['n'] !== 0) return;
    this.database.transaction(() => {
      for (const [key, value] of Object.entries(entries)) {
        this.database.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?)').run(key, value);
      }
      // Each store counts from another number, so that a log of writes or an index of another is known by it.
      this.database.prepare('UPDATE counter SET change = ? WHERE change = 0').run(randomInt(MAX_FIRST_CHANGE));
    });
    // From now on the file itself tells which store it is, whatever log lies beside it.
    this.database.emptyLog();
  }
}
