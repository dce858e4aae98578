import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PluginError } from '../../../contracts/errors/host-errors.ts';
import { isWoosterError, type WoosterError } from '../../../contracts/errors/wooster-error.ts';
import { checkDefinition } from './definition-schema.ts';
import { hostPackageLender, type PackageLender } from './import-hook.ts';
import { entriesBelow, sourceEntry, type PluginEntry } from './plugin-folders.ts';
import type { FoundPlugin } from '../plugin-state.ts';

/** Where to look for plugins. */
export interface DiscoveryOptions {
  /** Folder of the plugins that come with the package. */
  readonly builtInDirectory: string;
  readonly workspaceRoot: string;
  readonly packageRoot: string;
  /** Paths and package names of `plugins.sources`. */
  readonly sources: readonly string[];
  /** Told the folder of a plugin that cannot be loaded: one that the user has disabled is no fault. */
  isDisabled?(folder: string): boolean;
  /** Both have a default that works on this process; tests give their own. */
  readonly lender?: PackageLender;
  readonly importModule?: (specifier: string) => Promise<unknown>;
}

/** What was found and what could not be loaded, each fault naming the file. */
export interface Discovery {
  readonly found: readonly FoundPlugin[];
  readonly faults: readonly WoosterError[];
  /** Nothing was left out: neither by a fault nor because it is disabled and cannot be loaded. */
  readonly isWhole: boolean;
}

const importFromDisk = (specifier: string): Promise<unknown> => import(specifier);

function reasonOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n', 1)[0] ?? 'unknown';
}

function exportedPlugin(module: unknown): unknown {
  const exports = module as { plugin?: unknown; default?: unknown };
  return exports.plugin ?? exports.default;
}

async function load(entry: PluginEntry, importModule: (specifier: string) => Promise<unknown>): Promise<FoundPlugin> {
  let module: unknown;
  try {
    module = await importModule(entry.specifier);
  } catch (error) {
    throw new PluginError(`plugin in ${entry.file} cannot be imported: ${reasonOf(error)}`, {
      plugin: entry.file,
      phase: 'load',
      cause: error,
    });
  }
  return { definition: checkDefinition(exportedPlugin(module), entry.file), file: entry.file, origin: entry.origin };
}

function isSameFolder(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    // One of them does not exist.
    return false;
  }
}

function collectEntries(options: DiscoveryOptions, faults: WoosterError[]): PluginEntry[] {
  const lender = options.lender ?? hostPackageLender;
  const entries = entriesBelow(options.builtInDirectory, 'built-in');
  const own = join(options.workspaceRoot, 'plugins');
  if (!isSameFolder(own, options.builtInDirectory)) {
    const ofWorkspace = entriesBelow(own, 'workspace');
    for (const entry of ofWorkspace) lender.lend(dirname(entry.file));
    entries.push(...ofWorkspace);
  }
  for (const source of options.sources) {
    try {
      entries.push(sourceEntry(source, { ...options, lender }));
    } catch (error) {
      if (!isWoosterError(error)) throw error;
      faults.push(error);
    }
  }
  return entries;
}

/** Imports every plugin there is; one that cannot be loaded is a fault beside the others, never an end to the search. */
export async function discoverPlugins(options: DiscoveryOptions): Promise<Discovery> {
  const faults: WoosterError[] = [];
  const found: FoundPlugin[] = [];
  const seen = new Set<string>();
  const importModule = options.importModule ?? importFromDisk;
  for (const entry of collectEntries(options, faults)) {
    if (seen.has(entry.file)) continue;
    seen.add(entry.file);
    try {
      found.push(await load(entry, importModule));
    } catch (error) {
      if (!isWoosterError(error)) throw error;
      if (options.isDisabled?.(basename(dirname(entry.file))) !== true) faults.push(error);
    }
  }
  return { found, faults, isWhole: found.length === seen.size && faults.length === 0 };
}
