import type { CachedReply, CacheStats } from '../contracts/cache/response-cache.ts';
import type { TokenUsage } from '../contracts/routing/decision.ts';
import type { Prepare } from '../contracts/state/workspace-database.ts';

/**
 * The numbered steps of the cache's schema; a published step is never changed. The sums are kept by triggers, so that
 * the size is known without reading every row.
 */
export const CACHE_STEPS: readonly string[] = [
  `CREATE TABLE replies (
     key BLOB PRIMARY KEY,
     text TEXT NOT NULL,
     usage TEXT,
     decision TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     stored_at INTEGER NOT NULL,
     used_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX replies_by_use ON replies (used_at);
   CREATE INDEX replies_by_age ON replies (stored_at);
   CREATE TABLE sums (entries INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
   INSERT INTO sums (entries, bytes) VALUES (0, 0);
   CREATE TRIGGER replies_added AFTER INSERT ON replies BEGIN
     UPDATE sums SET entries = entries + 1, bytes = bytes + new.bytes;
   END;
   CREATE TRIGGER replies_dropped AFTER DELETE ON replies BEGIN
     UPDATE sums SET entries = entries - 1, bytes = bytes - old.bytes;
   END;`,
];

/** What an entry takes besides its text: its row, its key in three trees, and the numbers. An estimate. */
const ENTRY_BYTES = 256;

/** Entries that one call drops at most, so that no caller waits for a great clearing. */
const DROPPED_AT_ONCE = 256;

/** An answer larger than this share of the cache would drive out too many others. */
const LARGEST_SHARE = 1 / 8;

interface ReplyRow {
  readonly text: string;
  readonly usage: string | null;
  readonly decision: string;
  readonly stored_at: number;
  readonly used_at: number;
}

/** Bounds at one moment; an entry counts only if it was stored within `(after, now]`. */
interface Bounds {
  readonly now: number;
  readonly after: number;
  readonly maxBytes: number;
}

/** A kept answer, and when it was last used. */
interface FoundReply extends CachedReply {
  readonly usedAt: number;
}

/** The answer of a key within the bounds; one that was stored later than now is of a clock that was wrong. */
export function findReply(prepare: Prepare, key: Uint8Array, { now, after }: Bounds): FoundReply | undefined {
  const row = prepare(
    'SELECT text, usage, decision, stored_at, used_at FROM replies WHERE key = ? AND stored_at > ? AND stored_at <= ?',
  ).get(key, after, now) as ReplyRow | undefined;
  if (row === undefined) return undefined;
  return {
    text: row.text,
    decisionId: row.decision,
    storedAt: row.stored_at,
    usedAt: row.used_at,
    ...(row.usage !== null && { usage: JSON.parse(row.usage) as TokenUsage }),
  };
}

/** Notes that an answer was used. */
export function touchReply(prepare: Prepare, key: Uint8Array, now: number): void {
  prepare('UPDATE replies SET used_at = ? WHERE key = ?').run(now, key);
}

/**
 * Puts an answer in the place of an earlier one and drops what is too old, then what was not used for the longest
 * time, until the rest fits. One that would not fit even then is not kept.
 */
export function putReply(
  prepare: Prepare,
  entry: { readonly key: Uint8Array; readonly reply: Omit<CachedReply, 'storedAt'> },
  bounds: Bounds,
): void {
  const { key, reply } = entry;
  const { now, maxBytes } = bounds;
  const usage = reply.usage === undefined ? null : JSON.stringify(reply.usage);
  const bytes = ENTRY_BYTES + Buffer.byteLength(reply.text) + (usage?.length ?? 0);
  prepare('DELETE FROM replies WHERE key = ?').run(key);
  dropOld(prepare, bounds);
  if (bytes > maxBytes * LARGEST_SHARE) return;
  if (!dropUnused(prepare, maxBytes - bytes)) return;
  prepare(
    'INSERT INTO replies (key, text, usage, decision, bytes, stored_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(key, reply.text, usage, reply.decisionId, bytes, now, now);
}

function dropOld(prepare: Prepare, { now, after }: Bounds): void {
  prepare(
    `DELETE FROM replies WHERE key IN
     (SELECT key FROM replies WHERE stored_at <= ? OR stored_at > ? LIMIT ${DROPPED_AT_ONCE})`,
  ).run(after, now);
}

/** False where even the most that one call drops leaves more than the limit. */
function dropUnused(prepare: Prepare, limitBytes: number): boolean {
  let excess = readStats(prepare).bytes - limitBytes;
  if (excess <= 0) return true;
  const rows = prepare(`SELECT key, bytes FROM replies ORDER BY used_at LIMIT ${DROPPED_AT_ONCE}`).all() as {
    key: Uint8Array;
    bytes: number;
  }[];
  for (const { key, bytes } of rows) {
    if (excess <= 0) break;
    prepare('DELETE FROM replies WHERE key = ?').run(key);
    excess -= bytes;
  }
  return excess <= 0;
}

/** How much is kept. */
export function readStats(prepare: Prepare): CacheStats {
  const sums = prepare('SELECT entries, bytes FROM sums').get() as { entries: number; bytes: number };
  const { oldest } = prepare('SELECT min(stored_at) AS oldest FROM replies').get() as { oldest: number | null };
  return { ...sums, ...(oldest !== null && { oldestAt: oldest }) };
}

/** Drops all; how many they were. */
export function dropAll(prepare: Prepare): number {
  return Number(prepare('DELETE FROM replies').run().changes);
}

/** Gives the room of what was dropped back to the disk; until then its text stays readable in the file. */
export function giveBack(prepare: Prepare): void {
  prepare('VACUUM').run();
  prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
}
