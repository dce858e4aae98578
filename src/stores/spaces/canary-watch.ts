import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { ModelComparison } from '../../contracts/knowledge/upkeep.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { CANARY_TEXTS, compareCanaries } from '../../kernel/spaces/canaries.ts';
import { flatten } from '../add-sources.ts';
import type { HeldSpace } from '../link/calls/space-calls.ts';
import type { StorePorts } from '../store-ports.ts';
import { mendingCommand } from './mending-command.ts';
import type { ServingModel, StoreModel } from './store-model.ts';

/** A server of this machine may be started anew with other weights while a store stays open. */
const LOCAL_PAUSE_MS = 15 * 60_000;

/** A cloud charges for each look. */
const CLOUD_PAUSE_MS = 24 * 60 * 60_000;

type WatchPorts = Pick<StorePorts, 'purpose' | 'name' | 'location' | 'link'>;

/** What a model makes of the canary texts now, past every cache. */
async function readCanaries(
  embeddings: SpaceBoundEmbeddings,
  location: string,
  signal: AbortSignal,
): Promise<Float32Array> {
  embeddings.forget(CANARY_TEXTS);
  try {
    const vectors = await embeddings.embed(CANARY_TEXTS, { role: 'document', signal });
    return flatten(vectors, embeddings.space, location);
  } finally {
    embeddings.forget(CANARY_TEXTS);
  }
}

/** A comparison with the canaries it was made of. */
export interface CanaryReading {
  readonly comparison: ModelComparison;
  readonly canaries: Float32Array;
}

/**
 * Compares a model with the one that filled a space; `same` also where it is a state of a model that was accepted.
 * Undefined where the space has no canaries.
 */
export async function compareServing(
  { space, served: recorded }: Pick<HeldSpace, 'space' | 'served'>,
  { embeddings, served }: ServingModel,
  { location, signal }: { readonly location: string; readonly signal: AbortSignal },
): Promise<CanaryReading | undefined> {
  const own = recorded.find(({ isAccepted }) => !isAccepted);
  if (own === undefined) return undefined;
  const canaries = await readCanaries(embeddings, location, signal);
  const { cosine, verdict } = compareCanaries(own.canaries, canaries);
  const isKnown = recorded.some(
    (each) => each.space.spaceId === served.spaceId && compareCanaries(each.canaries, canaries).verdict === 'same',
  );
  return { comparison: { space, served, cosine, verdict: isKnown ? 'same' : verdict }, canaries };
}

/** What changed, how far, and the commands that mend it. */
function describe({ space, served, cosine, verdict }: ModelComparison, ports: WatchPorts): string {
  const who =
    served.spaceId === space.spaceId
      ? `${space.name} has changed behind its name`
      : `${served.name} is not ${space.name}`;
  const howFar = verdict === 'near' ? 'another build of the model' : 'another model';
  const migrate = `${mendingCommand(ports, 'migrate')} embeds the store anew`;
  const mend =
    verdict === 'near' ? `${mendingCommand(ports, 'accept')} records that it may be used, or ${migrate}` : migrate;
  return `${who}: what answers now is ${howFar} (lowest cosine of ${CANARY_TEXTS.length} test texts ${cosine.toFixed(4)}); ${mend}`;
}

/**
 * Sees that the models which serve a store are those that filled it: each space and model is compared when it
 * is first used in an open store, and again after a quarter of an hour; one of a cloud once a day, and one that differs
 * each time it is used.
 */
export class CanaryWatch {
  readonly #ports: WatchPorts;
  /** When each was last found to be the same, by the clock of durations. */
  readonly #same = new Map<string, number>();

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /**
   * Before vectors of a model are written: E_STORE_MISMATCH where it is not what filled its space. Records the canaries of
   * a space that has none. Errors of the model pass.
   */
  async requireSame(model: StoreModel, signal: AbortSignal): Promise<void> {
    const { embeddings, served, isFallback } = model;
    const { space } = embeddings;
    // A space that was pruned since it was looked at is made anew, without canaries.
    const held = await this.#held(space.spaceId, signal);
    if (held !== undefined && held.served.length > 0) {
      this.#refuse(await this.#compare(held, model, signal), held);
      return;
    }
    const canaries = await readCanaries(embeddings, this.#ports.location, signal);
    const input = { space, served, canaries, cosine: 1, isFallback };
    await this.#ports.link.call('recordServed', input, signal, { isAwaited: true });
    this.#same.set(keyOf(space.spaceId, model), performance.now());
  }

  /** As `requireSame`, for one who may not write at all: records nothing, and a model that does not answer is not refused. */
  async requireUnchanged(model: ServingModel, signal: AbortSignal): Promise<void> {
    const { spaceId } = model.embeddings.space;
    if (this.#wasSame(spaceId, model)) return;
    const held = await this.#held(spaceId, signal);
    if (held !== undefined) this.#refuse(await this.#tryCompare(held, model, signal), held);
  }

  /** For a search: what must be told, and whether the model is so far that its vectors find nothing. Fails when aborted only. */
  async look(
    held: HeldSpace,
    model: ServingModel,
    signal: AbortSignal,
  ): Promise<{ readonly notice?: string; readonly isFar: boolean }> {
    const comparison = await this.#tryCompare(held, model, signal);
    if (comparison === undefined || comparison.verdict === 'same') return { isFar: false };
    const isFar = comparison.verdict === 'far';
    const end = isFar ? '; until then its passages are searched by their words only' : '';
    return { notice: `${describe(comparison, this.#ports)}${end}`, isFar };
  }

  async #held(spaceId: string, signal: AbortSignal): Promise<HeldSpace | undefined> {
    const held = await this.#ports.link.call('heldSpaces', null, signal);
    return held.find(({ space }) => space.spaceId === spaceId);
  }

  #refuse(comparison: ModelComparison | undefined, { role }: HeldSpace): void {
    if (comparison === undefined || comparison.verdict === 'same') return;
    const { location } = this.#ports;
    const details = { cosine: comparison.cosine, verdict: comparison.verdict };
    // What a migration has filled so far cannot be mended by another one.
    const what =
      role === 'target'
        ? `${comparison.space.name} has changed while the store was moved to it: ${mendingCommand(this.#ports, 'prune')} drops what was filled, then migrate again`
        : describe(comparison, this.#ports);
    throw new StoreError('E_STORE_MISMATCH', `${what} (${location})`, { location, details });
  }

  async #tryCompare(held: HeldSpace, model: ServingModel, signal: AbortSignal): Promise<ModelComparison | undefined> {
    try {
      return await this.#compare(held, model, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  }

  async #compare(held: HeldSpace, model: ServingModel, signal: AbortSignal): Promise<ModelComparison | undefined> {
    const { spaceId } = held.space;
    if (this.#wasSame(spaceId, model) || wasSeenToday(held, model)) return undefined;
    const reading = await compareServing(held, model, { location: this.#ports.location, signal });
    if (reading?.comparison.verdict !== 'same') return reading?.comparison;
    this.#same.set(keyOf(spaceId, model), performance.now());
    if (model.embeddings.locality === 'cloud') {
      await this.#ports.link.call('noteChecked', { spaceId, servedId: model.served.spaceId }, signal);
    }
    return reading.comparison;
  }

  #wasSame(spaceId: string, model: ServingModel): boolean {
    const at = this.#same.get(keyOf(spaceId, model));
    const pauseMs = model.embeddings.locality === 'cloud' ? CLOUD_PAUSE_MS : LOCAL_PAUSE_MS;
    return at !== undefined && performance.now() - at < pauseMs;
  }
}

function keyOf(spaceId: string, { served }: ServingModel): string {
  return `${spaceId} ${served.spaceId}`;
}

/** True for a model of a cloud that was compared less than a day ago; a clock that was set back makes it be compared again. */
function wasSeenToday({ served: recorded }: HeldSpace, { embeddings, served }: ServingModel): boolean {
  if (embeddings.locality !== 'cloud') return false;
  const now = Date.now();
  return recorded.some(
    ({ space, checkedAt }) => space.spaceId === served.spaceId && checkedAt <= now && now - checkedAt < CLOUD_PAUSE_MS,
  );
}
