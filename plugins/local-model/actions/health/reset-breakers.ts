import { serverOfTarget, UsageError, type ModelRouterService } from 'wooster';
import type { z } from 'zod';
import type { resetSchema } from './breaker-table.ts';

/** Names shown to somebody who gave an unknown one. */
const NAMES_SHOWN = 12;

/** Stands for the models of a server that has told none. */
const NO_MODEL = '*';

/** Every name by which a target or server may be called, with its id. */
function namesOf(router: ModelRouterService): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { targetId } of router.breakers()) {
    names.set(serverOfTarget(targetId), serverOfTarget(targetId));
    names.set(targetId, targetId);
  }
  for (const { targetId, ref, model } of router.status().targets) {
    names.set(model.providerId, serverOfTarget(targetId));
    names.set(serverOfTarget(targetId), serverOfTarget(targetId));
    if (model.modelId === NO_MODEL) continue;
    names.set(ref, targetId);
    names.set(targetId, targetId);
  }
  return names;
}

/** Lets what rests be tried at once. UsageError for an unknown name, with those that are known. */
export function resetBreakers(router: ModelRouterService, name: string | undefined): z.output<typeof resetSchema> {
  if (name === undefined || name === 'all') return { reset: router.resetBreakers() };
  const names = namesOf(router);
  const target = names.get(name);
  if (target !== undefined) return { reset: router.resetBreakers(target), target };
  const known = [...new Set(names.values())];
  const shown = known.slice(0, NAMES_SHOWN).join(', ') + (known.length > NAMES_SHOWN ? ', …' : '');
  throw new UsageError(`there is no target or server "${name}" (known: ${shown || 'none'}; or all)`);
}
