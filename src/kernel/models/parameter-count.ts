const UNITS: Readonly<Record<string, number>> = { T: 1e12, B: 1e9, M: 1e6 };

/**
 * `8B`, `0.49B`, `135M`, `8x7B` and `30B-A3B` as a number; undefined for another spelling. Of `8x7B` the product, which is
 * a little more than there is, since the experts share the rest.
 */
export function parametersOf(text: string): number | undefined {
  const [, experts = '1', count, unit] =
    /^\s*E?(?:(\d+)x)?(\d+(?:\.\d+)?)\s*([TBM])(?:-A[\d.]+B)?\s*$/i.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit.toUpperCase()];
  return count === undefined || factor === undefined ? undefined : Number(experts) * Number(count) * factor;
}
