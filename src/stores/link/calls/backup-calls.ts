import type { StoreRequest } from '../../../contracts/knowledge/knowledge-store.ts';
import type { BackupNote, BackupReport, RestoreReport } from '../../../contracts/knowledge/upkeep.ts';

/** Calls that copy a store into one file and back. */
export interface BackupCalls {
  /** Copies the open store into a file that is not there yet, checked before it gets its name. */
  readonly backup: {
    readonly input: { readonly file: string; readonly note?: BackupNote };
    readonly output: BackupReport;
  };
  /** Puts a checked copy of the file in the place of a store that is not there; no store is open in this worker. */
  readonly restore: {
    readonly input: { readonly file: string; readonly request: StoreRequest };
    readonly output: RestoreReport;
  };
}
