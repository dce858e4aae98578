import { StoreError } from '../contracts/errors/resource-errors.ts';
import type { KnowledgeFindings } from '../contracts/knowledge/knowledge-source.ts';
import type { AddReport } from '../contracts/knowledge/knowledge-store.ts';
import type { PassageVector, VectorAccess, VectoredSource, VectorQuery } from '../contracts/knowledge/vector-access.ts';
import { embeddingTextOf } from '../kernel/embedding-text.ts';
import { faultOfVector } from '../kernel/embedding-vectors.ts';
import { flatten } from './add-sources.ts';
import type { StorePorts } from './store-ports.ts';

const PASSAGES_A_CALL = 256;
const SOURCES_A_WINDOW = 64;

type VectorPorts = Pick<StorePorts, 'link' | 'location' | 'inTurn' | 'useIndexes'>;

/** True when every passage has its vector. */
function isWhole({ vectors }: VectoredSource): boolean {
  return vectors.every((vector) => vector !== undefined);
}

type Target = Parameters<VectorAccess['add']>[1];

function mismatch(location: string, problem: string): StoreError {
  return new StoreError('E_STORE_MISMATCH', `${problem} (${location})`, { location });
}

/** Refuses vectors that do not fit, before anything is written: the texts of a source may be written before its vectors are. */
function requireFitting({ source, vectors }: VectoredSource, { space }: Target, location: string): void {
  const { path, chunks } = source;
  if (vectors.length !== chunks.length) {
    throw mismatch(location, `${path} comes with ${vectors.length} vectors for ${chunks.length} passages`);
  }
  vectors.forEach((vector, at) => {
    const fault = vector && faultOfVector(vector, space.dimensions);
    if (fault === undefined) return;
    const held = `${space.name} holds vectors ${space.dimensions} long`;
    throw mismatch(location, `the vector of passage ${at + 1} of ${path} is ${fault}, and ${held}`);
  });
}

/** Vectors in and out of a store in SQLite. */
export class StoreVectors implements VectorAccess {
  readonly #ports: VectorPorts;

  constructor(ports: VectorPorts) {
    this.#ports = ports;
  }

  async *read(spaceId: string, signal: AbortSignal): AsyncGenerator<readonly PassageVector[]> {
    let after: { readonly path: string; readonly ordinal: number } | undefined;
    for (;;) {
      const input = { spaceId, limit: PASSAGES_A_CALL, ...(after && { after }) };
      const batch = await this.#ports.link.call('passages', input, signal);
      const last = batch.at(-1);
      if (last === undefined) return;
      yield batch;
      after = { path: last.path, ordinal: last.chunk.ordinal };
    }
  }

  async add(sources: readonly VectoredSource[], target: Target, signal: AbortSignal): Promise<AddReport> {
    for (const each of sources) requireFitting(each, target, this.#ports.location);
    return this.#ports.inTurn(`taking ${sources.length} sources with their vectors`, signal, async () => {
      const report = { sources: sources.length, chunks: 0, embedded: 0, reused: 0 };
      for (let first = 0; first < sources.length; first += SOURCES_A_WINDOW) {
        const window = sources.slice(first, first + SOURCES_A_WINDOW);
        report.reused += await this.#addWhole(window.filter(isWhole), target, signal);
        await this.#addPartial(
          window.filter((each) => !isWhole(each)),
          target,
          signal,
        );
        report.chunks += window.reduce((sum, { source }) => sum + source.chunks.length, 0);
      }
      return report;
    });
  }

  async search({ spaceId, vector, k, filter }: VectorQuery, signal: AbortSignal): Promise<KnowledgeFindings> {
    const { link, location } = this.#ports;
    const held = (await link.call('searchable', null, signal)).find(({ space }) => space.spaceId === spaceId);
    if (held === undefined) throw mismatch(location, `the store holds no vectors of the space ${spaceId}`);
    const { dimensions, name } = held.space;
    if (vector.length !== dimensions) {
      throw mismatch(location, `the query has ${vector.length} dimensions, ${name} has ${dimensions}`);
    }
    await this.#ports.useIndexes(signal);
    const query = { text: '', k, mode: 'vector', ...(filter && { filter }) } as const;
    return link.call('search', { query, vectors: [{ spaceId, vector }] }, signal);
  }

  /** Sources all of whose vectors are known are staged and committed as if they had just been embedded. */
  async #addWhole(sources: readonly VectoredSource[], target: Target, signal: AbortSignal): Promise<number> {
    if (sources.length === 0) return 0;
    const { link, location } = this.#ports;
    const plain = sources.map(({ source }) => source);
    const { missing, reused } = await link.call('stage', { sources: plain, ...target }, signal);
    const known = missing.map(({ source, chunk }) => sources[source]!.vectors[chunk]!);
    const vectors = flatten(known, target.space, location);
    const transfer = [vectors.buffer as ArrayBuffer];
    await link.call('commit', { vectors, count: plain.length }, signal, { transfer, isAwaited: true });
    return reused;
  }

  /** Where some vectors are unknown the texts go in first, then the vectors there are. */
  async #addPartial(
    sources: readonly VectoredSource[],
    { space, isInferred, isFallback }: Target,
    signal: AbortSignal,
  ): Promise<void> {
    if (sources.length === 0) return;
    const { link } = this.#ports;
    const plain = sources.map(({ source }) => source);
    await link.call('stage', { sources: plain }, signal);
    const nothing = { vectors: new Float32Array(), count: plain.length };
    await link.call('commit', nothing, signal, { isAwaited: true });
    const known = new Map<string, Float32Array>();
    for (const { source, vectors } of sources) {
      source.chunks.forEach((chunk, at) => {
        const vector = vectors[at];
        if (vector !== undefined) known.set(embeddingTextOf(chunk).toWellFormed(), vector);
      });
    }
    // Stages nothing, but lets the store know the space and how sure it is.
    await link.call('stage', { sources: [], space, isInferred, isFallback }, signal);
    await this.#fill(known, { space, isFallback }, signal);
  }

  async #fill(
    known: ReadonlyMap<string, Float32Array>,
    target: Pick<Target, 'space' | 'isFallback'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { space } = target;
    const { link, location } = this.#ports;
    for (let after = 0, left = known.size; left > 0;) {
      const { ids, texts } = await link.call('missing', { space, after, limit: PASSAGES_A_CALL }, signal);
      if (ids.length === 0) return;
      after = ids.at(-1)!;
      const found = ids.filter((_, at) => known.has(texts[at]!));
      const vectors = texts.flatMap((text) => known.get(text) ?? []);
      if (found.length === 0) continue;
      left -= found.length;
      await link.call('fill', { ...target, ids: found, vectors: flatten(vectors, space, location) }, signal, {
        isAwaited: true,
      });
    }
  }
}
