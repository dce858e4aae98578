import type { Price } from '../../../../contracts/models/model-info.ts';

/** A million, as prices are quoted. */
const MILLION = 1_000_000;

/** Prices that the user wrote for an entry; undefined when there is none. `number` and `text` read its fields. */
export function readPrices(entry: {
  number(field: string): number | undefined;
  text(field: string): string | undefined;
}): readonly Price[] | undefined {
  const asOf = entry.text('prices.asOf');
  const rows = [
    ['inputPerMillion', 'input-token', MILLION],
    ['outputPerMillion', 'output-token', MILLION],
    ['cachedInputPerMillion', 'cached-input-token', MILLION],
    ['cacheWritePerMillion', 'cache-write-token', MILLION],
    ['perCall', 'call', 1],
  ] as const;
  const prices = rows.flatMap(([field, unit, quantity]): Price[] => {
    const usd = entry.number(`prices.${field}`);
    return usd === undefined ? [] : [{ unit, quantity, usd, ...(asOf !== undefined && { asOf }) }];
  });
  return prices.length === 0 ? undefined : prices;
}
