import type { KeyObject } from 'node:crypto';
import type { Prepare, WorkspaceDatabase } from '../../contracts/state/workspace-database.ts';
import type { UsageSettings } from '../../contracts/settings/accounts-settings.ts';

/** A text as it is kept: itself, or its HMAC-SHA256. */
export interface HiddenText {
  readonly text?: string;
  readonly hash?: Uint8Array;
}

const KEY = 'text-key';
const KEY_BYTES = 32;
const FIND = 'SELECT value FROM secrets WHERE name = ?';
const MAKE = 'INSERT INTO secrets (name, value) VALUES (?, ?)';

/**
 * Keeps texts as the setting says. Hashes are under a random key that is made once for the workspace and never leaves
 * its database, so that a short or known text cannot be found by trying; equal texts have equal hashes.
 */
export class TextKeeper {
  readonly #database: WorkspaceDatabase;
  readonly #mode: UsageSettings['texts'];
  /** As an object: OpenSSL then reads it once, and not with every text. */
  #key: KeyObject | undefined;

  constructor(database: WorkspaceDatabase, mode: UsageSettings['texts']) {
    this.#database = database;
    this.#mode = mode;
  }

  /** The form in which a text is kept; undefined for none, and where the database gives no key to hash it with. */
  keep(read: (() => string) | undefined): HiddenText | undefined {
    if (read === undefined || this.#mode === 'none') return undefined;
    if (this.#mode === 'text') return { text: read() };
    const key = this.#findKey();
    if (key === undefined) return undefined;
    // Built in, and loaded where it is needed.
    const { createHmac } = process.getBuiltinModule('node:crypto');
    return { hash: createHmac('sha256', key).update(read()).digest() };
  }

  #findKey(): KeyObject | undefined {
    try {
      const { createSecretKey } = process.getBuiltinModule('node:crypto');
      return (this.#key ??= createSecretKey(this.#database.transact(findOrMakeKey)));
    } catch {
      // What cannot be hashed is not kept at all; that the database cannot be written is told with the row.
      return undefined;
    }
  }
}

function findOrMakeKey(prepare: Prepare): Uint8Array {
  const found = prepare(FIND).get(KEY) as { value: Uint8Array } | undefined;
  if (found !== undefined) return found.value;
  const key = process.getBuiltinModule('node:crypto').randomBytes(KEY_BYTES);
  prepare(MAKE).run(KEY, key);
  return key;
}
