import type { VectorIndexDriver } from '../../contracts/knowledge/vector-index.ts';
import { INDEX_DRIVERS } from '../../contracts/knowledge/vector-index.ts';
import type { IndexChoice } from '../link/store-calls.ts';
import type { StoreEnvironment } from '../store-environment.ts';
import { EXACT_INDEX_DRIVER } from './exact/exact-driver.ts';

/** The kinds of index that can be used here, and why the one that the settings name is not among them. */
interface IndexChoices {
  readonly choices: readonly IndexChoice[];
  readonly notices: readonly string[];
}

function toChoice({ id, module, preferredFromRows }: VectorIndexDriver): IndexChoice {
  return { id, module, preferredFromRows };
}

/**
 * The kinds of index, in the order in which they are tried: with `auto` all that are available, each from its number of
 * rows on; with a name only that one, and the scan in case it fails. What is for far more rows than there are is not even
 * asked whether it can be used, which may start a process.
 */
export async function chooseIndexes(
  { extensions, settings }: Pick<StoreEnvironment, 'extensions' | 'settings'>,
  rows: number,
  signal: AbortSignal,
): Promise<IndexChoices> {
  const wanted = settings.knowledge.index;
  const drivers = extensions.list(INDEX_DRIVERS).filter(({ id }) => id !== EXACT_INDEX_DRIVER.id);
  const exact = toChoice(EXACT_INDEX_DRIVER);
  if (wanted === EXACT_INDEX_DRIVER.id) return { choices: [exact], notices: [] };
  const asked = drivers.filter(({ id, preferredFromRows }) =>
    wanted === 'auto' ? preferredFromRows <= rows * 2 : id === wanted,
  );
  const looks = await Promise.all(
    asked.map(async (driver) => ({ driver, availability: await driver.availability(signal) })),
  );
  const available = looks.filter(({ availability }) => availability.isAvailable).map(({ driver }) => toChoice(driver));
  if (wanted === 'auto') return { choices: [exact, ...available], notices: [] };
  const named = available.map((choice) => ({ ...choice, preferredFromRows: 0 }));
  if (named.length > 0) return { choices: [...named, exact], notices: [] };
  const reason = looks[0]?.availability.reason ?? `there is none of that name`;
  return {
    choices: [exact],
    notices: [`knowledge.index is ${wanted}, which cannot be used here (${reason}): every vector is compared instead`],
  };
}
