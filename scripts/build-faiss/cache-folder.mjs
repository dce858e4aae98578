import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder of Wooster, as the program itself finds it. */
export function cacheFolder(environment = process.env, platform = process.platform) {
  if (platform === 'win32') return join(environment.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'wooster');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'wooster');
  const configured = environment.XDG_CACHE_HOME;
  return join(configured?.startsWith('/') ? configured : join(homedir(), '.cache'), 'wooster');
}
