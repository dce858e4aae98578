import { join } from 'node:path';
import type { EmbeddingPurpose } from '../contracts/models/embedding-model.ts';
import { UsageError } from '../contracts/errors/host-errors.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';

/** Name of the profile store that is meant when none is told. */
const DEFAULT_PROFILE = 'default';

const MAX_NAME_LENGTH = 100;

/** Names that Windows keeps for devices. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Throws UsageError unless the name can be the name of a folder on every system. */
function checkStoreName(name: string): void {
  const isSafe =
    /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._-]*$/u.test(name) &&
    !/[. ]$/.test(name) &&
    name.length <= MAX_NAME_LENGTH &&
    !DEVICE_NAME.test(name);
  if (isSafe) return;
  const shown = JSON.stringify(name.slice(0, MAX_NAME_LENGTH));
  throw new UsageError(
    `${shown} cannot be the name of a store: use letters, digits, spaces and . _ - within, at most ${MAX_NAME_LENGTH}`,
  );
}

type Places = Pick<Workspace, 'projectsDirectory' | 'vectorDataDirectory'>;

function profilesDirectory({ vectorDataDirectory }: Places): string {
  return join(vectorDataDirectory, 'user_profile_store');
}

/** Folder of a store. UsageError for a name that is no folder name. */
export function locateStore(places: Places, purpose: EmbeddingPurpose, name: string): string {
  checkStoreName(name);
  if (purpose === 'userProfile' && name === 'indexes') {
    throw new UsageError('"indexes" cannot be the name of a profile: the indexes of the profile lie in that folder');
  }
  if (purpose === 'projects') return join(places.projectsDirectory, name, 'vectorStore');
  return name === DEFAULT_PROFILE ? profilesDirectory(places) : join(profilesDirectory(places), name);
}

/** Folder whose folders have the names of stores, and the store that is not named by its folder. */
export function storeRoots(
  places: Places,
  purpose: EmbeddingPurpose,
): { readonly directory: string; readonly unnamed?: string } {
  if (purpose === 'projects') return { directory: places.projectsDirectory };
  return { directory: profilesDirectory(places), unnamed: DEFAULT_PROFILE };
}
