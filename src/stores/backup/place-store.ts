import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { placeFile } from '../../kernel/files/part-files.ts';

/** What may lie there of a store that is gone, and would be taken for a part of the new one. */
const REMAINS = ['store.db-wal', 'store.db-shm', 'store.db-journal', 'indexes'];

/** Puts a finished store.db into the folder of a store, lastingly; false where there is one already, which stays as it is. */
export async function placeStore(part: string, location: string): Promise<boolean> {
  const database = join(location, 'store.db');
  if (existsSync(database)) return false;
  for (const name of REMAINS) await rm(join(location, name), { recursive: true, force: true });
  return placeFile(part, database);
}
