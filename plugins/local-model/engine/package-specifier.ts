import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What to import a package by: a path becomes a file URL, which is the only form of a path that import takes on every system. */
export function specifierOf(enginePackage: string): string {
  return isAbsolute(enginePackage) ? pathToFileURL(enginePackage).href : enginePackage;
}
