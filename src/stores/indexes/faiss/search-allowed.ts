import type { VectorHit } from '../../../contracts/knowledge/vector-index.ts';
import type { RowTable } from './row-table.ts';

/** What is searched for in a table of `count` rows. */
interface AllowedSearch {
  readonly k: number;
  readonly count: number;
  readonly table: RowTable;
  readonly allowed: Uint32Array | undefined;
}

/** How many more are asked for than the share of allowed rows would need, and how fast that grows. */
const SURPLUS = 2;
const GROWTH = 4;

/**
 * faiss-node knows no filter: more are asked for than are wanted, and the rest is left out, until there are enough or
 * everything was looked at; the answer is exact in any case. `ask` finds the nearest of all.
 */
export async function searchAllowed(
  ask: (k: number) => Promise<readonly VectorHit[]>,
  { k, count, table, allowed }: AllowedSearch,
): Promise<readonly VectorHit[]> {
  if (allowed === undefined) return ask(Math.min(k, count));
  const among = new Set(allowed);
  const present = table.positionsOf(allowed).length;
  const wanted = Math.min(k, present);
  if (wanted === 0) return [];
  let asked = Math.min(count, Math.ceil((wanted * count * SURPLUS) / present));
  for (;;) {
    const hits = (await ask(asked)).filter(({ row }) => among.has(row));
    if (hits.length >= wanted || asked === count) return hits;
    asked = Math.min(count, asked * GROWTH);
  }
}
