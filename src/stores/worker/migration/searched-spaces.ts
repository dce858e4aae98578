import { isNeededBeside } from '../../database/needed-texts.ts';
import { listSpaces } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { countVectors } from '../../database/vector-rows.ts';
import { isPruning } from './prune-spaces.ts';

/** What was found, and the state of the store that it was found of. */
interface Known {
  readonly state: string;
  readonly searched: ReadonlySet<number>;
}

const known = new WeakMap<StoreDatabase, Known>();

function findSearched(database: StoreDatabase): ReadonlySet<number> {
  const spaces = listSpaces(database).filter(({ id }) => countVectors(database, id) > 0);
  const primary = spaces.find(({ role }) => role === 'primary')?.id ?? 0;
  // What is half deleted would find half of what it should.
  const isWhole = !isPruning(database);
  const searched = spaces.filter(({ id, role }) => {
    if (role === 'primary' || role === 'fallback') return id === primary || isNeededBeside(database, id, primary);
    return isWhole && isNeededBeside(database, id, primary);
  });
  return new Set(searched.map(({ id }) => id));
}

/**
 * The rows of the spaces that a search must ask: the primary one, and each that holds texts which that lacks (of what
 * stood in for its model, or added after a switch that was taken back). Looked for once after each change.
 */
export function searchedSpaces(database: StoreDatabase): ReadonlySet<number> {
  const roles = listSpaces(database).map(({ id, role }) => `${id} ${role}`);
  const state = `${database.change()} ${isPruning(database)} ${roles.join()}`;
  const last = known.get(database);
  if (last?.state === state) return last.searched;
  const searched = findSearched(database);
  known.set(database, { state, searched });
  return searched;
}
