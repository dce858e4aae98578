import type { EmbeddingSpace, SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import type { HeldSpace } from '../link/calls/space-calls.ts';
import { ownerOf } from '../store-owner.ts';
import type { StorePorts } from '../store-ports.ts';

/** A model that serves a space of a store. */
export interface ServingModel {
  /** Bound to the store's space. */
  readonly embeddings: SpaceBoundEmbeddings;
  /** The model's own space; another one where it was accepted for the store's. */
  readonly served: EmbeddingSpace;
}

/** The model that new texts of a store get. */
export interface StoreModel extends ServingModel {
  /** Its space is not the store's own, and never becomes that. */
  readonly isFallback: boolean;
}

type ModelPorts = Pick<StorePorts, 'purpose' | 'name' | 'link' | 'environment'>;

/** The model of a space, else the first of those that were accepted for it; undefined where none of them answers. */
export async function modelOfSpace(
  { purpose, name, environment }: Omit<ModelPorts, 'link'>,
  { space, served }: Pick<HeldSpace, 'space' | 'served'>,
  signal: AbortSignal,
): Promise<ServingModel | undefined> {
  const factory = environment.embeddings();
  const owner = ownerOf({ purpose, name });
  const own = await factory.ofSpace(space, purpose, signal, owner);
  if (own !== undefined) return { embeddings: own, served: space };
  for (const accepted of served) {
    if (accepted.space.spaceId === space.spaceId) continue;
    const found = await factory.ofSpace(accepted.space, purpose, signal, owner);
    if (found === undefined) continue;
    // LangChain's class takes some 30 ms to load, which what embeds nothing must not pay.
    const { AliasedEmbeddings } = await import('./aliased-embeddings.ts');
    return { embeddings: new AliasedEmbeddings(space, found), served: found.space };
  }
  return undefined;
}

/**
 * The model that serves the store's own space, whatever the settings name; for a store without one the model of the
 * settings. Where that is out of reach, what the factory gives in its place, as a fallback. Undefined where the purpose is off.
 */
export async function modelOfStore(ports: ModelPorts, signal: AbortSignal): Promise<StoreModel | undefined> {
  const { purpose, environment, link } = ports;
  if (!environment.settings.embeddings[purpose].isEnabled) return undefined;
  const primary = (await link.call('heldSpaces', null, signal)).find(({ role }) => role === 'primary');
  const own = primary && (await modelOfSpace(ports, primary, signal));
  if (own !== undefined) return { ...own, isFallback: false };
  const embeddings = await environment.embeddings().for(purpose, signal, ownerOf(ports));
  const isOwn = primary?.space.spaceId === embeddings.space.spaceId;
  const isFallback = primary === undefined ? embeddings.isStandIn : !isOwn;
  return { embeddings, served: embeddings.space, isFallback };
}
