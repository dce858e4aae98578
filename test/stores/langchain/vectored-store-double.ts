import { createHash } from 'node:crypto';
import { StoreError } from '../../../src/contracts/errors/resource-errors.ts';
import type { KnowledgePassage } from '../../../src/contracts/knowledge/knowledge-source.ts';
import type { KnowledgeStats } from '../../../src/contracts/knowledge/knowledge-store.ts';
import type { PassageVector, VectorAccess } from '../../../src/contracts/knowledge/vector-access.ts';
import type { EmbeddingSpace } from '../../../src/contracts/models/embedding-model.ts';
import { embeddingTextOf } from '../../../src/kernel/embedding-text.ts';
import type { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { KnowledgeStoreDouble } from '../../doubles/knowledge-store-double.ts';

const BATCH = 100;

/** A store in memory that takes and gives vectors, and searches by them. */
export class VectoredStoreDouble extends KnowledgeStoreDouble {
  readonly vectors: VectorAccess;
  /** Space of the vectors that were brought, and whether it was guessed. */
  brought: { readonly space: EmbeddingSpace; readonly isInferred: boolean } | undefined;
  readonly #model: EmbeddingsDouble;
  readonly #vectorOf = new Map<string, Float32Array>();

  constructor(model: EmbeddingsDouble) {
    super({ embeddings: model });
    this.#model = model;
    this.vectors = {
      read: (spaceId) => this.#read(spaceId),
      add: async (sources, target, signal) => {
        this.brought = target;
        for (const { source, vectors } of sources) {
          source.chunks.forEach((chunk, at) => {
            const vector = vectors[at];
            if (vector !== undefined) this.#vectorOf.set(embeddingTextOf(chunk), vector);
          });
        }
        return super.add(
          sources.map(({ source }) => source),
          signal,
          { isTextOnly: true },
        );
      },
      search: async ({ spaceId, vector, k }, signal) => {
        if (spaceId !== this.#spaceId) {
          throw new StoreError('E_STORE_MISMATCH', 'another space', { location: this.location });
        }
        signal.throwIfAborted();
        const hits: KnowledgePassage[] = [];
        for await (const batch of this.#read(spaceId)) {
          for (const { vector: own, ...passage } of batch) {
            const score = own.reduce((sum, value, place) => sum + value * vector[place]!, 0);
            hits.push({
              ...passage,
              sourceSha256: this.held.get(passage.path)?.sha256 ?? '',
              context: passage.chunk.text,
              score,
              parts: { vector: { rank: 1, score, spaceId } },
            });
          }
        }
        const passages = hits.sort((left, right) => right.score - left.score).slice(0, k);
        return { passages, notices: [] };
      },
    };
  }

  get #spaceId(): string {
    return (this.brought?.space ?? this.#model.space).spaceId;
  }

  override async stats(): Promise<KnowledgeStats> {
    const space = this.brought?.space ?? this.#model.space;
    const facts = { vectors: 0, role: 'primary', missing: 0, index: 'exact', isInferred: false } as const;
    return { ...(await super.stats()), spaces: [{ space, ...facts }] };
  }

  async *#read(spaceId: string): AsyncGenerator<readonly PassageVector[]> {
    if (spaceId !== this.#spaceId) return;
    let batch: PassageVector[] = [];
    for (const { path, mediaType, modifiedAt, chunks } of this.held.values()) {
      for (const chunk of chunks) {
        const text = embeddingTextOf(chunk);
        const brought = this.#vectorOf.get(text);
        const [made] = brought ? [brought] : await this.#model.embed([text], { role: 'document', signal: NEVER });
        const chunkId = createHash('sha256')
          .update(JSON.stringify([path, chunk.ordinal, text]))
          .digest('hex');
        batch.push({ chunkId, path, mediaType, modifiedAt, chunk, vector: made! });
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
      }
    }
    yield batch;
  }
}

const NEVER = new AbortController().signal;
