import { createHash } from 'node:crypto';
import { Document, type DocumentInterface } from '@langchain/core/documents';
import { maximalMarginalRelevance } from '@langchain/core/utils/math';
import { VectorStore, type MaxMarginalRelevanceSearchOptions } from '@langchain/core/vectorstores';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { KnowledgeFilter, KnowledgePassage, KnowledgeSource } from '../../contracts/knowledge/knowledge-source.ts';
import type { KnowledgeStore } from '../../contracts/knowledge/knowledge-store.ts';
import type { VectoredSource } from '../../contracts/knowledge/vector-access.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { embeddingTextOf } from '../../kernel/embedding-text.ts';
import { groupBySource, sourceOfChunks, type PlacedDocument } from './group-documents.ts';
import { placeOf, toDocument, type PlainDocument } from './langchain-document.ts';
import { spaceIdOf, type SpaceVector } from './space-vector.ts';

/** What a search keeps: conditions as data, which the store applies, or a function that looks at each document. */
export type VectorStoreFilter = KnowledgeFilter | ((document: DocumentInterface) => boolean);

/** How a store is seen as a LangChain one. */
export interface VectorStoreOptions {
  /** `vector` (the default): scores are cosines. `hybrid` merges them with full text: scores are reciprocal ranks. */
  readonly mode?: 'vector' | 'hybrid';
  /** Ends every wait of this view. */
  readonly signal?: AbortSignal;
}

/** Which documents to delete: by the ids that were given for them, or whole sources. */
interface DeleteOptions {
  readonly ids?: readonly string[];
  readonly sources?: readonly string[];
}

/** A function looks at so many times as many as are wanted, and at more when too few pass. */
const FUNCTION_SURPLUS = 4;
const MAX_LOOKED_AT = 10_000;

function textId(text: string): string {
  return createHash('sha256').update(text.toWellFormed()).digest('hex').slice(0, 16);
}

/** The id of a document: its source and its text, so that it stays when others before it are deleted. */
function documentId(path: string, text: string): string {
  return `${path}#${textId(text)}`;
}

/** A knowledge store as LangChain's VectorStore. Documents are passages, `metadata.source` is the source they belong to. */
export class KnowledgeVectorStore extends VectorStore {
  declare FilterType: VectorStoreFilter;
  declare embeddings: SpaceBoundEmbeddings;
  readonly #store: KnowledgeStore;
  readonly #mode: 'vector' | 'hybrid';
  readonly #signal: AbortSignal;

  constructor(store: KnowledgeStore, embeddings: SpaceBoundEmbeddings, options: VectorStoreOptions = {}) {
    super(embeddings, {});
    this.#store = store;
    this.#mode = options.mode ?? 'vector';
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** A store that is there, with the embeddings it gives its texts; UsageError where its embeddings are off. */
  static async fromExistingStore(
    store: KnowledgeStore,
    options: VectorStoreOptions = {},
  ): Promise<KnowledgeVectorStore> {
    const embeddings = await store.embeddings(options.signal ?? new AbortController().signal);
    if (embeddings === undefined) {
      throw new UsageError(
        `embeddings for ${store.purpose} are off: turn them on to use ${store.name} as a vector store`,
      );
    }
    return new KnowledgeVectorStore(store, embeddings, options);
  }

  _vectorstoreType(): string {
    return 'wooster';
  }

  /**
   * Adds passages to their sources and embeds what is new; a passage that is there already is not added twice. Answers an
   * id for each document, in order.
   */
  async addDocuments(documents: DocumentInterface[]): Promise<string[]> {
    const groups = [...groupBySource(documents, nameOf)];
    const sources = await Promise.all(groups.map(async ([path, placed]) => this.#extended(path, placed)));
    await this.#store.add(sources, this.#signal);
    return documents.map(idOf);
  }

  /** Adds passages with their vectors, all of which must name the space of this store; else E_STORE_MISMATCH. */
  async addVectors(vectors: SpaceVector[], documents: DocumentInterface[]): Promise<string[]> {
    if (vectors.length !== documents.length) {
      throw new UsageError(`${vectors.length} vectors for ${documents.length} documents`);
    }
    const access = this.#store.vectors;
    if (access === undefined) throw this.#mismatch('the store takes no vectors');
    vectors.forEach((vector) => this.#checkSpace(vector));
    const vectorOf = new Map(documents.map((document, at) => [document.pageContent, Float32Array.from(vectors[at]!)]));
    const groups = [...groupBySource(documents, nameOf)];
    const sources = await Promise.all(
      groups.map(async ([path, placed]): Promise<VectoredSource> => {
        const source = await this.#extended(path, placed);
        return { source, vectors: source.chunks.map(({ text }) => vectorOf.get(text)) };
      }),
    );
    const { space, isStandIn } = this.embeddings;
    await access.add(sources, { space, isInferred: false, isFallback: isStandIn }, this.#signal);
    return documents.map(idOf);
  }

  /** Deletes documents by id, or whole sources; unknown ones are no fault. */
  override async delete({ ids = [], sources = [] }: DeleteOptions): Promise<void> {
    const bySource = new Map<string, Set<string>>();
    for (const id of ids) {
      const cut = id.lastIndexOf('#');
      const path = id.slice(0, cut);
      bySource.set(path, (bySource.get(path) ?? new Set()).add(id.slice(cut + 1)));
    }
    const gone = [...sources];
    for (const [path, texts] of bySource) {
      const source = await this.#store.read(path, this.#signal);
      const kept = source?.chunks.filter(({ text }) => !texts.has(textId(text))) ?? [];
      if (source === undefined || kept.length === source.chunks.length) continue;
      if (kept.length === 0) gone.push(path);
      else await this.#store.add([sourceOfChunks(path, kept, source)], this.#signal);
    }
    if (gone.length > 0) await this.#store.remove(gone, this.#signal);
  }

  override async similaritySearch(query: string, k = 4, filter?: VectorStoreFilter): Promise<Document[]> {
    return (await this.similaritySearchWithScore(query, k, filter)).map(([document]) => document);
  }

  /** The nearest documents, best first. The score is the cosine (1 is the same direction), with `hybrid` the reciprocal rank. */
  override async similaritySearchWithScore(
    query: string,
    k = 4,
    filter?: VectorStoreFilter,
  ): Promise<[Document, number][]> {
    const found = await this.#passages(k, filter, (wanted, conditions) =>
      this.#store.search({ text: query, k: wanted, filter: conditions, mode: this.#mode }, this.#signal),
    );
    return found.map((passage) => [this.#toDocument(passage), this.#scoreOf(passage)]);
  }

  /** As above for a vector that names its space; plain numbers and vectors of another space are E_STORE_MISMATCH. */
  async similaritySearchVectorWithScore(
    query: SpaceVector,
    k: number,
    filter?: VectorStoreFilter,
  ): Promise<[Document, number][]> {
    const access = this.#store.vectors;
    if (access === undefined) throw this.#mismatch('the store cannot be searched by a vector');
    const spaceId = this.#checkSpace(query);
    const vector = Float32Array.from(query);
    const found = await this.#passages(k, filter, (wanted, conditions) =>
      access.search({ spaceId, vector, k: wanted, filter: conditions }, this.#signal),
    );
    return found.map((passage) => [this.#toDocument(passage), passage.parts.vector?.score ?? passage.score]);
  }

  /** Documents that are near the query and far from one another: `fetchK` nearest are weighed, `lambda` 1 is nearness alone. */
  override async maxMarginalRelevanceSearch(
    query: string,
    { k, fetchK = Math.max(20, k), lambda = 0.5, filter }: MaxMarginalRelevanceSearchOptions<VectorStoreFilter>,
  ): Promise<Document[]> {
    const near = await this.#passages(Math.max(k, fetchK), filter, (wanted, conditions) =>
      this.#store.search({ text: query, k: wanted, filter: conditions, mode: this.#mode }, this.#signal),
    );
    const signal = this.#signal;
    const [asked] = await this.embeddings.embed([query], { role: 'query', signal });
    if (asked === undefined || near.length === 0) return [];
    const vectors = await this.embeddings.embed(
      near.map(({ chunk }) => embeddingTextOf(chunk)),
      { role: 'document', signal },
    );
    const chosen = maximalMarginalRelevance(
      [...asked],
      vectors.map((vector) => [...vector]),
      lambda,
      k,
    );
    return chosen.map((at) => this.#toDocument(near[at]!));
  }

  /** Asks for more while a function refuses too many, until there are no more. */
  async #passages(
    k: number,
    filter: VectorStoreFilter | undefined,
    ask: (k: number, conditions?: KnowledgeFilter) => Promise<{ readonly passages: readonly KnowledgePassage[] }>,
  ): Promise<readonly KnowledgePassage[]> {
    if (typeof filter !== 'function') return (await ask(k, filter)).passages;
    for (let wanted = k * FUNCTION_SURPLUS; ; wanted *= FUNCTION_SURPLUS) {
      const { passages } = await ask(Math.min(wanted, MAX_LOOKED_AT));
      const kept = passages.filter((passage) => filter(this.#toDocument(passage)));
      if (kept.length >= k || passages.length < wanted || wanted >= MAX_LOOKED_AT) return kept.slice(0, k);
    }
  }

  /** The source with its passages and the new ones behind them; what it has already is not added again. */
  async #extended(path: string, placed: readonly Placed[]): Promise<KnowledgeSource> {
    const known = await this.#store.read(path, this.#signal);
    const [first] = placed;
    const seen = new Set(known?.chunks.map(({ text }) => text));
    const fresh = placed.map(({ chunk }) => chunk).filter(({ text }) => !seen.has(text) && seen.add(text));
    const facts = {
      mediaType: known?.mediaType ?? first?.mediaType,
      modifiedAt: first?.modifiedAt ?? known?.modifiedAt ?? Date.now(),
    };
    return sourceOfChunks(path, [...(known?.chunks ?? []), ...fresh], facts);
  }

  #toDocument(passage: KnowledgePassage): Document {
    const { pageContent, metadata } = toDocument(passage);
    return new Document({ pageContent, metadata: { ...metadata }, id: documentId(passage.path, pageContent) });
  }

  #scoreOf({ parts, score }: KnowledgePassage): number {
    return this.#mode === 'vector' ? (parts.vector?.score ?? score) : score;
  }

  #checkSpace(vector: readonly number[]): string {
    const { spaceId, name, dimensions } = this.embeddings.space;
    const given = spaceIdOf(vector);
    if (given === spaceId && vector.length === dimensions) return spaceId;
    const whose = given === undefined ? 'names no space' : `is of the space ${given}`;
    throw this.#mismatch(
      `the vector has ${vector.length} dimensions and ${whose}; the store has ${dimensions} and the space ${spaceId} of ${name}`,
    );
  }

  #mismatch(problem: string): StoreError {
    const { location, name } = this.#store;
    return new StoreError('E_STORE_MISMATCH', `the store ${name} does not take this: ${problem}`, { location });
  }
}

type Placed = PlacedDocument<PlainDocument>;

/** A document without a source is one by itself, named by its text. */
function nameOf({ pageContent }: PlainDocument): string {
  return `documents/${textId(pageContent)}`;
}

function idOf(document: PlainDocument): string {
  return documentId(placeOf(document).path ?? nameOf(document), document.pageContent);
}
