import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { compareServing } from '../spaces/canary-watch.ts';
import { relabelChanged } from '../spaces/relabel-changed.ts';
import type { MigrationPorts } from './target-embeddings.ts';

/** True where the searched space has the id of the target, but was filled by what its model was before it changed. */
export async function hasChanged(
  { link, location }: MigrationPorts,
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<boolean> {
  const { space } = embeddings;
  const held = (await link.call('heldSpaces', null, signal)).find((each) => each.space.spaceId === space.spaceId);
  if (held?.role !== 'primary' || held.served.length === 0) return false;
  const reading = await compareServing(held, { embeddings, served: space }, { location, signal });
  return reading !== undefined && reading.comparison.verdict !== 'same';
}

/** Gives vectors of a model that has changed behind its name an identity of their own; the migration leads away from them. */
export async function leaveChangedModel(
  ports: MigrationPorts,
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<void> {
  if (!(await hasChanged(ports, embeddings, signal))) return;
  const { space } = embeddings;
  await ports.inTurn('relabelling vectors of a changed model', signal, () => relabelChanged(ports, space, signal));
}
