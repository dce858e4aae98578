import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';

/** Rows and their vectors, one after another: `vectors.length === rows.length * dimensions`. */
export interface VectorBatch {
  readonly rows: Uint32Array;
  readonly vectors: Float32Array;
}

/** A row and how near it is: the inner product, which for unit vectors is the cosine. */
export interface VectorHit {
  readonly row: number;
  readonly score: number;
}

/** Holds row ids and vectors of one space, nothing else. Vectors come in normalised to length 1. */
export interface VectorIndex {
  /** Rows it holds. */
  readonly count: number;
  /** Replaces everything by these batches, read one at a time. */
  build(batches: AsyncIterable<VectorBatch> | Iterable<VectorBatch>, signal: AbortSignal): Promise<void>;
  add(batch: VectorBatch, signal: AbortSignal): Promise<void>;
  /** Unknown rows are no fault. */
  remove(rows: Uint32Array, signal: AbortSignal): Promise<void>;
  /** The `k` nearest, best first; with `allowed` only of those rows. An empty index has none. */
  search(query: Float32Array, k: number, signal: AbortSignal, allowed?: Uint32Array): Promise<readonly VectorHit[]>;
  /** Writes the index to its file, whole or not at all, with the change counter it stands for. */
  save(change: number, signal: AbortSignal): Promise<void>;
  /** The change counter of its file, which is then loaded; undefined where there is none or it is damaged. */
  load(signal: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}

/** What an index is opened with. */
export interface VectorIndexRequest {
  readonly spaceId: string;
  readonly dimensions: number;
  /** Path of its file without the ending: `indexes/<spaceId>`. */
  readonly path: string;
}

/** What the module of a driver exports as `openVectorIndex`. */
export type OpenVectorIndex = (request: VectorIndexRequest) => Promise<VectorIndex>;

/** Whether a driver can be used here. */
export interface DriverAvailability {
  readonly isAvailable: boolean;
  /** Why not, and the command that helps. */
  readonly reason?: string;
}

/** A kind of vector index. Its module is imported inside the worker of a store, so nothing of it loads in the host. */
export interface VectorIndexDriver {
  /** `exact`, `faiss`. */
  readonly id: string;
  readonly summary: string;
  /** File URL of the module that exports `openVectorIndex`. */
  readonly module: string;
  /** Rows from which it is chosen before others, where the settings leave the choice. */
  readonly preferredFromRows: number;
  availability(signal: AbortSignal): Promise<DriverAvailability>;
}

/** Kinds of vector indexes. */
export const INDEX_DRIVERS: ExtensionPoint<VectorIndexDriver> = defineExtensionPoint<VectorIndexDriver>({
  id: 'index-drivers',
  summary: 'kinds of vector indexes',
  idOf: (driver) => driver.id,
});
