import type { CatalogueEntry, EmbedderEntry, ModelCapability, Price } from 'wooster';

const SOURCE = 'LiteLLM 1.110.2, model_prices_and_context_window.json';
/** On which the source was read. */
const DATE = '2026-11-28';

const SEES = ['chat', 'tools', 'vision', 'json'] as const;
const THINKS = [...SEES, 'reasoning'] as const;

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
interface Family {
  /** The name, and the dated names that have the same price. */
  readonly names: readonly string[];
  readonly prices: TokenPrices;
  /** The longest prompt, tokens; and where a longer one has another price, the longest that has this one. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly can: readonly ModelCapability[];
}

function toPrices({ input, cached, written, output }: TokenPrices): Price[] {
  const rows: readonly (readonly [Price['unit'], number | undefined])[] = [
    ['input-token', input],
    ['cached-input-token', cached],
    ['cache-write-token', written],
    ['output-token', output],
  ];
  return rows.flatMap(([unit, usd]) => (usd === undefined ? [] : [{ unit, quantity: MILLION, usd, asOf: DATE }]));
}

/** Names of one model; proxies put the maker before it, and OpenRouter writes a version with a dot (`claude-haiku-4.5`). */
function namesAt(maker: string, name: string): readonly string[] {
  const dotted = name.replace(/-(\d)-(\d)(?=-|$)/, '-$1.$2');
  return [...new Set([name, `${maker}/${name}`, `${maker}/${dotted}`])];
}

/** Families as entries of the catalogue, for models that run in a cloud. */
function toEntries(maker: string, families: readonly Family[]): CatalogueEntry[] {
  return families.map(({ names, prices, contextTokens, maxOutputTokens, can }) => ({
    id: names[0]!.replace(/\*$/, ''),
    matches: names.flatMap((name) => namesAt(maker, name)),
    locality: 'cloud',
    source: SOURCE,
    date: DATE,
    contextTokens,
    maxOutputTokens,
    capabilities: Object.fromEntries(can.map((capability) => [capability, true])),
    prices: toPrices(prices),
  }));
}

/** Input, input that was kept (where it has a price of its own), output, and input that is kept for later. */
type Prices = readonly [input: number, cached: number | undefined, output: number, written?: number];

function family(
  names: readonly string[],
  [input, cached, output, written]: Prices,
  [contextTokens, maxOutputTokens, can = THINKS]: readonly [number, number, (readonly ModelCapability[])?],
): Family {
  return { names, prices: { input, cached, written, output }, contextTokens, maxOutputTokens, can };
}

const GPT_4: readonly Family[] = [
  family(['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'], [2.5, 1.25, 10], [128_000, 16_384, SEES]),
  family(['gpt-4o-2024-05-13'], [5, undefined, 15], [128_000, 4096, ['chat', 'tools', 'vision']]),
  family(['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'], [0.15, 0.075, 0.6], [128_000, 16_384, SEES]),
  family(['gpt-4.1', 'gpt-4.1-2025-04-14'], [2, 0.5, 8], [1_047_576, 32_768, SEES]),
  family(['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'], [0.4, 0.1, 1.6], [1_047_576, 32_768, SEES]),
  family(['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'], [0.1, 0.025, 0.4], [1_047_576, 32_768, SEES]),
  family(['gpt-4-turbo', 'gpt-4-turbo-2024-04-09'], [10, undefined, 30], [128_000, 4096, ['chat', 'tools', 'vision']]),
  family(['gpt-4', 'gpt-4-0613'], [30, undefined, 60], [8192, 4096, ['chat', 'tools']]),
  family(['gpt-3.5-turbo', 'gpt-3.5-turbo-0125'], [0.5, undefined, 1.5], [16_385, 4096, ['chat', 'tools']]),
];

const GPT_5: readonly Family[] = [
  family(['gpt-5', 'gpt-5-2025-08-07'], [1.25, 0.125, 10], [272_000, 128_000]),
  family(['gpt-5-mini', 'gpt-5-mini-2025-08-07'], [0.25, 0.025, 2], [272_000, 128_000]),
  family(['gpt-5-nano', 'gpt-5-nano-2025-08-07'], [0.05, 0.005, 0.4], [272_000, 128_000]),
  family(['gpt-5.1', 'gpt-5.1-2025-11-13'], [1.25, 0.125, 10], [272_000, 128_000]),
  family(['gpt-5.2', 'gpt-5.2-2025-12-11'], [1.75, 0.175, 14], [272_000, 128_000]),
  family(['gpt-5.4', 'gpt-5.4-2026-03-05'], [2.5, 0.25, 15], [272_000, 128_000]),
  family(['gpt-5.4-mini', 'gpt-5.4-mini-2026-03-17'], [0.75, 0.075, 4.5], [272_000, 128_000]),
  family(['gpt-5.4-nano', 'gpt-5.4-nano-2026-03-17'], [0.2, 0.02, 1.25], [272_000, 128_000]),
  family(['gpt-5.5', 'gpt-5.5-2026-04-23'], [5, 0.5, 30], [272_000, 128_000]),
];

const O_SERIES: readonly Family[] = [
  family(['o1', 'o1-2024-12-17'], [15, 7.5, 60], [200_000, 100_000]),
  family(['o3', 'o3-2025-04-16'], [2, 0.5, 8], [200_000, 100_000]),
  family(
    ['o3-mini', 'o3-mini-2025-01-31'],
    [1.1, 0.55, 4.4],
    [200_000, 100_000, ['chat', 'tools', 'json', 'reasoning']],
  ),
  family(['o4-mini', 'o4-mini-2025-04-16'], [1.1, 0.275, 4.4], [200_000, 100_000]),
];

/** Models trained on data of one's own: their names go on with the organisation. */
const FINE_TUNED: readonly Family[] = [
  family(['ft:gpt-4o-2024-08-06*'], [3.75, 1.875, 15], [128_000, 16_384, SEES]),
  family(['ft:gpt-4o-mini-2024-07-18*'], [0.3, 0.15, 1.2], [128_000, 16_384, ['chat', 'tools', 'json']]),
  family(['ft:gpt-4.1-2025-04-14*'], [3, 0.75, 12], [1_047_576, 32_768, ['chat', 'tools', 'json']]),
  family(['ft:gpt-4.1-mini-2025-04-14*'], [0.8, 0.2, 3.2], [1_047_576, 32_768, ['chat', 'tools', 'json']]),
  family(['ft:gpt-4.1-nano-2025-04-14*'], [0.2, 0.05, 0.8], [1_047_576, 32_768, ['chat', 'tools', 'json']]),
];

const CLAUDE: readonly Family[] = [
  family(['claude-fable-5'], [10, 1, 50, 12.5], [1_000_000, 128_000]),
  family(['claude-fable-5-1'], [10, 0.25, 50, 12.5], [1_000_000, 128_000]),
  family(['claude-haiku-4-5', 'claude-haiku-4-5-20251001'], [1, 0.1, 5, 1.25], [200_000, 64_000]),
  family(['claude-haiku-5-5'], [0.1, 0.01, 0.5, 0.125], [1_000_000, 128_000]),
  family(['claude-mythos-5'], [10, 1, 50, 12.5], [1_000_000, 128_000]),
  family(['claude-mythos-5-1'], [10, 0.25, 50, 12.5], [1_000_000, 128_000]),
  family(['claude-opus-4-5', 'claude-opus-4-5-20251101'], [5, 0.5, 25, 6.25], [200_000, 64_000]),
  family(['claude-opus-4-6', 'claude-opus-4-6-20260205'], [5, 0.5, 25, 6.25], [1_000_000, 128_000]),
  family(['claude-opus-4-7', 'claude-opus-4-7-20260416'], [5, 0.5, 25, 6.25], [1_000_000, 128_000]),
  family(['claude-opus-4-8'], [5, 0.5, 25, 6.25], [1_000_000, 128_000]),
  family(['claude-opus-5'], [5, 0.5, 25, 6.25], [1_000_000, 128_000]),
  family(['claude-opus-5-5'], [4, 0.2, 20, 5], [1_000_000, 128_000]),
  family(['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'], [3, 0.3, 15, 3.75], [200_000, 64_000]),
  family(['claude-sonnet-4-6'], [3, 0.3, 15, 3.75], [1_000_000, 128_000]),
  family(['claude-sonnet-5'], [2, 0.2, 10, 2.5], [1_000_000, 128_000]),
  family(['claude-sonnet-5-5'], [2, 0.1, 10, 2.5], [1_000_000, 128_000]),
];

/** Where prompts of more than 200,000 tokens have another price, that is the window. */
const GEMINI: readonly Family[] = [
  family(['gemini-2.5-flash'], [0.3, 0.03, 2.5], [1_048_576, 65_536]),
  family(['gemini-2.5-flash-lite'], [0.1, 0.01, 0.4], [1_048_576, 65_536]),
  family(['gemini-2.5-pro'], [1.25, 0.125, 10], [200_000, 65_536]),
  family(['gemini-3-flash-preview'], [0.5, 0.05, 3], [1_048_576, 65_536]),
  family(['gemini-3.1-flash-lite'], [0.25, 0.025, 1.5], [1_048_576, 65_536]),
  family(
    ['gemini-3.1-pro-preview', 'gemini-3.1-pro-preview-customtools', 'gemini-pro-latest'],
    [2, 0.2, 12],
    [200_000, 65_536],
  ),
  family(['gemini-3.5-flash'], [1.5, 0.15, 9], [1_048_576, 65_536]),
  family(['gemini-3.5-flash-lite', 'gemini-flash-lite-latest'], [0.3, 0.03, 2.5], [1_048_576, 65_536]),
  family(['gemini-3.6-flash'], [0.75, 0.075, 3.75], [1_048_576, 65_536]),
  family(['gemini-3.7-flash'], [0.75, 0.075, 3.75], [1_048_576, 65_536]),
  family(['gemini-3.8-flash', 'gemini-flash-latest'], [0.75, 0.075, 3.75], [1_048_576, 65_536]),
  family(['gemini-4-argon'], [2, 0.1, 10], [1_048_576, 1_048_576]),
  family(['gemini-4-hydrogen'], [1.5, 0.075, 7.5], [1_048_576, 1_048_576]),
];

/**
 * Chat models of OpenAI whose price is one for input, one for kept input and one for output. Models that charge for
 * keeping input as well are left out: reckoned with three prices, their cost would be too low.
 */
export const OPENAI_CATALOGUE: readonly CatalogueEntry[] = toEntries('openai', [
  ...GPT_4,
  ...GPT_5,
  ...O_SERIES,
  ...FINE_TUNED,
]);

/** Chat models of Anthropic. */
export const ANTHROPIC_CATALOGUE: readonly CatalogueEntry[] = toEntries('anthropic', CLAUDE);

/** Chat models of Gemini. */
export const GEMINI_CATALOGUE: readonly CatalogueEntry[] = toEntries('google', GEMINI);

const EMBEDDINGS_SOURCE = 'platform.openai.com/docs/guides/embeddings';
const EMBEDDINGS_DATE = '2026-08-22';

interface Lengths {
  readonly dimensions: number;
  readonly shorterDimensions: readonly number[];
}

function toEmbedder(id: string, { dimensions, shorterDimensions }: Lengths, usdPerMillion: number): EmbedderEntry {
  return {
    id,
    matches: [id, `openai/${id}`],
    source: EMBEDDINGS_SOURCE,
    date: EMBEDDINGS_DATE,
    dimensions,
    maxTokens: 8191,
    pooling: 'unknown',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions,
    prices: [{ unit: 'input-token', quantity: 1_000_000, usd: usdPerMillion, asOf: DATE }],
  };
}

/** The embedding models of OpenAI; the third generation was trained for shorter lengths, the second was not. */
export const OPENAI_EMBEDDERS: readonly EmbedderEntry[] = [
  toEmbedder('text-embedding-3-small', { dimensions: 1536, shorterDimensions: [1024, 768, 512, 256] }, 0.02),
  toEmbedder(
    'text-embedding-3-large',
    { dimensions: 3072, shorterDimensions: [2048, 1536, 1024, 768, 512, 256] },
    0.13,
  ),
  toEmbedder('text-embedding-ada-002', { dimensions: 1536, shorterDimensions: [] }, 0.1),
];

/** The embedding model of Gemini. It was trained for shorter lengths, which come unscaled and are scaled here. */
export const GEMINI_EMBEDDERS: readonly EmbedderEntry[] = [
  {
    id: 'gemini-embedding-001',
    matches: ['gemini-embedding-001', 'google/gemini-embedding-001'],
    source: 'ai.google.dev/gemini-api/docs/embeddings; price and window: LiteLLM 1.110.2',
    date: DATE,
    dimensions: 3072,
    maxTokens: 2048,
    pooling: 'unknown',
    isNormalized: true,
    // The role is told in a field of its own, `taskType`.
    queryPrefix: '',
    documentPrefix: '',
    shorterDimensions: [1536, 768],
    prices: [{ unit: 'input-token', quantity: 1_000_000, usd: 0.15, asOf: DATE }],
  },
];
