/** What the child is asked; positions count vectors from 0 in the order they came in. */
export type FaissTask =
  /** Reads the file of a flat index: in place of what there is, or behind it; the file is deleted. */
  | { readonly type: 'take'; readonly path: string; readonly dimensions: number; readonly isAppended: boolean }
  | { readonly type: 'add'; readonly vectors: Float32Array; readonly dimensions: number }
  | { readonly type: 'remove'; readonly positions: Uint32Array; readonly path: string }
  | { readonly type: 'search'; readonly query: Float32Array; readonly k: number }
  | { readonly type: 'save'; readonly path: string; readonly rows: Uint32Array; readonly stamp: FileStamp }
  | { readonly type: 'load'; readonly path: string; readonly dimensions: number; readonly spaceId: string };

/** What the file of an index stands for. */
export interface FileStamp {
  readonly spaceId: string;
  readonly change: number;
}

/** What the child answers to each task. */
export interface FaissAnswers {
  readonly take: { readonly count: number };
  readonly add: { readonly count: number };
  readonly remove: { readonly count: number };
  readonly search: { readonly positions: Int32Array; readonly scores: Float32Array };
  readonly save: { readonly bytes: number };
  /** Nothing where the file is missing or damaged. */
  readonly load: { readonly rows: Uint32Array; readonly change: number } | undefined;
}

/** Why a task was not done. */
export interface FaissFault {
  /** `refused`: faiss would have ended the process. `system`: a file. */
  readonly kind: 'refused' | 'system';
  readonly message: string;
  /** Of the system: ENOSPC. */
  readonly code?: string;
}

/** One task on its way to the child. */
export interface FaissRequest {
  readonly id: number;
  readonly task: FaissTask;
}

/** What the child sends: once whether the library loads, then an answer or a fault for each request. */
export type FaissReply =
  | { readonly type: 'ready' }
  | { readonly type: 'missing'; readonly reason: 'package' | 'library'; readonly message: string }
  | { readonly type: 'done'; readonly id: number; readonly answer: FaissAnswers[FaissTask['type']] }
  | { readonly type: 'failed'; readonly id: number; readonly fault: FaissFault };
