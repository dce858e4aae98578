import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import type { StorePorts } from '../store-ports.ts';

/**
 * Gives the vectors of a space an identity of their own, for a model that changed behind its name: they stay, no model
 * serves them, and the space's regular id is free for vectors of the model as it is now. The new record is the same each
 * time; undefined where the store has not this space (a run before did it) or recorded no canaries of it. In one
 * transaction, with the writer's place, which the caller holds.
 */
export async function relabelChanged(
  { link }: Pick<StorePorts, 'link'>,
  { spaceId }: EmbeddingSpace,
  signal: AbortSignal,
): Promise<EmbeddingSpace | undefined> {
  return (await link.call('relabelChanged', { spaceId }, signal, { isAwaited: true })) ?? undefined;
}
