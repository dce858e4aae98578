import type { Clock } from '../../contracts/plugins/logger.ts';
import type {
  CloudConsent,
  PrivacyChoices,
  PrivacyScope,
  ScopedClass,
} from '../../contracts/privacy/privacy-choices.ts';
import type { PrivacyClass } from '../../contracts/routing/route-request.ts';
import type { Prepare, WorkspaceDatabase } from '../../contracts/state/workspace-database.ts';

/** Steps of the schema of the choices; a published one is never changed. */
export const PRIVACY_STEPS: readonly string[] = [
  `CREATE TABLE classes (
     kind TEXT NOT NULL CHECK (kind IN ('project', 'conversation')),
     id TEXT NOT NULL,
     privacy TEXT NOT NULL CHECK (privacy IN ('local-only', 'no-training', 'any')),
     at INTEGER NOT NULL,
     PRIMARY KEY (kind, id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE consents (
     provider TEXT NOT NULL,
     project TEXT NOT NULL,
     is_allowed INTEGER NOT NULL CHECK (is_allowed IN (0, 1)),
     at INTEGER NOT NULL,
     PRIMARY KEY (provider, project)
   ) STRICT, WITHOUT ROWID;`,
];

interface ClassRow {
  readonly kind: PrivacyScope['kind'];
  readonly id: string;
  readonly privacy: PrivacyClass;
  readonly at: number;
}

interface ConsentRow {
  readonly provider: string;
  readonly project: string;
  readonly is_allowed: number;
  readonly at: number;
}

function toClass({ kind, id, privacy, at }: ClassRow): ScopedClass {
  return { scope: { kind, id }, privacy, at };
}

function toConsent({ provider, project, is_allowed, at }: ConsentRow): CloudConsent {
  return { providerId: provider, project, isAllowed: is_allowed === 1, at };
}

/** Keeps the choices in a database of the workspace; every read asks it, so that a choice holds at once in every process. */
export function createPrivacyChoices(database: WorkspaceDatabase, clock: Clock): PrivacyChoices {
  const write = (work: (prepare: Prepare) => void): void => database.transact(work);
  return {
    classes: () =>
      (
        database.read((prepare) => prepare('SELECT kind, id, privacy, at FROM classes ORDER BY kind, id').all()) ?? []
      ).map((row) => toClass(row as ClassRow)),
    consents: () =>
      (
        database.read((prepare) =>
          prepare('SELECT provider, project, is_allowed, at FROM consents ORDER BY project, provider').all(),
        ) ?? []
      ).map((row) => toConsent(row as ConsentRow)),
    setClass: ({ kind, id }, privacy) =>
      write((prepare) => {
        if (privacy === undefined) prepare('DELETE FROM classes WHERE kind = ? AND id = ?').run(kind, id);
        else {
          const sql = 'INSERT OR REPLACE INTO classes (kind, id, privacy, at) VALUES (?, ?, ?, ?)';
          prepare(sql).run(kind, id, privacy, Math.trunc(clock.now()));
        }
      }),
    setConsent: (providerId, project, isAllowed) =>
      write((prepare) => {
        if (isAllowed === undefined) {
          prepare('DELETE FROM consents WHERE provider = ? AND project = ?').run(providerId, project);
        } else {
          const sql = 'INSERT OR REPLACE INTO consents (provider, project, is_allowed, at) VALUES (?, ?, ?, ?)';
          prepare(sql).run(providerId, project, isAllowed ? 1 : 0, Math.trunc(clock.now()));
        }
      }),
  };
}
