import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type {
  OpenVectorIndex,
  VectorBatch,
  VectorHit,
  VectorIndex,
  VectorIndexRequest,
} from '../../../contracts/knowledge/vector-index.ts';
import { toCancellation } from '../../../kernel/http/cancellation.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import { ScanPool } from './scan-pool.ts';
import { scan } from './scan.ts';

/** Below this many rows one thread is done before another is told. */
const ROWS_FOR_THREADS = 5_000;

const FIRST_CAPACITY = 1_024;

function sharedVectors(rows: number, dimensions: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(Math.max(1, rows) * dimensions * 4));
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw toCancellation(signal);
}

/** Compares the query with every vector: always the true nearest. Vectors lie in shared memory, in no order. */
class ExactIndex implements VectorIndex {
  readonly #request: VectorIndexRequest;
  readonly #pool = new ScanPool();
  readonly #slotOf = new Map<number, number>();
  #rows: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  #vectors: Float32Array;

  constructor(request: VectorIndexRequest) {
    this.#request = request;
    this.#vectors = sharedVectors(FIRST_CAPACITY, request.dimensions);
  }

  get count(): number {
    return this.#slotOf.size;
  }

  async build(batches: AsyncIterable<VectorBatch> | Iterable<VectorBatch>, signal: AbortSignal): Promise<void> {
    this.#slotOf.clear();
    for await (const batch of batches) await this.add(batch, signal);
  }

  async add({ rows, vectors }: VectorBatch, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const { dimensions } = this.#request;
    this.#reserve(this.count + rows.length);
    rows.forEach((row, at) => {
      const slot = this.#slotOf.get(row) ?? this.count;
      this.#slotOf.set(row, slot);
      this.#rows[slot] = row;
      this.#vectors.set(vectors.subarray(at * dimensions, (at + 1) * dimensions), slot * dimensions);
    });
  }

  async remove(rows: Uint32Array, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const { dimensions } = this.#request;
    for (const row of rows) {
      const slot = this.#slotOf.get(row);
      if (slot === undefined) continue;
      const last = this.count - 1;
      const moved = this.#rows[last]!;
      this.#vectors.copyWithin(slot * dimensions, last * dimensions, (last + 1) * dimensions);
      // What was removed must not stay in memory or in the file.
      this.#vectors.fill(0, last * dimensions, (last + 1) * dimensions);
      this.#rows[slot] = moved;
      this.#slotOf.set(moved, slot);
      this.#slotOf.delete(row);
    }
  }

  async search(
    query: Float32Array,
    k: number,
    signal: AbortSignal,
    allowed?: Uint32Array,
  ): Promise<readonly VectorHit[]> {
    throwIfAborted(signal);
    const slots = allowed && this.#slotsOf(allowed);
    const looked = slots?.length ?? this.count;
    const best = Math.min(k, looked);
    if (best < 1) return [];
    const request = { vectors: this.#vectors, query, k: best, from: 0, to: this.count, ...(slots && { slots }) };
    const parts = looked < ROWS_FOR_THREADS ? [scan(request)] : await this.#pool.scan(request);
    throwIfAborted(signal);
    const hits = parts.flatMap(({ slots: found, scores }) =>
      Array.from(found, (slot, at) => ({ row: this.#rows[slot]!, score: scores[at]! })),
    );
    return hits.sort((left, right) => right.score - left.score || left.row - right.row).slice(0, best);
  }

  async save(change: number, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const { spaceId, dimensions } = this.#request;
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const rows = this.#rows.subarray(0, this.count);
    const vectors = this.#vectors.subarray(0, this.count * dimensions);
    await writeIndexFile(this.#file, { spaceId, dimensions, change, rows, vectors });
  }

  async load(signal: AbortSignal): Promise<number | undefined> {
    throwIfAborted(signal);
    const { spaceId, dimensions } = this.#request;
    const allocate = (rows: number): Float32Array => sharedVectors(rows, dimensions);
    const content = readIndexFile(this.#file, { spaceId, dimensions, allocate });
    if (content === undefined) return undefined;
    this.#slotOf.clear();
    content.rows.forEach((row, slot) => this.#slotOf.set(row, slot));
    this.#rows = content.rows;
    this.#vectors = content.vectors;
    return content.change;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  get #file(): string {
    return `${this.#request.path}.exact`;
  }

  #slotsOf(rows: Uint32Array): Uint32Array {
    const slots: number[] = [];
    for (const row of new Set(rows)) {
      const slot = this.#slotOf.get(row);
      if (slot !== undefined) slots.push(slot);
    }
    return Uint32Array.from(slots).sort();
  }

  #reserve(rows: number): void {
    if (rows <= this.#rows.length) return;
    const capacity = Math.max(rows, Math.ceil(this.#rows.length * 1.5), FIRST_CAPACITY);
    const grownRows = new Uint32Array(capacity);
    grownRows.set(this.#rows.subarray(0, this.count));
    const grown = sharedVectors(capacity, this.#request.dimensions);
    grown.set(this.#vectors.subarray(0, this.count * this.#request.dimensions));
    this.#rows = grownRows;
    this.#vectors = grown;
  }
}

/** Opens an index that compares with everything; it holds nothing until it is built or loaded. */
export const openVectorIndex: OpenVectorIndex = (request) => Promise.resolve(new ExactIndex(request));
