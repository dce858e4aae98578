import type { IngestOptions } from './ingest-options.ts';
import type { IngestReport } from './ingest-report.ts';

/**
 * Takes a folder into a store: what is new or changed is read, cut and embedded, what is gone is removed, the rest is
 * not touched. Ended at any moment, what was written stays and the same call goes on from there. Throws FileAccessError
 * for a folder that cannot be read, InputRejectedError for one with nothing to read, and what the store throws.
 */
export async function ingestFolder(options: IngestOptions): Promise<IngestReport> {
  // Everything of an ingest is imported with the first one: the door is read at every start of the program.
  const { resolveFolder } = await import('./resolve-folder.ts');
  const { FolderIngest } = await import('./folder-ingest.ts');
  const root = await resolveFolder(options.folder);
  if (options.dryRun === true) return new FolderIngest(options, root).run();
  const hold = await options.store.beginWriting(`ingest of ${options.folder}`, options.signal);
  try {
    return await new FolderIngest(options, root).run();
  } finally {
    await hold.dispose();
  }
}
