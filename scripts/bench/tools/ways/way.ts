import type { BenchModel } from '../models.ts';
import type { AskedModel } from '../run-case.ts';

/** Tokens that one reply may have; a long answer is cut, which changes nothing about its calls. */
export const MAX_TOKENS = 192;
/** Window of every model, however it is asked. */
export const CONTEXT_TOKENS = 4096;
/** Threads of every engine. */
export const THREADS = 1;
/** Longest wait for one reply. */
export const REPLY_LIMIT_MS = 300_000;

/** A model that is ready to be asked, until it is disposed. */
export interface OpenedModel extends AskedModel, AsyncDisposable {
  /** Name and version of what generates. */
  readonly engine: string;
}

/** A way of asking a model to use tools. */
export interface Way {
  readonly id: string;
  readonly title: string;
  /** True where Wooster asks, false where the server is asked as it is. */
  readonly isOurs: boolean;
  open(model: BenchModel): Promise<OpenedModel>;
}
