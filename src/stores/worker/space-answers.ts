import { createHash } from 'node:crypto';
import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { spaceIdOf } from '../../kernel/spaces/space-identity.ts';
import { ensureSpace, listSpaces } from '../database/space-rows.ts';
import type { SpaceRow } from '../database/space-rows.ts';
import { addServed, listServed, noteServed, takeServedAlong } from '../database/served-rows.ts';
import { isBusy } from '../database/store-fault.ts';
import { countVectors } from '../database/vector-rows.ts';
import type { HeldSpace, SpaceCalls } from '../link/calls/space-calls.ts';
import { searchedSpaces } from './migration/searched-spaces.ts';
import type { StoreSession } from './store-session.ts';

/** Characters of a hash that tell the states of one model behind one name from each other. */
const HASH_LENGTH = 12;

function heldSpaces({ database }: StoreSession): readonly HeldSpace[] {
  const searched = searchedSpaces(database);
  return listSpaces(database).map(({ id, space, role }) => ({
    space,
    role,
    isSearched: searched.has(id),
    vectors: countVectors(database, id),
    served: listServed(database, id),
  }));
}

function spaceById({ database }: StoreSession, spaceId: string): SpaceRow | undefined {
  return listSpaces(database).find(({ space }) => space.spaceId === spaceId);
}

function recordServed(session: StoreSession, input: SpaceCalls['recordServed']['input']): null {
  const { space, isFallback, ...model } = input;
  const { database } = session;
  database.transaction(() => addServed(database, ensureSpace(database, space, { isFallback }), model));
  return null;
}

function noteChecked(session: StoreSession, { spaceId, servedId }: SpaceCalls['noteChecked']['input']): null {
  const row = spaceById(session, spaceId);
  try {
    if (row !== undefined) noteServed(session.database, row.id, servedId);
  } catch (error) {
    // A search waits for no writer; the next one notes it.
    if (!isBusy(error)) throw error;
  }
  return null;
}

/** The record of vectors whose model changed: other weights, named after what they made of the canary texts. */
function recordBefore({ space }: SpaceRow, canaries: Float32Array): EmbeddingSpace {
  const hash = createHash('sha256').update(new Uint8Array(canaries.buffer, canaries.byteOffset, canaries.byteLength));
  const weights = `${space.weights}#before-${hash.digest('hex').slice(0, HASH_LENGTH)}`;
  const { name, spaceId: _regular, ...identity } = { ...space, weights };
  return { spaceId: spaceIdOf(identity), name, ...identity };
}

async function relabelChanged(
  session: StoreSession,
  { spaceId }: SpaceCalls['relabelChanged']['input'],
): Promise<EmbeddingSpace | null> {
  const { database } = session;
  const row = spaceById(session, spaceId);
  const own = row && listServed(database, row.id).find(({ isAccepted }) => !isAccepted);
  if (row === undefined || own === undefined) return null;
  const record = recordBefore(row, own.canaries);
  // Derived, so that a death after this costs the time to build it; the other order could leave it to the next owner of the id.
  await session.dropIndex(row);
  database.transaction(() => {
    // Index files of other processes are older than this change, and the next space of the id begins after it.
    database.nextChange();
    database
      .prepare('UPDATE spaces SET space_id = ?, record = ? WHERE id = ?')
      .run(record.spaceId, JSON.stringify(record), row.id);
    takeServedAlong(database, row, record);
  });
  return record;
}

/** What the worker answers to the calls of spaces. */
export function spaceAnswers(session: () => StoreSession): {
  readonly [Name in keyof SpaceCalls]: (
    input: SpaceCalls[Name]['input'],
  ) => SpaceCalls[Name]['output'] | Promise<SpaceCalls[Name]['output']>;
} {
  return {
    heldSpaces: () => heldSpaces(session()),
    recordServed: (input) => recordServed(session(), input),
    noteChecked: (input) => noteChecked(session(), input),
    relabelChanged: (input) => relabelChanged(session(), input),
  };
}
