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
