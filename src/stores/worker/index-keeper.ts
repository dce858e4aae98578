import type { OpenVectorIndex, VectorHit, VectorIndex } from '../../contracts/knowledge/vector-index.ts';
import { recordDriver, recordSavedIndex, savedIndexChange } from '../database/space-rows.ts';
import type { SpaceRow } from '../database/space-rows.ts';
import type { StoreDatabase } from '../database/store-database.ts';
import { isBusy } from '../database/store-fault.ts';
import { countVectors, readRemovals, readVectors } from '../database/vector-rows.ts';
import type { IndexChoice } from '../link/store-calls.ts';

/** Changed rows after which building anew is cheaper than catching up, as a share of all. */
const REBUILD_SHARE = 0.5;

/** What is looked for in an index. */
interface IndexQuery {
  readonly vector: Float32Array;
  readonly k: number;
  readonly allowed?: Uint32Array;
}

/**
 * The index of one space: loaded from its file or built from the database when first needed, and brought up to the
 * database's change counter before each use, whoever wrote. One thing at a time is done with it.
 */
export class IndexKeeper {
  readonly choice: IndexChoice;
  readonly #database: StoreDatabase;
  readonly #space: SpaceRow;
  readonly #path: string;
  #index: VectorIndex | undefined;
  #change = -1;
  #savedChange = -1;
  #last: Promise<unknown> = Promise.resolve();
  /** How often it was built from the database. */
  builds = 0;

  constructor(database: StoreDatabase, space: SpaceRow, at: { readonly path: string; readonly choice: IndexChoice }) {
    this.#database = database;
    this.#space = space;
    this.#path = at.path;
    this.choice = at.choice;
  }

  /** True where it is the index of this very space: the number of one that is gone is given to another. */
  isOf({ space }: SpaceRow): boolean {
    return space.spaceId === this.#space.space.spaceId;
  }

  /** The nearest rows, of the database as it is now. */
  search(query: IndexQuery, signal: AbortSignal): Promise<readonly VectorHit[]> {
    return this.#inTurn(async () => {
      const index = await this.#current(signal);
      return index.search(query.vector, query.k, signal, query.allowed);
    });
  }

  /** Loads and catches up; the number of rows it then has. */
  ready(signal: AbortSignal): Promise<number> {
    return this.#inTurn(async () => (await this.#current(signal)).count);
  }

  /** Builds it anew from the database and saves it. */
  rebuild(signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const index = await this.#open();
      await this.#build(index, this.#database.change(), signal);
      await this.#save(index, signal);
    });
  }

  /** Writes its file when that is of an older change; an index that was never needed is not loaded for that. */
  save(signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#index === undefined || this.#savedChange === this.#database.change()) return;
      await this.#save(await this.#current(signal), signal);
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#index?.close();
      this.#index = undefined;
      this.#change = -1;
    });
  }

  async #save(index: VectorIndex, signal: AbortSignal): Promise<void> {
    // Another process may have given the space another id: its file would be taken for one of the next owner of this id.
    const row = this.#database.prepare('SELECT space_id FROM spaces WHERE id = ?').get(this.#space.id);
    if (row?.['space_id'] !== this.#space.space.spaceId) return;
    await index.save(this.#change, signal);
    this.#savedChange = this.#change;
    this.#unlessBusy(() => recordSavedIndex(this.#database, this.#space.space.spaceId, this.#change));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #open(): Promise<VectorIndex> {
    if (this.#index !== undefined) return this.#index;
    const module = (await import(this.choice.module)) as { readonly openVectorIndex: OpenVectorIndex };
    const { spaceId, dimensions } = this.#space.space;
    this.#index = await module.openVectorIndex({ spaceId, dimensions, path: this.#path });
    return this.#index;
  }

  async #current(signal: AbortSignal): Promise<VectorIndex> {
    const isNew = this.#index === undefined;
    const index = await this.#open();
    if (isNew) this.#unlessBusy(() => recordDriver(this.#database, this.#space.id, this.choice.id));
    const change = this.#database.change();
    if (isNew) {
      const saved = await index.load(signal);
      // What the power took of the log of writes may be in the file; other writes then have got the same numbers.
      const isKnown = saved !== undefined && saved === savedIndexChange(this.#database, this.#space.space.spaceId);
      this.#change = isKnown ? saved : -1;
      this.#savedChange = this.#change;
    }
    if (this.#change === change && !isNew) return index;
    // A file that knows more changes than the database is of another database; older removals may be forgotten.
    const canCatchUp = this.#change >= this.#removalsFrom() && this.#change >= 0 && this.#change <= change;
    if (!canCatchUp || this.#changedRows() > index.count * REBUILD_SHARE) await this.#build(index, change, signal);
    else await this.#catchUp(index, change, signal);
    if (index.count !== this.#countUpTo(change)) await this.#build(index, this.#database.change(), signal);
    return index;
  }

  #removalsFrom(): number {
    const row = this.#database.prepare('SELECT removals_from AS n FROM spaces WHERE id = ?').get(this.#space.id);
    return (row?.['n'] as number | undefined) ?? 0;
  }

  #changedRows(): number {
    const row = this.#database
      .prepare('SELECT count(*) AS n FROM vectors WHERE space = ? AND change > ?')
      .get(this.#space.id, this.#change);
    return row?.['n'] as number;
  }

  /** Rows there were at a change: those there are, without what came and with what went since. */
  #countUpTo(change: number): number {
    if (this.#database.change() === change) return countVectors(this.#database, this.#space.id);
    return this.#index?.count ?? 0;
  }

  async #build(index: VectorIndex, change: number, signal: AbortSignal): Promise<void> {
    this.#change = -1;
    this.builds += 1;
    await index.build(readVectors(this.#database, this.#space, { after: -1, upTo: change }), signal);
    // What vanished while it was read.
    await index.remove(
      readRemovals(this.#database, this.#space.id, { after: change, upTo: Number.MAX_SAFE_INTEGER }),
      signal,
    );
    this.#change = change;
    this.#savedChange = -1;
  }

  async #catchUp(index: VectorIndex, change: number, signal: AbortSignal): Promise<void> {
    const between = { after: this.#change, upTo: change };
    // What is broken off half-way is built anew.
    this.#change = -1;
    const removed = readRemovals(this.#database, this.#space.id, between);
    if (removed.length > 0) await index.remove(removed, signal);
    for (const batch of readVectors(this.#database, this.#space, between)) await index.add(batch, signal);
    this.#change = change;
  }

  #unlessBusy(record: () => void): void {
    try {
      record();
    } catch (error) {
      // A reader waits for nobody; the next one records it.
      if (!isBusy(error)) throw error;
    }
  }
}
