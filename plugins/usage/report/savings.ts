import { findCatalogueEntry, UsageError, type Price, type UsageSummary } from 'wooster';
import type { UsagePorts } from '../usage-ports.ts';
import type { Savings } from '../usage-schema.ts';

interface KnownPrices extends Pick<Savings, 'model' | 'source' | 'asOf'> {
  readonly prices: readonly Price[];
}

function usdPerUnit(prices: readonly Price[], unit: Price['unit']): number {
  const price = prices.find((each) => each.unit === unit);
  return price === undefined ? 0 : price.usd / price.quantity;
}

/** The prices of `gpt-4o`, or of `openai:gpt-4o`: those that the user wrote for the provider, else the catalogue's. */
function findPrices(ports: UsagePorts, name: string): KnownPrices | undefined {
  const catalogue = ports.catalogue();
  const provider = ports.settings().providers.find(({ id }) => name.startsWith(`${id}:`));
  const model = provider === undefined ? name : name.slice(provider.id.length + 1);
  if (provider?.prices !== undefined) {
    const asOf = provider.prices.flatMap((price) => price.asOf ?? []).toSorted()[0];
    return { model: name, source: `providers.${provider.id}.prices`, asOf, prices: provider.prices };
  }
  const entry = findCatalogueEntry(model, 'cloud', catalogue);
  return entry?.prices && { model, source: entry.source, asOf: entry.date, prices: entry.prices };
}

function noPrices(ports: UsagePorts, name: string): string {
  const known = ports.catalogue().filter(({ prices }) => prices !== undefined);
  const names = known.slice(0, 6).map(({ id }) => id);
  const some =
    names.length === 0 ? '' : `; there are prices of ${names.join(', ')} and ${known.length - names.length} more`;
  return `no price of ${name} is known${some}`;
}

/**
 * What the tokens of local models would have cost at another's prices. UsageError for a model without known prices that
 * was asked for; for one of the settings the reason is told instead.
 */
export function reckonSavings(
  ports: UsagePorts,
  { localInputTokens, localOutputTokens }: UsageSummary,
  asked: string | undefined,
): { readonly savings?: Savings; readonly problem?: string } {
  const name = asked ?? ports.settings().usage.compareWith;
  const known = findPrices(ports, name);
  if (known === undefined) {
    const problem = noPrices(ports, name);
    if (asked !== undefined) throw new UsageError(`--compare ${asked}: ${problem}`);
    return { problem: `${problem}: correct usage.compareWith` };
  }
  const { prices, ...source } = known;
  const usd =
    localInputTokens * usdPerUnit(prices, 'input-token') + localOutputTokens * usdPerUnit(prices, 'output-token');
  return { savings: { ...source, usd, inputTokens: localInputTokens, outputTokens: localOutputTokens } };
}
