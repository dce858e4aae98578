import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { toCancellation } from '../../kernel/http/cancellation.ts';
import type { MigrationPorts } from './target-embeddings.ts';

const TASK = 'pruning vectors';

/** Deletes what is marked; what was broken off is gone on with by whoever prunes or migrates next. */
async function deleteMarked({ link }: MigrationPorts, signal: AbortSignal): Promise<void> {
  while (await link.call('pruneSome', null, signal, { isAwaited: true })) {
    if (signal.aborted) throw toCancellation(signal);
  }
}

/** Goes on with a pruning that was broken off. */
export async function finishPruning(ports: MigrationPorts, signal: AbortSignal): Promise<void> {
  if (!(await ports.link.call('isPruning', null, signal))) return;
  await ports.inTurn(TASK, signal, () => deleteMarked(ports, signal));
}

/** As `StoreMigrations.prune`. */
export function pruneMigration(
  ports: MigrationPorts,
  signal: AbortSignal,
): Promise<{ readonly pruned: readonly EmbeddingSpace[]; readonly vectors: number }> {
  return ports.inTurn(TASK, signal, async () => {
    const marked = await ports.link.call('beginPruning', null, signal, { isAwaited: true });
    await deleteMarked(ports, signal);
    return marked;
  });
}
