import type { EmbedderEntry } from '../contracts/models/catalogue.ts';
import type { EmbedderFacts } from '../contracts/models/embedding-model.ts';
import type { ModelInfo } from '../contracts/models/model-info.ts';

/** Endings by which servers and hubs tell builds of the same weights apart. */
const BUILD = /[-._](gguf|onnx|mlx|(?:[2-8]bit)|(?:i?q\d(?:_[a-z0-9]+)*)|(?:u?int8)|(?:b?f(?:p)?(?:16|32)))$/;

/** An Ollama tag that names a size (`33m`) may be of other weights than the name alone, so it stays a part of it. */
const SIZE_TAG = /^v?\d+(\.\d+)?[mb]/;

/** Builds for llama.cpp, by its words for quantisation; those of ONNX are written otherwise (`int8`, `fp32`). */
const GGUF = /^(i?q\d_|bf16$|f16$|f32$)/;

function withoutTag(name: string): string {
  const colon = name.lastIndexOf(':');
  if (colon === -1 || colon < name.lastIndexOf('/')) return name;
  return SIZE_TAG.test(name.slice(colon + 1)) ? name : name.slice(0, colon);
}

function withoutBuild(name: string): string {
  const shorter = name.replace(BUILD, '');
  return shorter === name || shorter === '' ? name : withoutBuild(shorter);
}

/**
 * The names under which one served name may be known, the fullest first, lower case: as it is, without its tag, without
 * publisher or folder, without LM Studio's `text-embedding-`, without the ending of a build.
 */
function namesOf(served: string): readonly string[] {
  const full = served.toLowerCase().replaceAll('\\', '/');
  const untagged = withoutTag(full);
  const last = untagged.slice(untagged.lastIndexOf('/') + 1);
  const bare = last.replace(/^text-embedding-(?!3-|ada)/, '');
  return [...new Set([full, untagged, last, bare, withoutBuild(untagged), withoutBuild(last), withoutBuild(bare)])];
}

function doesMatch(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function patternsOf({ id, matches }: EmbedderEntry): readonly string[] {
  const name = id.toLowerCase();
  return [name, name.slice(name.lastIndexOf('/') + 1), ...matches];
}

/** How much of the name an entry's closest pattern names; 0 where none speaks of it. */
function namedBy(entry: EmbedderEntry, name: string): number {
  return Math.max(0, ...patternsOf(entry).map((pattern) => (doesMatch(pattern, name) ? pattern.length : 0)));
}

/** The catalogue entry of a served name; the fullest spelling decides, a whole name before a pattern, and a longer pattern before a shorter. */
export function findEmbedder(served: string, entries: readonly EmbedderEntry[]): EmbedderEntry | undefined {
  for (const name of namesOf(served)) {
    const exact = entries.find((entry) => patternsOf(entry).includes(name));
    const [closest] = entries.toSorted((left, right) => namedBy(right, name) - namedBy(left, name));
    if (exact !== undefined) return exact;
    if (closest !== undefined && namedBy(closest, name) > 0) return closest;
  }
  return undefined;
}

/** Whether two names that no catalogue knows mean one model: equal but for tag, publisher and build. */
export function isSameEmbedder(left: string, right: string): boolean {
  return left === right || namesOf(left).at(-1) === namesOf(right).at(-1);
}

function digestOf({ digest }: ModelInfo): string | undefined {
  const value = digest?.value;
  return value !== undefined && /^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : value;
}

function quantizationOf({ quantization, modelId }: ModelInfo): string {
  if (quantization !== undefined) return quantization.value.toLowerCase();
  const name = withoutTag(modelId.toLowerCase()).replace(/\.gguf$/, '');
  return /[-._](i?q\d_[a-z0-9_]+|b?f16|f32|fp16|fp32|u?int8)$/.exec(name)?.[1] ?? 'unknown';
}

function maxTokensOf(model: ModelInfo, entry: EmbedderEntry, quantization: string): number {
  const isGguf = /[-.]gguf\b/.test(model.modelId.toLowerCase()) || GGUF.test(quantization);
  const read = isGguf ? (entry.ggufMaxTokens ?? entry.maxTokens) : entry.maxTokens;
  return Math.min(read, model.contextTokens?.value ?? read);
}

/**
 * What a server tells of its model. Whether vectors are of length 1 is a habit of the server as much as of the model, and
 * stores bring every vector to length 1; so the catalogue decides it, or two servers of the same weights had two spaces.
 */
function asCatalogued(told: EmbedderFacts, entries: readonly EmbedderEntry[]): EmbedderFacts {
  const entry = findEmbedder(told.name, entries);
  return entry === undefined ? told : { ...told, isNormalized: entry.isNormalized };
}

/**
 * What is known of a model as an embedding model: from its provider, else from the catalogue, else its bare name where
 * it is known to embed; undefined for a model of which nothing says that it embeds.
 */
export function embedderFactsOf(model: ModelInfo, entries: readonly EmbedderEntry[]): EmbedderFacts | undefined {
  if (model.embedder !== undefined) return asCatalogued(model.embedder.value, entries);
  const entry = findEmbedder(model.modelId, entries);
  const digest = digestOf(model);
  const quantization = quantizationOf(model);
  if (entry !== undefined) {
    const { id: name, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, shorterDimensions = [] } = entry;
    const maxTokens = maxTokensOf(model, entry, quantization);
    const told = { name, digest, dimensions, maxTokens, pooling, isNormalized, queryPrefix, documentPrefix };
    return { ...told, quantization, shorterDimensions };
  }
  if (model.capabilities.embed?.value !== true) return undefined;
  return {
    name: withoutTag(model.modelId),
    digest,
    maxTokens: model.contextTokens?.value,
    pooling: 'unknown',
    isNormalized: false,
    queryPrefix: '',
    documentPrefix: '',
    quantization,
    shorterDimensions: [],
  };
}

/** Joins these facts and prices into a model; a catalogue that knows it as an embedder says that it embeds. */
export function addEmbedderFacts(model: ModelInfo, entries: readonly EmbedderEntry[]): ModelInfo {
  const value = embedderFactsOf(model, entries);
  if (value === undefined) return model;
  const entry = findEmbedder(model.modelId, entries);
  const prices = entry?.prices?.map((price) => ({ ...price, asOf: price.asOf ?? entry.date }));
  return {
    ...model,
    capabilities: { ...model.capabilities, embed: model.capabilities.embed ?? { value: true, origin: 'catalogue' } },
    prices: model.prices ?? (prices && { value: prices, origin: 'catalogue' }),
    embedder: { value, origin: model.embedder?.origin ?? 'catalogue' },
  };
}
