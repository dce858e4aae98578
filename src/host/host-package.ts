import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package this code belongs to. */
interface HostPackage {
  readonly directory: string;
  readonly version: string;
}

let found: HostPackage | undefined;

/** Finds the package upwards from this file: one folder up in the repository, two in the built package. */
export function hostPackage(): HostPackage {
  if (found !== undefined) return found;
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory);
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
  found = { directory, version: manifest.version };
  return found;
}
