import { readPassage } from '../database/source-reader.ts';
import { listSpaces } from '../database/space-rows.ts';
import type { StoreCalls } from '../link/store-calls.ts';
import type { StoreSession } from './store-session.ts';

function toVector(bytes: Uint8Array): Float32Array {
  const vector = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(vector.buffer).set(bytes);
  return vector;
}

/** Passages with their vectors in a space, by path and ordinal, after a passage. */
export function passages(
  { database }: StoreSession,
  { spaceId, after, limit }: StoreCalls['passages']['input'],
): StoreCalls['passages']['output'] {
  const space = listSpaces(database).find((each) => each.space.spaceId === spaceId);
  if (space === undefined) return [];
  const rows = database
    .prepare(
      `SELECT chunks.row AS row, vectors.vector AS vector FROM sources JOIN chunks ON chunks.source = sources.id
       JOIN vectors ON vectors.text = chunks.text AND vectors.space = ?
       WHERE (sources.path, chunks.ordinal) > (?, ?) ORDER BY sources.path, chunks.ordinal LIMIT ?`,
    )
    .all(space.id, after?.path ?? '', after?.ordinal ?? -1, limit) as { row: number; vector: Uint8Array }[];
  return rows.flatMap(({ row, vector }) => {
    const found = readPassage(database, row);
    if (found === undefined) return [];
    const { chunkId, path, mediaType, modifiedAt, chunk } = found;
    return [{ chunkId, path, mediaType, modifiedAt, chunk, vector: toVector(vector) }];
  });
}
