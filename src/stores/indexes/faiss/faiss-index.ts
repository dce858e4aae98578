import { existsSync } from 'node:fs';
import { FileAccessError, StorageFullError, StoreError } from '../../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../../contracts/errors/wooster-error.ts';
import type {
  OpenVectorIndex,
  VectorBatch,
  VectorHit,
  VectorIndex,
  VectorIndexRequest,
} from '../../../contracts/knowledge/vector-index.ts';
import { toCancellation } from '../../../kernel/http/cancellation.ts';
import { isDiskFull, systemCode } from '../../../kernel/system-code.ts';
import { areFinite, checkBatch, lastOfEach } from './check-batch.ts';
import { FaissProcess } from './faiss-process.ts';
import { FlatFileWriter } from './flat-file-writer.ts';
import { RowTable } from './row-table.ts';
import { searchAllowed } from './search-allowed.ts';

/** Vectors that go over the channel in one message; more go through a file, which faiss reads 200 times faster. */
const VECTORS_A_MESSAGE = 256;

/** faiss-node compares with every vector in a process of its own; rows are kept here. Calls are done one after another. */
class FaissIndex implements VectorIndex {
  readonly #request: VectorIndexRequest;
  #process: FaissProcess | undefined;
  #table = new RowTable();
  #last: Promise<unknown> = Promise.resolve();
  #loss: StoreError | undefined;
  #files = 0;

  constructor(request: VectorIndexRequest) {
    this.#request = request;
  }

  get count(): number {
    return this.#table.count;
  }

  build(batches: AsyncIterable<VectorBatch> | Iterable<VectorBatch>, signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const table = new RowTable();
      const seen = new Set<number>();
      const path = await this.#writeFile(async (writer) => {
        for await (const batch of batches) {
          throwIfAborted(signal);
          const { rows, vectors } = this.#check(batch);
          const twice = rows.find((row) => seen.size === seen.add(row).size);
          if (twice !== undefined) throw this.#mismatch(`row ${twice} came twice`);
          await writer.append(vectors);
          table.append(rows);
        }
      });
      await this.#take(path, false);
      this.#table = table;
      this.#loss = undefined;
    });
  }

  add(batch: VectorBatch, signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      throwIfAborted(signal);
      this.#throwIfLost();
      const { rows, vectors } = this.#check(batch);
      if (rows.length === 0) return;
      const former = this.#table.positionsOf(rows);
      await this.#append(vectors);
      this.#table.append(rows);
      await this.#removePositions(former);
    });
  }

  remove(rows: Uint32Array, signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      throwIfAborted(signal);
      this.#throwIfLost();
      await this.#removePositions(this.#table.positionsOf(rows));
    });
  }

  search(query: Float32Array, k: number, signal: AbortSignal, allowed?: Uint32Array): Promise<readonly VectorHit[]> {
    return this.#inTurn(async () => {
      throwIfAborted(signal);
      this.#throwIfLost();
      const { dimensions } = this.#request;
      if (query.length !== dimensions || !areFinite(query)) {
        throw this.#mismatch(`${query.length} numbers are no query of ${dimensions} dimensions`);
      }
      if (this.count === 0 || k < 1) return [];
      const ask = async (wanted: number): Promise<readonly VectorHit[]> => {
        const process = await this.#running();
        const { positions, scores } = await process.request({ type: 'search', query, k: wanted }, signal);
        return Array.from(positions, (position, at) => ({ row: this.#table.at(position), score: scores[at]! }));
      };
      const hits = await searchAllowed(ask, { k, count: this.count, table: this.#table, allowed });
      return hits.toSorted((left, right) => right.score - left.score || left.row - right.row).slice(0, k);
    });
  }

  save(change: number, signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      throwIfAborted(signal);
      this.#throwIfLost();
      // An index that never had a vector has no process yet; faiss writes an empty one all the same.
      if (this.#process === undefined) await this.#take(await this.#writeFile(() => Promise.resolve()), false);
      const process = await this.#running();
      const { spaceId } = this.#request;
      await process.request({ type: 'save', path: this.#file, rows: this.#table.rows, stamp: { spaceId, change } });
    });
  }

  load(signal: AbortSignal): Promise<number | undefined> {
    return this.#inTurn(async () => {
      throwIfAborted(signal);
      const { spaceId, dimensions } = this.#request;
      if (this.#process?.isAlive !== true) this.#process = undefined;
      if (this.#process === undefined && !existsSync(this.#file)) {
        this.#reset();
        return undefined;
      }
      this.#process ??= await FaissProcess.start(this.#file);
      const loaded = await this.#process.request({ type: 'load', path: this.#file, spaceId, dimensions });
      this.#reset(loaded?.rows);
      return loaded?.change;
    });
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#process?.stop();
  }

  get #file(): string {
    return `${this.#request.path}.faiss`;
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch((error: unknown) => {
      if (this.#process?.isAlive === false) this.#lose(error);
    });
    return turn;
  }

  #reset(rows?: Uint32Array): void {
    this.#table = new RowTable(rows);
    this.#loss = undefined;
  }

  #lose(error: unknown): void {
    this.#process = undefined;
    this.#table = new RowTable();
    if (error instanceof StoreError) this.#loss = error;
  }

  /** What a dead process held is gone: every call says so until the index is built or loaded again. */
  #throwIfLost(): void {
    if (this.#process?.isAlive === false) this.#lose(this.#process.death);
    if (this.#loss !== undefined) throw this.#loss;
  }

  async #running(): Promise<FaissProcess> {
    this.#process ??= await FaissProcess.start(this.#file);
    return this.#process;
  }

  async #append(vectors: Float32Array): Promise<void> {
    const { dimensions } = this.#request;
    if (vectors.length <= VECTORS_A_MESSAGE * dimensions) {
      await (await this.#running()).request({ type: 'add', vectors, dimensions });
      return;
    }
    await this.#take(await this.#writeFile((writer) => writer.append(vectors)), true);
  }

  async #take(path: string, isAppended: boolean): Promise<void> {
    if (!isAppended && this.#process?.isAlive === false) this.#process = undefined;
    const process = await this.#running();
    await process.request({ type: 'take', path, dimensions: this.#request.dimensions, isAppended });
  }

  async #removePositions(positions: Uint32Array): Promise<void> {
    if (positions.length === 0) return;
    await (await this.#running()).request({ type: 'remove', positions, path: this.#file });
    this.#table.remove(positions);
  }

  /** Writes a file that faiss takes over; its path. */
  async #writeFile(fill: (writer: FlatFileWriter) => Promise<void>): Promise<string> {
    this.#files += 1;
    const path = `${this.#file}.${process.pid}.${this.#files}.part`;
    let writer: FlatFileWriter | undefined;
    try {
      writer = await FlatFileWriter.create(path, { metric: 'inner-product', dimensions: this.#request.dimensions });
      await fill(writer);
      await writer.finish();
      return path;
    } catch (error) {
      await writer?.abandon();
      throw this.#translate(error);
    }
  }

  #check(batch: VectorBatch): VectorBatch {
    const problem = checkBatch(batch, this.#request.dimensions);
    if (problem !== undefined) throw this.#mismatch(problem);
    return lastOfEach(batch, this.#request.dimensions);
  }

  #mismatch(problem: string): StoreError {
    const location = this.#file;
    return new StoreError('E_STORE_MISMATCH', `the index ${location} does not take this: ${problem}`, { location });
  }

  #translate(error: unknown): unknown {
    const code = systemCode(error);
    if (isWoosterError(error) || code === undefined) return error;
    const path = this.#file;
    if (isDiskFull(error)) {
      return new StorageFullError(`no room for the index ${path}; make room on that disk`, { cause: error });
    }
    return new FileAccessError(`the index ${path} cannot be written: ${code}`, { path, cause: error });
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw toCancellation(signal);
}

/** Opens an index in a process of its own, which starts with the first vector; MissingDependencyError without faiss-node. */
export const openVectorIndex: OpenVectorIndex = (request) => Promise.resolve(new FaissIndex(request));
