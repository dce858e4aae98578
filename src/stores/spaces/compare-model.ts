import { ConfigError, UsageError } from '../../contracts/errors/host-errors.ts';
import type { ModelComparison } from '../../contracts/knowledge/upkeep.ts';
import type { HeldSpace } from '../link/calls/space-calls.ts';
import { ownerOf } from '../store-owner.ts';
import type { StorePorts } from '../store-ports.ts';
import { compareServing } from './canary-watch.ts';
import type { CanaryReading } from './canary-watch.ts';
import { mendingCommand } from './mending-command.ts';
import { modelOfSpace } from './store-model.ts';
import type { ServingModel } from './store-model.ts';

type ComparePorts = Pick<StorePorts, 'purpose' | 'name' | 'location' | 'link' | 'environment' | 'inTurn'>;

async function primaryOf({ link }: ComparePorts, signal: AbortSignal): Promise<HeldSpace | undefined> {
  return (await link.call('heldSpaces', null, signal)).find(({ role }) => role === 'primary');
}

/** What serves the space, else what the settings name: that may be another build, with an identity of its own. */
async function candidateFor(ports: ComparePorts, held: HeldSpace, signal: AbortSignal): Promise<ServingModel> {
  const own = await modelOfSpace(ports, held, signal);
  if (own !== undefined) return own;
  const { purpose, environment } = ports;
  const embeddings = await environment.embeddings().for(purpose, signal, ownerOf(ports));
  return { embeddings, served: embeddings.space };
}

async function read(ports: ComparePorts, signal: AbortSignal): Promise<CanaryReading | undefined> {
  const { purpose, environment } = ports;
  const held = await primaryOf(ports, signal);
  if (held === undefined || held.served.length === 0) return undefined;
  if (!environment.settings.embeddings[purpose].isEnabled) {
    throw new ConfigError(`embeddings of ${purpose} are off: turn them on to compare models`);
  }
  const candidate = await candidateFor(ports, held, signal);
  return compareServing(held, candidate, { location: ports.location, signal });
}

/** As `StoreUpkeep.compareModel`. */
export async function compareModel(ports: ComparePorts, signal: AbortSignal): Promise<ModelComparison | undefined> {
  try {
    return (await read(ports, signal))?.comparison;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** As `StoreUpkeep.acceptModel`: also for a model that another identity tells of, such as another quantisation. */
export function acceptModel(ports: ComparePorts, signal: AbortSignal): Promise<ModelComparison> {
  return ports.inTurn('accepting a model', signal, async () => {
    const reading = await read(ports, signal);
    if (reading === undefined) {
      throw new UsageError(`the store ${ports.name} has nothing recorded to compare a model with: add to it first`);
    }
    const { comparison, canaries } = reading;
    const { space, served, cosine, verdict } = comparison;
    if (verdict === 'far') {
      throw new UsageError(
        `${served.name} is another model than the ${space.name} that filled ${ports.name} (lowest cosine ${cosine.toFixed(4)}) and cannot be accepted for it: ${mendingCommand(ports, 'migrate')} embeds the store anew`,
      );
    }
    const isKnown = verdict === 'same' && served.spaceId === space.spaceId;
    if (!isKnown) {
      const input = { space, served, canaries, cosine, isFallback: false };
      await ports.link.call('recordServed', input, signal, { isAwaited: true });
    }
    return comparison;
  });
}
