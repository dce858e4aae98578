import type { CatalogueEntry, ModelCapability, Price } from 'wooster';

const MILLION = 1_000_000;

/** USD for a million tokens; where a kind of input has no price of its own, it is that of other input. */
interface TokenPrices {
  readonly input: number;
  /** Input the provider had kept. */
  readonly cached?: number;
  /** Input the provider keeps for later calls. */
  readonly written?: number;
  readonly output: number;
}

/** Models with the same facts. */
export interface Family {
  /** The name, and the dated names that have the same price. */
  readonly names: readonly string[];
  readonly prices: TokenPrices;
  /** The longest prompt, tokens; and where a longer one has another price, the longest that has this one. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly can: readonly ModelCapability[];
}

/** Where families were read. */
interface FamilySource {
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  /** Proxies put it before the name: `openai/gpt-4o`. */
  readonly maker?: string;
}

function toPrices({ input, cached, written, output }: TokenPrices, asOf: string): Price[] {
  const rows: readonly (readonly [Price['unit'], number | undefined])[] = [
    ['input-token', input],
    ['cached-input-token', cached],
    ['cache-write-token', written],
    ['output-token', output],
  ];
  return rows.flatMap(([unit, usd]) => (usd === undefined ? [] : [{ unit, quantity: MILLION, usd, asOf }]));
}

/** Families as entries of the catalogue, for models that run in a cloud. */
export function toEntries(families: readonly Family[], { source, date, maker }: FamilySource): CatalogueEntry[] {
  return families.map(({ names, prices, contextTokens, maxOutputTokens, can }) => ({
    id: names[0]!.replace(/\*$/, ''),
    matches: names.flatMap((name) => (maker === undefined ? [name] : [name, `${maker}/${name}`])),
    locality: 'cloud',
    source,
    date,
    contextTokens,
    maxOutputTokens,
    capabilities: Object.fromEntries(can.map((capability) => [capability, true])),
    prices: toPrices(prices, date),
  }));
}
