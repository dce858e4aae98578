import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes what is no file where index files must be; they are derived, and made anew. What was removed, one line each. */
export function mendIndexFolder(location: string): readonly string[] {
  const folder = join(location, 'indexes');
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) {
    rmSync(folder, { force: true });
    return ['indexes: there was a file in the place of their folder'];
  }
  const misplaced = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isFile());
  for (const { name } of misplaced) rmSync(join(folder, name), { recursive: true, force: true });
  return misplaced.map(({ name }) => `indexes: ${name} was no file`);
}
