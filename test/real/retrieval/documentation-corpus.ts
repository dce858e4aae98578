import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Documents of a package that a person would read; legal texts and lists of changes answer no question. */
const DOCUMENT = /\.(md|markdown|rst|txt)$/i;
const NO_DOCUMENT = /^(license|licence|changelog|changes|history|notice|third|copying|authors|code_of|security)/i;
const LEAST_BYTES = 200;

/** `@scope+name@1.2.3_peer` of pnpm's store as name and version. */
const STORE_FOLDER = /^((?:@[^+]+\+)?[^@]+)@([0-9][^_(]*)/;

function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}

async function findPackages(store: string): Promise<ReadonlyMap<string, string>> {
  const newest = new Map<string, { version: string; folder: string }>();
  for (const entry of await readdir(store)) {
    const [, escaped, version] = STORE_FOLDER.exec(entry) ?? [];
    if (escaped === undefined || version === undefined) continue;
    const name = escaped.replace('+', '/');
    const known = newest.get(name);
    if (known !== undefined && !isNewer(version, known.version)) continue;
    newest.set(name, { version, folder: join(store, entry, 'node_modules', name) });
  }
  return new Map([...newest].map(([name, { folder }]) => [name, folder]));
}

async function findDocuments(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.slice(folder.length).includes('node_modules')) continue;
    if (!DOCUMENT.test(entry.name) || NO_DOCUMENT.test(entry.name)) continue;
    if ((await stat(path)).size >= LEAST_BYTES) found.push(path.slice(folder.length + 1));
  }
  return found.sort();
}

/**
 * Copies the documentation of the installed packages, one version of each, to `<target>/<package>/<file>`: the lockfile
 * pins it, and in node_modules itself the ignore rules leave it out. Resolves with the number of files.
 */
export async function copyDocumentation(nodeModules: string, target: string): Promise<number> {
  let count = 0;
  for (const [name, folder] of await findPackages(join(nodeModules, '.pnpm'))) {
    for (const document of await findDocuments(folder)) {
      const copy = join(target, name, document);
      await mkdir(dirname(copy), { recursive: true });
      await cp(join(folder, document), copy, { dereference: true });
      count += 1;
    }
  }
  if (count < 300) throw new Error(`only ${count} documents in ${basename(nodeModules)}: the corpus is too small`);
  return count;
}
