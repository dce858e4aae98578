import { join } from 'node:path';
import { CapabilityError, PrivacyError, UsageError, type ModelLifecycle } from 'wooster';
import type { HubAccess, LifecycleContext } from '../lifecycle-context.ts';
import { pullRepository } from '../hub/pull-repository.ts';
import { below, requirePullRoom } from '../pull/pull-room.ts';
import { THIS_MACHINE } from '../this-machine.ts';

/** Where the hub's clients keep what they fetch, unless HF_HUB_CACHE moves it. */
const USUAL_FOLDER = '.cache/huggingface/hub';

/** `owner/name`, as the hub names repositories. */
const REPOSITORY = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** `modelsDirectory` of the entry, else as the environment that the server is started with moves it. */
function cacheFolderOf({ entry, base, machine = THIS_MACHINE }: LifecycleContext): string {
  const { HF_HUB_CACHE: cache, HF_HOME: home } = entry.start?.environment ?? {};
  const { modelsDirectory } = entry.options;
  const moved = cache ?? (home === undefined ? undefined : join(home, 'hub'));
  if (base.isLoopback)
    return below(machine.home, typeof modelsDirectory === 'string' ? modelsDirectory : (moved ?? USUAL_FOLDER));
  const text = `${entry.id} at ${base.address}: its models are fetched on its own machine; run "hf download" or mlx_lm.server there`;
  throw new CapabilityError(text, { capability: 'pull', provider: entry.id });
}

function requireAllowed({ baseUrl, refusal }: HubAccess, model: string): void {
  if (refusal === undefined) return;
  const text = `${model} is at ${new URL(baseUrl).host} and ${refusal} forbids to fetch it; nothing was sent`;
  throw new PrivacyError(text, { details: { setting: refusal } });
}

/** mlx_lm.server reads what the hub's clients have fetched; Wooster fetches it as they do, with a checksum for each file. */
export function mlxLifecycle(context: LifecycleContext): Required<Pick<ModelLifecycle, 'pull'>> {
  return {
    async pull(model, pull) {
      const { hub, entry } = context;
      if (!REPOSITORY.test(model)) throw new UsageError(`"${model}" is no repository: write ${entry.id}:owner/name`);
      if (hub === undefined) throw new CapabilityError(`${entry.id}: no model hub is set`, { capability: 'pull' });
      requireAllowed(hub, model);
      const cacheFolder = cacheFolderOf(context);
      const requireRoom = (neededBytes: number): Promise<void> =>
        requirePullRoom(context, cacheFolder, { model, neededBytes });
      await pullRepository({ hubBaseUrl: hub.baseUrl, repository: model, cacheFolder, pull, requireRoom });
    },
  };
}
