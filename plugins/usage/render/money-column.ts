/** The ledger is exact to this part of a USD. */
const NANO = 1_000_000_000;
const MOST_DECIMALS = 9;

/** Amounts with one number of decimals, and their sum. */
interface MoneyColumn {
  readonly parts: readonly string[];
  readonly total: string;
}

function digitsAfterPoint(nano: number): number {
  // Two digits that are not 0 of the smallest amount.
  return nano >= NANO ? 2 : 10 - Math.floor(Math.log10(nano));
}

/** So many decimals that the smallest amount keeps two digits: two at least, six where there is as much as a cent. */
export function decimalsFor(amounts: readonly number[]): number {
  const nanos = amounts.map((usd) => Math.round(usd * NANO)).filter((nano) => nano > 0);
  if (nanos.length === 0) return 2;
  const total = nanos.reduce((sum, nano) => sum + nano, 0);
  const needed = digitsAfterPoint(Math.min(...nanos));
  return Math.min(Math.max(2, needed), total >= NANO / 100 ? 6 : MOST_DECIMALS);
}

/**
 * Amounts in USD whose written forms add up to the written sum: each is cut, and what the cutting took is given back one
 * unit at a time to those that lost most (the largest remainder). An amount above 0 is never written as 0.
 */
export function alignMoney(amounts: readonly number[], decimals = decimalsFor(amounts)): MoneyColumn {
  const unit = 10 ** (MOST_DECIMALS - decimals);
  const nanos = amounts.map((usd) => Math.round(usd * NANO));
  const shown = nanos.map((nano) => (nano > 0 ? Math.max(1, Math.floor(nano / unit)) : 0));
  const total = Math.max(
    Math.round(nanos.reduce((sum, nano) => sum + nano, 0) / unit),
    shown.filter((units) => units > 0).length,
  );
  let missing = total - shown.reduce((sum, units) => sum + units, 0);
  const byLoss = nanos.map((nano, place) => ({ place, lost: nano - shown[place]! * unit }));
  byLoss.sort((left, right) => right.lost - left.lost);
  for (const { place } of byLoss) {
    if (missing <= 0) break;
    shown[place]! += 1;
    missing -= 1;
  }
  while (missing < 0) {
    shown[shown.indexOf(Math.max(...shown))]! -= 1;
    missing += 1;
  }
  const write = (units: number): string => (units / 10 ** decimals).toFixed(decimals);
  return { parts: shown.map(write), total: write(total) };
}
