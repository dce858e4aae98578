import { sampleVectors } from '../database/sample-vectors.ts';
import { listSpaces } from '../database/space-rows.ts';
import type { RepairCalls } from '../link/calls/repair-calls.ts';
import { repairDatabase } from '../repair/repair-database.ts';
import type { StoreSession } from './store-session.ts';
import { verify } from './verify/verify-call.ts';

type Answers = {
  readonly [Name in keyof RepairCalls]: (
    input: RepairCalls[Name]['input'],
    signal: AbortSignal,
  ) => RepairCalls[Name]['output'] | Promise<RepairCalls[Name]['output']>;
};

function sampleTexts(
  { database }: StoreSession,
  { spaceId, count }: RepairCalls['sampleTexts']['input'],
): RepairCalls['sampleTexts']['output'] {
  const space = listSpaces(database).find((each) => each.space.spaceId === spaceId);
  const found = space === undefined ? [] : sampleVectors(database, space.id, count);
  const vectors = new Float32Array(found.reduce((sum, { vector }) => sum + vector.length, 0));
  let at = 0;
  for (const { vector } of found) {
    vectors.set(vector, at);
    at += vector.length;
  }
  return { texts: found.map(({ text }) => text), vectors };
}

/** Answers to the calls that look for damage and mend it; `repair` needs no store that is open. */
export function repairAnswers(session: () => StoreSession): Answers {
  return {
    verify: (input, signal) => verify(session(), input, signal),
    repair: ({ location }, signal) => repairDatabase(location, signal),
    sampleTexts: (input) => sampleTexts(session(), input),
  };
}
