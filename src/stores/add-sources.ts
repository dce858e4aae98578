import type { KnowledgeSource } from '../contracts/knowledge/knowledge-source.ts';
import type { AddReport } from '../contracts/knowledge/knowledge-store.ts';
import type { EmbeddingSpace, SpaceBoundEmbeddings } from '../contracts/models/embedding-model.ts';
import { StoreError } from '../contracts/errors/resource-errors.ts';
import { embeddingTextOf } from '../kernel/embedding-text.ts';
import type { StagedPlace } from './link/store-calls.ts';
import type { StoreLink } from './link/store-link.ts';

/** Texts of one window at most, unless one source has more: what a failure loses, and what is held in memory. */
const WINDOW_TEXTS = 256;

/** Requests that a window fills, so that a slow model loses less when it fails. */
const WINDOW_REQUESTS = 4;

/** Where texts are embedded and written. */
export interface WritePorts {
  readonly link: StoreLink;
  readonly embeddings: SpaceBoundEmbeddings | undefined;
  /** For messages. */
  readonly location: string;
  readonly signal: AbortSignal;
  /** The space of the embeddings is not the store's own and never becomes that; what the store's own holds is not embedded. */
  readonly isFallback?: boolean;
  /** Done before texts are embedded to be written; may refuse it. */
  readonly beforeVectors?: () => Promise<void>;
}

/** How many texts are embedded before they are written. */
export function windowSize({ limits }: SpaceBoundEmbeddings): number {
  return Math.min(WINDOW_TEXTS, Math.max(1, limits.inputs) * WINDOW_REQUESTS);
}

/** Vectors one after another; E_STORE_MISMATCH for one of another length. */
export function flatten(vectors: readonly Float32Array[], space: EmbeddingSpace, location: string): Float32Array {
  const { dimensions, name } = space;
  const flat = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, at) => {
    if (vector.length !== dimensions) {
      const message = `${name} gave a vector ${vector.length} long, and the store at ${location} holds vectors ${dimensions} long: check the model and the configured dimensions`;
      throw new StoreError('E_STORE_MISMATCH', message, { location });
    }
    flat.set(vector, at * dimensions);
  });
  return flat;
}

function* windows(sources: readonly KnowledgeSource[], size: number): Generator<readonly KnowledgeSource[]> {
  let window: KnowledgeSource[] = [];
  let texts = 0;
  for (const source of sources) {
    if (window.length > 0 && texts + source.chunks.length > size) {
      yield window;
      window = [];
      texts = 0;
    }
    window.push(source);
    texts += source.chunks.length + 1;
  }
  if (window.length > 0) yield window;
}

/** Embeds the missing texts of a window, as far as it goes: what came before a failure is returned with the failure. */
async function embedTexts(
  texts: readonly string[],
  { embeddings, signal }: WritePorts,
): Promise<{ readonly vectors: readonly Float32Array[]; readonly failure?: unknown }> {
  const vectors: Float32Array[] = [];
  if (embeddings === undefined) return { vectors };
  const size = windowSize(embeddings);
  for (let at = 0; at < texts.length; at += size) {
    try {
      vectors.push(...(await embeddings.embed(texts.slice(at, at + size), { role: 'document', signal })));
    } catch (failure) {
      return { vectors, failure };
    }
  }
  return { vectors };
}

async function addWindow(sources: readonly KnowledgeSource[], ports: WritePorts): Promise<AddReport> {
  const { link, embeddings, signal, location, isFallback, beforeVectors } = ports;
  const space = embeddings && { space: embeddings.space, isFallback };
  const { missing, reused } = await link.call('stage', { sources, ...space }, signal);
  const textAt = ({ source, chunk }: StagedPlace): string =>
    embeddingTextOf(sources[source]!.chunks[chunk]!).toWellFormed();
  if (missing.length > 0) await beforeVectors?.();
  const result = await embedTexts(missing.map(textAt), ports);
  const isComplete = result.vectors.length === missing.length;
  // Sources up to the first that lacks a vector are written whatever happened.
  const count = isComplete ? sources.length : (missing[result.vectors.length]?.source ?? 0);
  const vectors = embeddings ? flatten(result.vectors, embeddings.space, location) : new Float32Array();
  const transfer = [vectors.buffer as ArrayBuffer];
  // What is embedded already is written also when the embedding was broken off.
  const writing = isComplete ? signal : new AbortController().signal;
  await link.call('commit', { vectors, count }, writing, { transfer, isAwaited: true });
  if ('failure' in result) throw result.failure;
  const written = sources.slice(0, count);
  const chunks = written.reduce((sum, source) => sum + source.chunks.length, 0);
  return { sources: written.length, chunks, embedded: missing.length, reused };
}

/** Embeds what has no vector and writes source after source, some texts at a time. */
export async function addSources(sources: readonly KnowledgeSource[], ports: WritePorts): Promise<AddReport> {
  const report = { sources: 0, chunks: 0, embedded: 0, reused: 0 };
  const size = ports.embeddings === undefined ? WINDOW_TEXTS : windowSize(ports.embeddings);
  for (const window of windows(sources, size)) {
    const added = await addWindow(window, ports);
    report.sources += added.sources;
    report.chunks += added.chunks;
    report.embedded += added.embedded;
    report.reused += added.reused;
  }
  return report;
}
