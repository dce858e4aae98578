import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginError } from '../../../contracts/errors/host-errors.ts';
import type { PackageLender } from './import-hook.ts';
import type { PluginOrigin } from '../plugin-state.ts';

/** One module that should export a plugin. */
export interface PluginEntry {
  /** What `import()` is given. */
  readonly specifier: string;
  /** Path for messages. */
  readonly file: string;
  readonly origin: PluginOrigin;
}

/** From where sources are resolved. */
interface SourceRoots {
  readonly workspaceRoot: string;
  readonly packageRoot: string;
  readonly lender: PackageLender;
}

const ENTRY_NAMES = ['index.ts', 'index.js', 'index.mjs'];

function entryIn(folder: string): string | undefined {
  return ENTRY_NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
}

function fileEntry(file: string, origin: PluginOrigin): PluginEntry {
  return { specifier: pathToFileURL(file).href, file, origin };
}

/** The entries of `<folder>/<plugin>/index.*`, by name; a folder without an entry module is not a plugin. */
export function entriesBelow(folder: string, origin: PluginOrigin): PluginEntry[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
    .map((entry) => entry.name)
    .sort();
  return names.flatMap((name) => {
    const file = entryIn(join(folder, name));
    return file === undefined ? [] : [fileEntry(realpathSync(file), origin)];
  });
}

function isPath(source: string): boolean {
  return source.startsWith('.') || isAbsolute(source) || source.includes('\\');
}

function fault(source: string, what: string, cause?: unknown): PluginError {
  return new PluginError(`plugins.sources names ${source}: ${what}`, { plugin: source, phase: 'load', cause });
}

function pathEntry(source: string, { workspaceRoot, lender }: SourceRoots): PluginEntry {
  const path = resolve(workspaceRoot, source);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw fault(source, `${path} does not exist`);
  if (found.isFile()) {
    const file = realpathSync(path);
    lender.lend(dirname(file));
    return fileEntry(file, 'source');
  }
  const folder = realpathSync(path);
  lender.lend(folder);
  const file = entryIn(folder);
  if (file !== undefined) return fileEntry(file, 'source');
  if (!existsSync(join(folder, 'package.json'))) {
    throw fault(source, `${path} has no ${ENTRY_NAMES.join(', ')} and no package.json`);
  }
  try {
    return fileEntry(createRequire(join(folder, 'noop.js')).resolve(folder), 'source');
  } catch (error) {
    throw fault(source, `\`main\` in ${join(folder, 'package.json')} leads to no file`, error);
  }
}

function packageEntry(source: string, { workspaceRoot, packageRoot, lender }: SourceRoots): PluginEntry {
  for (const root of [workspaceRoot, packageRoot]) {
    const manifest = manifestOf(source, root);
    if (manifest === undefined) continue;
    const folder = realpathSync(dirname(manifest));
    lender.lend(folder);
    return { specifier: lender.specifierOf(source, root), file: folder, origin: 'source' };
  }
  throw fault(source, `no such package is installed in ${workspaceRoot}; run \`npm install ${source}\` there`);
}

function manifestOf(source: string, root: string): string | undefined {
  try {
    return findPackageJSON(source, pathToFileURL(`${root}/noop.js`));
  } catch {
    // Not resolvable from this root; the next one is asked.
    return undefined;
  }
}

/** The entry of a path (relative to the workspace) or of an installed package; PluginError when there is none. */
export function sourceEntry(source: string, roots: SourceRoots): PluginEntry {
  return isPath(source) ? pathEntry(source, roots) : packageEntry(source, roots);
}
