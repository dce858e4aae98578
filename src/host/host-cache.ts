import { join } from 'node:path';
import { CACHE_STEPS } from '../cache/kept-replies.ts';
import { createResponseCache } from '../cache/response-cache.ts';
import type { ResponseCache } from '../contracts/cache/response-cache.ts';
import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { CacheSettings } from '../contracts/settings/accounts-settings.ts';
import { openDatabase } from '../kernel/database/open-database.ts';

/** What the cache of a host is made of. */
interface HostCacheParts {
  readonly settings: { readonly cache: CacheSettings };
  readonly workspace: { readonly stateDirectory: string };
  readonly clock: Clock;
  readonly log: Logger;
}

/** The response cache of the workspace, in `cache.db` beside its state; opens nothing before a call is for it. */
export function openHostCache({ settings, workspace, clock, log }: HostCacheParts): ResponseCache & Disposable {
  const path = join(workspace.stateDirectory, 'cache.db');
  const database = openDatabase({ path, holds: 'the kept answers', steps: CACHE_STEPS });
  const cache = createResponseCache({ database, settings: settings.cache, clock, log });
  return Object.assign(cache, { dispose: () => database.dispose() });
}
