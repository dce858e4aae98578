import { readFile, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { Workspace } from '../../contracts/settings/workspace.ts';
import type { Environment } from './env.ts';

/** What the search for the workspace starts from; nothing is taken from the process. */
interface WorkspaceSearch {
  /** Value of `--home`. */
  readonly homeFlag?: string;
  readonly environment: Environment;
  readonly workingDirectory: string;
  /** Home folder of the user. */
  readonly userHome: string;
  readonly platform: string;
}

/**
 * Finds the root of the workspace: `--home`, then `WOOSTER_HOME`, then the nearest folder upwards that is a workspace,
 * then the user's data folder. Looks only; creates nothing, and the root need not exist.
 */
export async function findWorkspace(search: WorkspaceSearch): Promise<Workspace> {
  const home = search.environment.WOOSTER_HOME?.trim();
  if (search.homeFlag) return layOut(absolute(search.homeFlag, search), 'flag', search);
  if (home) return layOut(absolute(home, search), 'environment', search);
  const found = await findUpwards(search);
  if (found !== undefined) return layOut(found, 'found', search);
  return layOut(userDataDirectory(search), 'user-data', search);
}

function layOut(root: string, chosenBy: Workspace['chosenBy'], search: WorkspaceSearch): Workspace {
  const paths = pathsOf(search.platform);
  return {
    root,
    configDirectory: paths.join(root, 'config'),
    projectsDirectory: paths.join(root, 'projects'),
    vectorDataDirectory: paths.join(root, 'vector_data'),
    stateDirectory: paths.join(root, '.wooster'),
    cacheDirectory: userCacheDirectory(search),
    chosenBy,
  };
}

function pathsOf(platform: string): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

function absolute(path: string, search: WorkspaceSearch): string {
  return pathsOf(search.platform).resolve(search.workingDirectory, expandHome(path, search.userHome));
}

/** A leading `~` is the home folder of the user. */
export function expandHome(path: string, userHome: string): string {
  return /^~(?=$|[/\\])/.test(path) ? userHome + path.slice(1) : path;
}

async function findUpwards(search: WorkspaceSearch): Promise<string | undefined> {
  const paths = pathsOf(search.platform);
  let directory = paths.resolve(search.workingDirectory);
  for (;;) {
    if (await isWorkspace(directory, paths)) return directory;
    const parent = paths.dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}

/** Files of `config/` that other programs have under the same name too: they count by their content. */
const SHARED_NAMES = ['default.json', 'local.json', 'local.yaml', 'local.yml'];

/**
 * A folder is a workspace when it holds `.wooster/`, or `config/llm_providers.yaml`, or a settings file in `config/`
 * with one of our sections, or the package `wooster` itself.
 */
async function isWorkspace(directory: string, paths: typeof posix): Promise<boolean> {
  if (await isDirectory(paths.join(directory, '.wooster'))) return true;
  const manifest = await textOf(paths.join(directory, 'package.json'));
  if (manifest !== undefined && /^\s*"name"\s*:\s*"wooster"/m.test(manifest)) return true;
  const config = paths.join(directory, 'config');
  if (!(await isDirectory(config))) return false;
  if ((await textOf(paths.join(config, 'llm_providers.yaml'))) !== undefined) return true;
  const texts = await Promise.all(SHARED_NAMES.map((name) => textOf(paths.join(config, name))));
  return texts.some(
    (text) => text !== undefined && /^\s*\{?\s*"?(routing|providers|embedded|plugins)"?\s*:/m.test(text),
  );
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A folder that cannot be looked at is none.
    return false;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // The search only asks whether the file is there; reading it for its values reports what is wrong with it.
    return undefined;
  }
}

function userDataDirectory({ environment, platform, userHome }: WorkspaceSearch): string {
  if (platform === 'win32')
    return win32.join(environment.LOCALAPPDATA || win32.join(userHome, 'AppData', 'Local'), 'wooster');
  if (platform === 'darwin') return posix.join(userHome, 'Library', 'Application Support', 'wooster');
  return posix.join(absoluteOr(environment.XDG_DATA_HOME, posix.join(userHome, '.local', 'share')), 'wooster');
}

function userCacheDirectory({ environment, platform, userHome }: WorkspaceSearch): string {
  if (platform === 'win32')
    return win32.join(environment.LOCALAPPDATA || win32.join(userHome, 'AppData', 'Local'), 'wooster');
  if (platform === 'darwin') return posix.join(userHome, 'Library', 'Caches', 'wooster');
  return posix.join(absoluteOr(environment.XDG_CACHE_HOME, posix.join(userHome, '.cache')), 'wooster');
}

/** A relative XDG folder is ignored, as its specification asks. */
function absoluteOr(configured: string | undefined, otherwise: string): string {
  return configured !== undefined && posix.isAbsolute(configured) ? configured : otherwise;
}
