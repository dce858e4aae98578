import type { SwitchScope } from '../../contracts/routing/router.ts';
import type { ChoiceKind, ScopedChoice, SwitchStore } from '../../contracts/routing/routing-state.ts';
import { scopeIdOf } from './memory-state.ts';
import type { StateDatabase } from './state-database.ts';

const UPSERT = `INSERT INTO choices (kind, scope, scope_id, value) VALUES (?, ?, ?, ?)
  ON CONFLICT (kind, scope, scope_id) DO UPDATE SET value = excluded.value`;
const REMOVE = 'DELETE FROM choices WHERE kind = ? AND scope = ? AND scope_id = ?';
const SELECT = 'SELECT scope, scope_id, value FROM choices WHERE kind = ?';

type Row = { readonly scope: SwitchScope['kind']; readonly scope_id: string; readonly value: string };

function toScope({ scope, scope_id: id }: Row): SwitchScope {
  return scope === 'workspace' || scope === 'process' ? { kind: scope } : { kind: scope, id };
}

/** Switches in state.db; one that the database does not take holds for this process. */
export class LastingChoices implements SwitchStore {
  readonly #database: StateDatabase;
  readonly #spare: SwitchStore;

  constructor(database: StateDatabase, spare: SwitchStore) {
    this.#database = database;
    this.#spare = spare;
  }

  list(kind: ChoiceKind): readonly ScopedChoice[] {
    const spare = this.#spare.list(kind);
    const stored = this.#database.read((prepare) => {
      const rows = prepare(SELECT).all(kind) as Row[];
      return rows.map((row) => ({ scope: toScope(row), value: row.value }));
    });
    return [...spare, ...(stored ?? [])];
  }

  set(kind: ChoiceKind, scope: SwitchScope, value: string | undefined): void {
    const isStored = this.#database.write((prepare) => {
      if (value === undefined) prepare(REMOVE).run(kind, scope.kind, scopeIdOf(scope));
      else prepare(UPSERT).run(kind, scope.kind, scopeIdOf(scope), value);
    });
    this.#spare.set(kind, scope, isStored ? undefined : value);
  }
}
