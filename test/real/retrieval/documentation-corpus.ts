import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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

interface Document {
  /** `<package>/<file>`. */
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
}

async function findDocuments(name: string, folder: string): Promise<readonly Document[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: Document[] = [];
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || file.slice(folder.length).includes('node_modules')) continue;
    if (!DOCUMENT.test(entry.name) || NO_DOCUMENT.test(entry.name)) continue;
    const { size: bytes } = await stat(file);
    if (bytes >= LEAST_BYTES) found.push({ path: `${name}/${file.slice(folder.length + 1)}`, file, bytes });
  }
  return found;
}

async function allDocuments(nodeModules: string): Promise<readonly Document[]> {
  const found: Document[] = [];
  for (const [name, folder] of await findPackages(join(nodeModules, '.pnpm'))) {
    found.push(...(await findDocuments(name, folder)));
  }
  return found;
}

/** Chosen by the hash of the path: which documents are in the corpus depends on nothing else. */
function lot({ path }: Document): string {
  return createHash('sha256').update(path).digest('hex');
}

interface CorpusOptions {
  readonly target: string;
  /** Documents to take; all without it. */
  readonly count?: number;
  /** Taken in any case. */
  readonly always: ReadonlySet<string>;
  /** The largest file that is taken by lot; any without it. */
  readonly largestBytes?: number;
}

/**
 * Copies documentation of the installed packages, one version of each, to `<target>/<package>/<file>`: the lockfile pins
 * it, and in node_modules itself the ignore rules leave it out. Resolves with the number of files.
 */
export async function copyDocumentation(nodeModules: string, options: CorpusOptions): Promise<number> {
  const { target, count, always, largestBytes = Infinity } = options;
  const drawn = (await allDocuments(nodeModules)).toSorted((one, other) => lot(one).localeCompare(lot(other)));
  const others = drawn.filter(({ path, bytes }) => !always.has(path) && bytes <= largestBytes);
  const chosen = [...drawn.filter(({ path }) => always.has(path)), ...others].slice(0, count);
  for (const { path, file } of chosen) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await cp(file, join(target, path), { dereference: true });
  }
  return chosen.length;
}
