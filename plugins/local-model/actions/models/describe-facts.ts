import { describeUsd, kindsOf, type Fact, type ModelInfo, type Price } from 'wooster';
import type { FactRow } from './models-schema.ts';

const WORDS: Readonly<Record<string, string>> = {
  measured: 'measured here',
  config: 'your settings',
  server: 'its server',
  catalogue: 'the catalogue',
};

/** How a fact became known, in words. */
function describeOrigin(origin: string): string {
  return WORDS[origin] ?? origin;
}

/** Bytes for a person, in powers of ten as downloads are told. */
export function describeBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

function describePrices(prices: readonly Price[]): string {
  const parts = prices.map(({ unit, quantity, usd }) => {
    const per = quantity === 1 ? '' : `${quantity.toLocaleString('en-US')} `;
    return `${describeUsd(usd)} for ${per}${unit.replaceAll('-', ' ')}${quantity === 1 ? '' : 's'}`;
  });
  const dates = [...new Set(prices.flatMap(({ asOf }) => asOf ?? []))];
  return `${parts.join(', ')}${dates.length === 0 ? '' : ` (${dates.join(', ')})`}`;
}

function row<T>(fact: string, known: Fact<T> | undefined, inWords: (value: T) => string): FactRow[] {
  return known === undefined ? [] : [{ fact, value: inWords(known.value), origin: describeOrigin(known.origin) }];
}

const asText = (value: string): string => value;
const asTokens = (value: number): string => `${value.toLocaleString('en-US')} tokens`;

function dated(measuredAt: number): string {
  return new Date(measuredAt).toISOString().slice(0, 10);
}

function abilities({ capabilities }: ModelInfo): FactRow[] {
  return Object.entries(capabilities).flatMap(([name, known]) =>
    known === undefined ? [] : row(name, known, (value) => (value ? 'yes' : 'no')),
  );
}

/** Every known fact of a model with its origin; what is unknown has no row. */
export function describeFacts(model: ModelInfo): readonly FactRow[] {
  const kinds = kindsOf(model);
  return [
    ...(kinds.length === 0 ? [] : [{ fact: 'kind', value: kinds.join(', '), origin: 'its abilities' }]),
    ...row('runs', model.locality, (value) => (value === 'local' ? 'on your machines' : 'in a cloud')),
    ...row('family', model.family, asText),
    ...row('variant', model.variant, asText),
    ...row('parameters', model.parameterCount, asText),
    ...row('quantisation', model.quantization, asText),
    ...row('size', model.sizeBytes, describeBytes),
    ...row('context', model.contextTokens, asTokens),
    ...row('longest answer', model.maxOutputTokens, asTokens),
    ...row('loaded', model.isLoaded, (value) => (value ? 'yes' : 'no')),
    ...row('memory', model.memoryMiB, (value) => `${value.toLocaleString('en-US')} MiB`),
    ...row('grade', model.quality, ({ grade, source, date }) => `${grade} (${source}, read ${date})`),
    ...row(
      'speed',
      model.speed,
      ({ tokensPerSecond, measuredAt }) => `${tokensPerSecond.toFixed(1)} tokens/s (${dated(measuredAt)})`,
    ),
    ...row(
      'tool calls',
      model.toolUse,
      ({ right, valid, tasks, way, measuredAt }) =>
        `${right} of ${tasks} right, ${valid} valid${way === undefined ? '' : `, by ${way}`} (${dated(measuredAt)})`,
    ),
    ...row('price', model.prices, describePrices),
    ...row('licence', model.licence, asText),
    ...row('weights', model.digest, asText),
    ...row('file', model.file, asText),
    ...abilities(model),
  ];
}
