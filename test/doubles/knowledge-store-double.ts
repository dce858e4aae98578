import { createHash } from 'node:crypto';
import { CancelledError, UsageError } from '../../src/contracts/errors/host-errors.ts';
import { StoreError } from '../../src/contracts/errors/resource-errors.ts';
import type {
  KnowledgeChunk,
  KnowledgeFilter,
  KnowledgeFindings,
  KnowledgePassage,
  KnowledgeQuery,
  KnowledgeSource,
  StoredSource,
} from '../../src/contracts/knowledge/knowledge-source.ts';
import type {
  AddOptions,
  AddReport,
  KnowledgeStats,
  KnowledgeStore,
  KnowledgeStores,
  VerifyReport,
} from '../../src/contracts/knowledge/knowledge-store.ts';
import type { RepairReport, RestoreReport } from '../../src/contracts/knowledge/upkeep.ts';
import type { EmbeddingPurpose, SpaceBoundEmbeddings } from '../../src/contracts/models/embedding-model.ts';
import type { Disposable } from '../../src/contracts/plugins/disposable.ts';
import { embeddingTextOf } from '../../src/kernel/embedding-text.ts';

/** What a double is made with. */
interface StoreDoubleOptions {
  readonly purpose?: EmbeddingPurpose;
  readonly name?: string;
  /** Undefined stands for a purpose that is off. */
  readonly embeddings?: SpaceBoundEmbeddings;
  readonly notices?: readonly string[];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function accepts(filter: KnowledgeFilter | undefined, source: KnowledgeSource): boolean {
  if (filter === undefined) return true;
  const { pathPrefix, mediaTypes, modifiedAfter, modifiedBefore } = filter;
  const isOfType = (type: string): boolean =>
    type.endsWith('/*') ? source.mediaType.startsWith(type.slice(0, -1)) : source.mediaType === type;
  return (
    (pathPrefix === undefined || source.path.startsWith(pathPrefix)) &&
    (mediaTypes === undefined || mediaTypes.some(isOfType)) &&
    (modifiedAfter === undefined || source.modifiedAt >= modifiedAfter) &&
    (modifiedBefore === undefined || source.modifiedAt <= modifiedBefore)
  );
}

/** A store in memory: embeds each text once, searches by the share of the words of the query, and has one writer. */
export class KnowledgeStoreDouble implements KnowledgeStore {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly location: string;
  readonly isReadOnly = false;
  /** What it holds, by path. */
  readonly held = new Map<string, KnowledgeSource>();
  /** Sources of each call of `add`, in order. */
  readonly added: string[][] = [];
  isClosed = false;
  /** Told by `search` with every result. */
  readonly notices: string[];
  readonly #embeddings: SpaceBoundEmbeddings | undefined;
  readonly #vectors = new Set<string>();
  #writer: string | undefined;

  constructor(options: StoreDoubleOptions = {}) {
    this.purpose = options.purpose ?? 'projects';
    this.name = options.name ?? 'double';
    this.location = `/nowhere/${this.name}`;
    this.notices = [...(options.notices ?? [])];
    this.#embeddings = options.embeddings;
  }

  beginWriting(task: string): Promise<Disposable> {
    if (this.#writer !== undefined) {
      const { location } = this;
      return Promise.reject(new StoreError('E_STORE_LOCKED', `the store is held by ${this.#writer}`, { location }));
    }
    this.#writer = task;
    const dispose = (): void => {
      if (this.#writer === task) this.#writer = undefined;
    };
    return Promise.resolve({ dispose });
  }

  embeddings(): Promise<SpaceBoundEmbeddings | undefined> {
    return Promise.resolve(this.#embeddings);
  }

  async add(
    sources: readonly KnowledgeSource[],
    signal: AbortSignal,
    { isTextOnly = false }: AddOptions = {},
  ): Promise<AddReport> {
    if (signal.aborted) throw new CancelledError();
    this.added.push(sources.map((source) => source.path));
    const texts = sources.flatMap((source) => source.chunks.map(embeddingTextOf));
    const fresh = [...new Set(texts)].filter((text) => !this.#vectors.has(text));
    if (!isTextOnly) {
      await this.#embeddings?.embed(fresh, { role: 'document', signal });
      for (const text of fresh) this.#vectors.add(text);
    }
    for (const source of sources) this.held.set(source.path, source);
    return {
      sources: sources.length,
      chunks: texts.length,
      embedded: this.#embeddings === undefined || isTextOnly ? 0 : fresh.length,
      reused: texts.length - fresh.length,
    };
  }

  remove(paths: readonly string[]): Promise<{ readonly removed: number }> {
    const removed = paths.filter((path) => this.held.delete(path)).length;
    const used = new Set(this.#chunks().map(({ chunk }) => embeddingTextOf(chunk)));
    for (const text of this.#vectors) if (!used.has(text)) this.#vectors.delete(text);
    return Promise.resolve({ removed });
  }

  search(query: KnowledgeQuery, signal: AbortSignal): Promise<KnowledgeFindings> {
    if (signal.aborted) return Promise.reject(new CancelledError());
    const wanted = new Set(wordsOf(query.text));
    const passages = this.#chunks()
      .filter(({ source }) => accepts(query.filter, source))
      .map(({ source, chunk }) => {
        const words = new Set(wordsOf(embeddingTextOf(chunk)));
        return { source, chunk, score: [...wanted].filter((word) => words.has(word)).length / (wanted.size || 1) };
      })
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .slice(0, query.k)
      .map(({ source, chunk, score }, at) => passageOf(source, chunk, { rank: at + 1, score }));
    return Promise.resolve({ passages, notices: this.notices });
  }

  sources(): Promise<readonly StoredSource[]> {
    return Promise.resolve([...this.held.values()].map((source) => ({ ...source, chunks: source.chunks.length })));
  }

  read(path: string): Promise<KnowledgeSource | undefined> {
    return Promise.resolve(this.held.get(path));
  }

  embedMissing(): Promise<{ readonly embedded: number }> {
    return Promise.resolve({ embedded: 0 });
  }

  stats(): Promise<KnowledgeStats> {
    const chunks = this.#chunks();
    const texts = new Set(chunks.map(({ chunk }) => embeddingTextOf(chunk))).size;
    const sources = this.held.size;
    return Promise.resolve({ sources, chunks: chunks.length, texts, spaces: [], bytes: 0, isReadOnly: false });
  }

  verify(): Promise<VerifyReport> {
    const checked = { sources: this.held.size, chunks: this.#chunks().length, vectors: this.#vectors.size };
    return Promise.resolve({ isSound: true, faults: [], rebuilt: [], checked });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  #chunks(): { readonly source: KnowledgeSource; readonly chunk: KnowledgeChunk }[] {
    return [...this.held.values()].flatMap((source) => source.chunks.map((chunk) => ({ source, chunk })));
  }
}

function passageOf(
  source: KnowledgeSource,
  chunk: KnowledgeChunk,
  text: { readonly rank: number; readonly score: number },
): KnowledgePassage {
  const { path, sha256: sourceSha256, mediaType, modifiedAt } = source;
  const chunkId = createHash('sha256').update(`${path}\0${chunk.ordinal}\0${chunk.text}`).digest('hex').slice(0, 32);
  const found = { context: chunk.text, score: text.score, parts: { text } };
  return { chunkId, path, sourceSha256, mediaType, modifiedAt, chunk, ...found };
}

/** Stores in memory, made when they are opened with `create`; one that is closed is open again when asked for. */
export class KnowledgeStoresDouble implements KnowledgeStores {
  readonly opened = new Map<string, KnowledgeStoreDouble>();
  readonly #embeddings: SpaceBoundEmbeddings | undefined;

  constructor(embeddings?: SpaceBoundEmbeddings) {
    this.#embeddings = embeddings;
  }

  open(
    purpose: EmbeddingPurpose,
    name: string,
    _signal: AbortSignal,
    options: { readonly create?: boolean } = {},
  ): Promise<KnowledgeStoreDouble> {
    const key = `${purpose}/${name}`;
    let store = this.opened.get(key);
    if (store === undefined && options.create !== true) {
      return Promise.reject(new UsageError(`there is no store ${name}`));
    }
    store ??= new KnowledgeStoreDouble({ purpose, name, embeddings: this.#embeddings });
    store.isClosed = false;
    this.opened.set(key, store);
    return Promise.resolve(store);
  }

  repair(_purpose: EmbeddingPurpose, name: string): Promise<RepairReport> {
    return Promise.reject(new UsageError(`the store ${name} in memory cannot be repaired`));
  }

  restore(_file: string, _purpose: EmbeddingPurpose, name: string): Promise<RestoreReport> {
    return Promise.reject(new UsageError(`the store ${name} in memory cannot be restored`));
  }

  supersede({ name }: { readonly name: string }): Promise<never> {
    return Promise.reject(new UsageError(`there is no folder of another program in the place of ${name}`));
  }

  locate(purpose: EmbeddingPurpose, name: string): string {
    return `/nowhere/${purpose}/${name}`;
  }

  list(purpose: EmbeddingPurpose): Promise<readonly string[]> {
    const prefix = `${purpose}/`;
    return Promise.resolve(
      [...this.opened.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
    );
  }
}
