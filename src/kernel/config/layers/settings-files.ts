import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { FileAccessError } from '../../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../../contracts/errors/wooster-error.ts';
import type { WoosterError } from '../../../contracts/errors/wooster-error.ts';
import type { Workspace } from '../../../contracts/settings/workspace.ts';
import type { SettingsFile } from './file-layer.ts';
import type { ConfigurationFlags } from './flag-layer.ts';
import { parseFile } from './parse-file.ts';
import { RANKS } from './reading.ts';

/** Reads a file as text; undefined when there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Where settings files are looked for. */
interface FileSearch {
  readonly flags?: ConfigurationFlags;
  readonly workspace: Workspace;
  readonly packageDirectory: string;
  readonly workingDirectory: string;
  readonly readText?: ReadText;
}

/** Every settings file that is there, parsed; what could not be read is a fault. */
interface SettingsFiles {
  readonly settings: readonly SettingsFile[];
  readonly dotEnvText: string;
  readonly names: readonly string[];
  readonly faults: readonly WoosterError[];
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly rank: number;
  readonly isRequired?: boolean;
}

/** Reads all settings files, weakest first. YAML is loaded only when a YAML file is there. */
export async function readSettingsFiles(search: FileSearch): Promise<SettingsFiles> {
  const readText = search.readText ?? readTextFile;
  const faults: WoosterError[] = [];
  const open = async (place: Place): Promise<string | undefined> => {
    try {
      const text = await readText(place.path);
      if (text === undefined && place.isRequired)
        throw new FileAccessError(`${place.name}: there is no such file`, { path: place.path });
      return text;
    } catch (error) {
      // A fault of one file is reported beside those of the others.
      faults.push(isWoosterError(error) ? error : cannotRead(place, error));
      return undefined;
    }
  };
  const found = placesOf(search);
  const texts = await Promise.all(found.map(open));
  const dotEnv = { path: join(search.workspace.root, '.env'), name: '.env', rank: RANKS.dotEnv };
  const dotEnvText = await open(dotEnv);
  const settings: SettingsFile[] = [];
  for (const [index, { name, rank }] of found.entries()) {
    const text = texts[index];
    if (text === undefined) continue;
    try {
      settings.push({ name, rank, content: await parseFile(text, name) });
    } catch (error) {
      if (!isWoosterError(error)) throw error;
      faults.push(error);
    }
  }
  const names = [...settings.map(({ name }) => name), ...(dotEnvText === undefined ? [] : ['.env'])];
  return { settings, dotEnvText: dotEnvText ?? '', names, faults };
}

function placesOf({ flags, workspace, packageDirectory, workingDirectory }: FileSearch): Place[] {
  const own = (file: string, rank: number): Place => ({
    path: join(workspace.configDirectory, file),
    name: `config/${file}`,
    rank,
  });
  const shipped = join(packageDirectory, 'config', 'default.json');
  const isSame = shipped === join(workspace.configDirectory, 'default.json');
  const places = [
    ...(isSame ? [] : [{ path: shipped, name: 'default.json of the package', rank: RANKS.packageDefaults }]),
    own('default.json', RANKS.workspaceDefaults),
    own('local.json', RANKS.localJson),
    own('local.yaml', RANKS.localYaml),
    own('local.yml', RANKS.localYml),
    own('llm_providers.yaml', RANKS.providerFile),
    own('llm_providers.yml', RANKS.providerFile),
  ];
  if (flags?.config === undefined) return places;
  const path = isAbsolute(flags.config) ? flags.config : resolve(workingDirectory, flags.config);
  return [...places, { path, name: basename(path), rank: RANKS.extraFile, isRequired: true }];
}

async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function cannotRead({ name, path }: Place, error: unknown): FileAccessError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new FileAccessError(`${name}: cannot be read (${code}); check its permissions`, { path, cause: error });
}
