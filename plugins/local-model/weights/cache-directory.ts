import { posix, win32 } from 'node:path';

/** The variables that say where a user's caches live. */
interface CacheVariables {
  readonly XDG_CACHE_HOME?: string | undefined;
  readonly LOCALAPPDATA?: string | undefined;
}

/**
 * The user's cache folder by the custom of the platform: `XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, or
 * `LOCALAPPDATA`. A relative `XDG_CACHE_HOME` is ignored, as its specification asks.
 */
export function userCacheDirectory(platform: string, variables: CacheVariables, home: string): string {
  if (platform === 'win32') return variables.LOCALAPPDATA || win32.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Caches');
  const configured = variables.XDG_CACHE_HOME;
  return configured && posix.isAbsolute(configured) ? configured : posix.join(home, '.cache');
}

/** Where weights live unless a setting says otherwise; shared by all workspaces of the user. */
export function defaultModelsDirectory(platform: string, variables: CacheVariables, home: string): string {
  const paths = platform === 'win32' ? win32 : posix;
  return paths.join(userCacheDirectory(platform, variables, home), 'wooster', 'models');
}
