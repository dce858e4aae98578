import { createHash } from 'node:crypto';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import type {
  KnowledgeChunk,
  KnowledgeFilter,
  KnowledgeFindings,
  KnowledgeQuery,
  KnowledgeSource,
  StoredSource,
} from '../../../contracts/knowledge/knowledge-source.ts';
import type { KnowledgeStats, KnowledgeStore, VerifyReport } from '../../../contracts/knowledge/knowledge-store.ts';
import type { EmbeddingPurpose } from '../../../contracts/models/embedding-model.ts';
import { toCancellation } from '../../../kernel/http/cancellation.ts';
import { joinContext } from '../../search/join-context.ts';
import { mergeRanks, type RankedRow } from '../../search/merge-ranks.ts';
import type { LangChainFolder } from '../folder/read-langchain.ts';
import { groupBySource, sourceOfPlaced } from '../group-documents.ts';
import { nameOfDocument } from '../import-langchain.ts';
import { TextRanking } from './text-ranking.ts';
import { vectorRankingOf, type AskModel, type VectorRanking } from './vector-ranking.ts';

/** Which store it stands for. */
interface LegacyIdentity {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly location: string;
}

interface Passage {
  readonly source: KnowledgeSource;
  readonly chunk: KnowledgeChunk;
}

const CANDIDATES = 64;

/** A folder of LangChain's FaissStore at the place of a store: it is searched, and nothing ever writes to it. */
export class LegacyStore implements KnowledgeStore {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly location: string;
  readonly isReadOnly = true;
  readonly #folder: LangChainFolder;
  readonly #model: AskModel;
  readonly #sources: readonly KnowledgeSource[];
  /** Number of a document of the folder to its passage. */
  readonly #passages: readonly Passage[];
  #text: Promise<TextRanking> | undefined;
  #vectors: VectorRanking | undefined;

  constructor({ purpose, name, location }: LegacyIdentity, folder: LangChainFolder, model: AskModel) {
    this.purpose = purpose;
    this.name = name;
    this.location = location;
    this.#folder = folder;
    this.#model = model;
    const passages = new Map<string, Passage>();
    this.#sources = [...groupBySource(folder.documents, nameOfDocument)].map(([path, placed]) => {
      const source = sourceOfPlaced(path, placed, folder.modifiedAt);
      placed.forEach(({ document }, at) => passages.set(document.id, { source, chunk: source.chunks[at]! }));
      return source;
    });
    this.#passages = folder.documents.map(({ id }) => passages.get(id)!);
  }

  beginWriting(): Promise<never> {
    return this.#refuse();
  }

  /** None: new texts go nowhere. */
  embeddings(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  add(): Promise<never> {
    return this.#refuse();
  }

  remove(): Promise<never> {
    return this.#refuse();
  }

  embedMissing(): Promise<never> {
    return this.#refuse();
  }

  async search(query: KnowledgeQuery, signal: AbortSignal): Promise<KnowledgeFindings> {
    if (signal.aborted) throw toCancellation(signal);
    try {
      return await this.#search(query, signal);
    } catch (error) {
      throw signal.aborted ? toCancellation(signal) : error;
    }
  }

  async #search(query: KnowledgeQuery, signal: AbortSignal): Promise<KnowledgeFindings> {
    const limit = Math.max(CANDIDATES, query.k * 4);
    const isAllowed = (number: number): boolean => accepts(query.filter, this.#passages[number]!.source);
    const { spaces, notices } = await this.#searchVectors(query, { limit, isAllowed }, signal);
    const text =
      query.mode === 'vector' && spaces.length > 0
        ? []
        : await this.#searchText(query.text, { limit, isAllowed }, signal);
    const merged = mergeRanks({ spaces, text }).slice(0, query.k);
    const passages = merged.map(({ row, score, parts }) => {
      const { source, chunk } = this.#passages[row]!;
      const { path, sha256: sourceSha256, mediaType, modifiedAt, chunks } = source;
      const around = query.neighbours ?? 0;
      const context = joinContext(chunks.slice(Math.max(0, chunk.ordinal - around), chunk.ordinal + around + 1));
      const chunkId = createHash('sha256')
        .update(JSON.stringify([path, chunk.ordinal, chunk.text]))
        .digest('hex')
        .slice(0, 32);
      return { chunkId, path, sourceSha256, mediaType, modifiedAt, chunk, context, score, parts };
    });
    return { passages, notices: [this.#notice, ...notices] };
  }

  sources(): Promise<readonly StoredSource[]> {
    const stored = this.#sources.map((source) => ({ ...source, chunks: source.chunks.length }));
    return Promise.resolve(stored.sort((left, right) => (left.path < right.path ? -1 : 1)));
  }

  read(path: string): Promise<KnowledgeSource | undefined> {
    return Promise.resolve(this.#sources.find((source) => source.path === path));
  }

  stats(): Promise<KnowledgeStats> {
    const texts = new Set(this.#folder.documents.map(({ pageContent }) => pageContent)).size;
    const vectors = this.#folder.documents.filter(({ row }) => row !== undefined).length;
    const space = this.#vectors?.embeddings.space ?? this.#folder.space;
    const facts = { vectors, missing: this.#passages.length - vectors, index: 'langchain', role: 'primary' } as const;
    const isInferred = this.#vectors?.certainty === 'inferred';
    return Promise.resolve({
      sources: this.#sources.length,
      chunks: this.#passages.length,
      texts,
      spaces: space === undefined ? [] : [{ ...facts, space, isInferred }],
      bytes: 0,
      isReadOnly: true,
    });
  }

  verify(): Promise<VerifyReport> {
    const { faults, documents } = this.#folder;
    const vectors = documents.filter(({ row }) => row !== undefined).length;
    const checked = { sources: this.#sources.length, chunks: documents.length, vectors };
    return Promise.resolve({ isSound: faults.length === 0, faults, rebuilt: [], checked });
  }

  close(): Promise<void> {
    return this.#folder.close();
  }

  get #notice(): string {
    const odd = this.#folder.faults.length;
    const faults = odd === 0 ? '' : `; ${odd} things in it do not agree`;
    return `${this.name} was written by LangChain and is read only${faults}: ${this.#remedy}`;
  }

  get #remedy(): string {
    if (this.purpose !== 'projects') return 'move the folder away to begin anew';
    return `\`wooster projects import ${this.name} --from ${this.location}\` makes a store beside it and leaves it as it is`;
  }

  #refuse(): Promise<never> {
    return Promise.reject(
      new UsageError(`${this.location} was written by LangChain and is never written to: ${this.#remedy}`),
    );
  }

  async #searchText(text: string, { limit, isAllowed }: Looking, signal: AbortSignal): Promise<readonly RankedRow[]> {
    this.#text ??= TextRanking.of(
      this.#folder.documents.map(({ pageContent }) => pageContent),
      signal,
    );
    try {
      return (await this.#text).search(text, limit, isAllowed);
    } catch (error) {
      this.#text = undefined;
      throw error;
    }
  }

  async #searchVectors(
    query: KnowledgeQuery,
    { limit, isAllowed }: Looking,
    signal: AbortSignal,
  ): Promise<VectorFindings> {
    if (query.mode === 'text') return { spaces: [], notices: [] };
    const ranking = this.#vectors ?? (await vectorRankingOf(this.#folder, this.#model, signal));
    if (typeof ranking === 'string') return { spaces: [], notices: [ranking] };
    this.#vectors = ranking;
    const notices = ranking.fault === undefined ? [] : [ranking.fault];
    const [vector] = await ranking.embeddings.embed([query.text], { role: 'query', signal });
    if (vector === undefined) return { spaces: [], notices };
    const rows = await ranking.search(vector, limit, isAllowed, signal);
    return { spaces: [{ spaceId: ranking.embeddings.space.spaceId, rows }], notices };
  }
}

interface Looking {
  readonly limit: number;
  readonly isAllowed: (number: number) => boolean;
}

interface VectorFindings {
  readonly spaces: readonly { readonly spaceId: string; readonly rows: readonly RankedRow[] }[];
  readonly notices: readonly string[];
}

function accepts(filter: KnowledgeFilter | undefined, { path, mediaType, modifiedAt }: KnowledgeSource): boolean {
  const { pathPrefix = '', mediaTypes, modifiedAfter = -Infinity, modifiedBefore = Infinity } = filter ?? {};
  const isOfType = (type: string): boolean =>
    type.endsWith('/*') ? mediaType.startsWith(type.slice(0, -1)) : mediaType === type;
  const isInTime = modifiedAt > modifiedAfter && modifiedAt < modifiedBefore;
  return isInTime && path.startsWith(pathPrefix) && (mediaTypes === undefined || mediaTypes.some(isOfType));
}
