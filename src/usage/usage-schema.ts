/**
 * The steps of the schema of the usage database; a published one is never changed. Money is in whole billionths of a
 * USD. The id of a call is its beginning, milliseconds since 1970, times 1024, plus a number that keeps calls of one
 * millisecond apart: in this order they are found by time without another index.
 */
export const USAGE_STEPS: readonly string[] = [
  `CREATE TABLE calls (
     id INTEGER PRIMARY KEY,
     day TEXT NOT NULL,
     attempt_id TEXT NOT NULL,
     decision_id TEXT NOT NULL,
     principal_id TEXT NOT NULL,
     provider_id TEXT NOT NULL,
     ref TEXT NOT NULL,
     target_id TEXT NOT NULL,
     locality TEXT NOT NULL,
     task TEXT NOT NULL,
     purpose TEXT,
     project TEXT,
     conversation_id TEXT,
     privacy TEXT NOT NULL,
     bound INTEGER,
     owner TEXT NOT NULL,
     prompt_hash BLOB,
     outcome TEXT,
     error_code TEXT,
     input_tokens INTEGER,
     output_tokens INTEGER,
     cached_input_tokens INTEGER,
     is_estimated INTEGER,
     is_counted INTEGER,
     cost INTEGER,
     cost_origin TEXT,
     prices_as_of TEXT,
     first_token_ms REAL,
     total_ms REAL,
     answer_hash BLOB,
     is_abandoned INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX calls_of_decision ON calls (decision_id);
   CREATE INDEX open_calls ON calls (owner) WHERE outcome IS NULL;
   CREATE TABLE texts (id INTEGER PRIMARY KEY, prompt TEXT, answer TEXT) STRICT;
   CREATE TABLE totals (
     kind TEXT NOT NULL,
     subject TEXT NOT NULL,
     day TEXT NOT NULL,
     spent INTEGER NOT NULL,
     reserved INTEGER NOT NULL,
     PRIMARY KEY (kind, subject, day)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE warnings (
     cap TEXT NOT NULL,
     subject TEXT NOT NULL,
     since TEXT NOT NULL,
     limit_nano INTEGER NOT NULL,
     PRIMARY KEY (cap, subject, since, limit_nano)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;`,
  'ALTER TABLE calls ADD COLUMN cache_write_tokens INTEGER;',
];
