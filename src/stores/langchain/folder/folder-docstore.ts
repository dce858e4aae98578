import type { PlainDocument } from '../langchain-document.ts';

/** What the docstore of a folder holds, whoever wrote it. */
export interface FolderDocstore {
  readonly documents: readonly (PlainDocument & { readonly id: string })[];
  /** Row of the index to id. */
  readonly mapping: ReadonlyMap<number, string>;
  /** What was left out, one line each. */
  readonly faults: readonly string[];
}
