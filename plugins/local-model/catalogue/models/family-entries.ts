import type { CatalogueEntry, PublishedSize } from 'wooster';
import { gradeOf, type Benchmark } from './grade.ts';
import { LIBRARY, LITGPT, READ_ON } from './sources.ts';

/** One model of the catalogue. */
export type ModelEntry = CatalogueEntry;

/** What holds for all sizes of a family. */
interface FamilyFacts {
  /** As Ollama writes it: `qwen2.5-coder`. */
  readonly family: string;
  readonly licence?: string;
  /** Window in tokens; a size may have its own. */
  readonly context?: number;
  /** Of licence and window. */
  readonly source: string;
  readonly can: readonly string[];
  readonly cannot?: readonly string[];
}

/** One size of a family. */
interface SizeFacts {
  /** The tag of Ollama: `8b`. */
  readonly size: string;
  readonly parameters: string;
  /** Of the form that Ollama pulls by default, rounded as its library rounds it. */
  readonly bytes?: number;
  /** Whether Ollama's `latest` is this size. */
  readonly isLatest?: boolean;
  readonly context?: number;
  /** Further names, lower case. */
  readonly also?: readonly string[];
  /** Where a size differs from its family. */
  readonly can?: Readonly<Record<string, boolean>>;
  /** Layers, heads of keys and values, length of each, length of an embedding, vocabulary. */
  readonly shape?: readonly [number, number, number, number, number];
  /** Tokens of the sliding window, and how many layers have it. */
  readonly window?: readonly [number, number];
  /** Test, percent, and whose figure. */
  readonly quality?: readonly [Benchmark, number, string];
  /** Id of the embedded weights. */
  readonly embedded?: string;
  /** Quantisation, bytes, and `owner/name#file` on the hub. */
  readonly builds?: readonly (readonly [string, number, string])[];
}

function sizesOf(id: string, { bytes, parameters, embedded, builds = [] }: SizeFacts): readonly PublishedSize[] {
  const pull = { ollama: id, ...(embedded !== undefined && { embedded }) };
  return [
    ...(bytes === undefined ? [] : [{ parameters, bytes, pull }]),
    ...builds.map(([quantization, size, hub]) => ({ parameters, quantization, bytes: size, pull: { hub } })),
  ];
}

function shapeOf({ shape, window }: SizeFacts): Pick<ModelEntry, 'shape'> {
  if (shape === undefined) return {};
  const [layers, kvHeads, length, embeddingLength, vocabularySize] = shape;
  const slidingWindow = window && { slidingWindow: { tokens: window[0], layers: window[1] } };
  const lengths = { keyLength: length, valueLength: length, embeddingLength, vocabularySize };
  return { shape: { layers, kvHeads, ...lengths, ...slidingWindow } };
}

function qualityOf({ quality }: SizeFacts): Pick<ModelEntry, 'quality'> {
  if (quality === undefined) return {};
  const [benchmark, percent, whose] = quality;
  const source = `${benchmark} ${percent}, ${whose}`;
  return { quality: { grade: gradeOf(benchmark, percent), source, date: READ_ON } };
}

function toEntry(family: FamilyFacts, size: SizeFacts): ModelEntry {
  const id = `${family.family}:${size.size}`;
  const contextTokens = size.context ?? family.context;
  const sizes = sizesOf(id, size);
  const can = Object.fromEntries(family.can.map((capability) => [capability, true]));
  const cannot = Object.fromEntries(['embed', ...(family.cannot ?? [])].map((capability) => [capability, false]));
  const sources = [family.source, ...(size.bytes === undefined ? [] : [LIBRARY]), ...(size.shape ? [LITGPT] : [])];
  return {
    id,
    matches: [id, ...(size.isLatest === true ? [`${family.family}:latest`] : []), ...(size.also ?? [])],
    locality: 'local',
    source: [...new Set(sources)].join('; '),
    date: READ_ON,
    family: family.family,
    capabilities: { ...can, ...cannot, ...size.can },
    ...(family.licence !== undefined && { licence: family.licence }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(sizes.length > 0 && { sizes }),
    ...shapeOf(size),
    ...qualityOf(size),
  };
}

/** The entries of one family, one for each size. */
export function familyEntries(family: FamilyFacts, sizes: readonly SizeFacts[]): readonly ModelEntry[] {
  return sizes.map((size) => toEntry(family, size));
}
