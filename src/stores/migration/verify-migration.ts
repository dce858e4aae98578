import type { MigrateOptions, MigrationVerification } from '../../contracts/knowledge/migration.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { unitVector } from '../../kernel/embedding-vectors.ts';
import type { OpenMigration } from '../link/calls/migration-calls.ts';
import { mendingCommand } from '../spaces/mending-command.ts';
import { modelOfSpace } from '../spaces/store-model.ts';
import type { MigrationPorts } from './target-embeddings.ts';

type Compared = MigrationVerification['questions'][number];

async function embedQuestion(
  text: string,
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<Float32Array> {
  const [vector] = await embeddings.embed([text], { role: 'query', signal });
  return unitVector(vector!);
}

async function compareQuestion(
  ports: MigrationPorts,
  migration: OpenMigration,
  asked: { readonly text: string; readonly new: SpaceBoundEmbeddings; readonly old?: SpaceBoundEmbeddings },
  signal: AbortSignal,
): Promise<Compared> {
  const { text } = asked;
  if (asked.old === undefined) return { text };
  try {
    const [old, fresh] = await Promise.all([
      embedQuestion(text, asked.old, signal),
      embedQuestion(text, asked.new, signal),
    ]);
    const input = { migration: migration.id, old, new: fresh };
    return { text, overlapAt10: await ports.link.call('compareAnswers', input, signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    // It is told, not judged: a model that does not answer now holds nothing up.
    return { text };
  }
}

async function oldModel(
  ports: MigrationPorts,
  { from }: OpenMigration,
  signal: AbortSignal,
): Promise<SpaceBoundEmbeddings | undefined> {
  const held = (await ports.link.call('heldSpaces', null, signal)).find(({ space }) => space.spaceId === from?.spaceId);
  if (held === undefined) return undefined;
  try {
    return (await modelOfSpace(ports, held, signal))?.embeddings;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** Checks the filled space and keeps what was found. E_MIGRATION where it is not sound: then the old one stays in use. */
export async function verifyMigration(
  ports: MigrationPorts,
  migration: OpenMigration,
  { embeddings, options }: { readonly embeddings: SpaceBoundEmbeddings; readonly options: MigrateOptions },
): Promise<MigrationVerification> {
  const { link, location, name } = ports;
  const { signal, onProgress, questions = [] } = options;
  const total = questions.length + 1;
  onProgress?.({ phase: 'verify', done: 0, total });
  await ports.useIndexes(signal);
  const found = await link.call('verifyTarget', { migration: migration.id }, signal);
  const old = questions.length === 0 ? undefined : await oldModel(ports, migration, signal);
  const compared: Compared[] = [];
  for (const text of questions) {
    onProgress?.({ phase: 'verify', done: compared.length + 1, total });
    compared.push(await compareQuestion(ports, migration, { text, new: embeddings, ...(old && { old }) }, signal));
  }
  const verification = { ...found, questions: compared };
  await link.call('recordVerification', { migration: migration.id, verification }, signal, { isAwaited: true });
  onProgress?.({ phase: 'verify', done: total, total });
  if (verification.isSound) return verification;
  const message = `${name} was not switched to ${migration.to.name}, what was filled is not sound (${verification.faults.join('; ')}): the old vectors stay in use; ${mendingCommand(ports, 'prune')} drops the new ones, then migrate again (${location})`;
  throw new StoreError('E_MIGRATION', message, { location, details: { faults: verification.faults } });
}
