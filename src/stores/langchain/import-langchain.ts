import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { KnowledgeSource } from '../../contracts/knowledge/knowledge-source.ts';
import type { KnowledgeStore } from '../../contracts/knowledge/knowledge-store.ts';
import type { VectoredSource } from '../../contracts/knowledge/vector-access.ts';
import type { EmbeddingSpace, SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { embeddingTextOf } from '../../kernel/embedding-text.ts';
import { groupBySource, sourceOfPlaced, type PlacedDocument } from './group-documents.ts';
import { placeOf } from './langchain-document.ts';
import { readLangChain, type FolderDocument, type LangChainFolder } from './folder/read-langchain.ts';

/** Texts that are embedded again to see whether the model is the one the vectors are of. */
const SAMPLES = 5;
/** Cosine from which two vectors of a text are of one model; quantisation alone stays above. */
const SAME_MODEL_COSINE = 0.98;
const SOURCES_A_WRITE = 64;

/** How it is known what space the vectors are of. */
export type SpaceCertainty =
  /** The folder tells. */
  | 'recorded'
  /** The model made the same vectors of some of the texts. */
  | 'checked'
  /** The model could not be asked; only the dimensions agree. */
  | 'inferred';

/** What was taken from a folder. */
export interface LangChainImport {
  readonly sources: number;
  readonly documents: number;
  /** Vectors that were taken. */
  readonly vectors: number;
  /** Documents without a vector in the store's space, for `embedMissing`. */
  readonly toEmbed: number;
  readonly space?: EmbeddingSpace;
  readonly certainty?: SpaceCertainty;
  /** What did not agree, one line each. */
  readonly faults: readonly string[];
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, place) => sum + value * (right[place] ?? 0), 0);
}

/** Embeds some of the texts again: whether they come out as the vectors of the folder are. */
async function isSameModel(
  folder: LangChainFolder,
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<boolean> {
  const withVector = folder.documents.filter(({ row, pageContent }) => row !== undefined && pageContent.trim() !== '');
  const step = Math.max(1, Math.floor(withVector.length / SAMPLES));
  const samples = withVector.filter((_, at) => at % step === 0).slice(0, SAMPLES);
  const texts = samples.map((document) => embeddingTextOf(placeOf(document).chunk));
  const made = await embeddings.embed(texts, { role: 'document', signal });
  const cosines = await Promise.all(samples.map(async ({ row }, at) => cosine(made[at]!, await folder.vector(row!))));
  return cosines.every((value) => value >= SAME_MODEL_COSINE);
}

/** Name of the source of a document that tells none. */
export function nameOfDocument({ id }: Pick<FolderDocument, 'id'>): string {
  return `langchain/${id}`;
}

/** The space of the vectors of a folder, and how sure that is; a fault when they are of no space we can name. */
export async function spaceOfFolder(
  folder: LangChainFolder,
  embeddings: SpaceBoundEmbeddings | undefined,
  signal: AbortSignal,
): Promise<{ readonly space?: EmbeddingSpace; readonly certainty?: SpaceCertainty; readonly fault?: string }> {
  if (folder.space !== undefined) return { space: folder.space, certainty: 'recorded' };
  if (folder.dimensions === 0 || folder.documents.every(({ row }) => row === undefined)) return {};
  if (embeddings === undefined)
    return { fault: 'no embedding model is configured that the vectors could be of: they are not taken' };
  const { space } = embeddings;
  if (space.dimensions !== folder.dimensions) {
    const fault = `the vectors have ${folder.dimensions} dimensions, those of ${space.name} ${space.dimensions}: they are not taken, the texts are`;
    return { fault };
  }
  try {
    if (await isSameModel(folder, embeddings, signal)) return { space, certainty: 'checked' };
    return { fault: `the vectors are not those ${space.name} makes of the texts: they are not taken, the texts are` };
  } catch (error) {
    signal.throwIfAborted();
    // The model is out of reach; the dimensions are all there is to go by, and the store is told so.
    return {
      space,
      certainty: 'inferred',
      fault: `${space.name} could not be asked (${String(error)}): by their dimensions the vectors are taken for its own`,
    };
  }
}

async function withVectors(
  folder: LangChainFolder,
  source: KnowledgeSource,
  placed: readonly PlacedDocument<FolderDocument>[],
): Promise<VectoredSource> {
  const rows = placed.map(({ document }) => document.row);
  return {
    source,
    vectors: await Promise.all(rows.map(async (row) => (row === undefined ? undefined : folder.vector(row)))),
  };
}

/**
 * Takes the documents of a LangChain folder into a store, with their vectors where it is known whose they are: told by
 * the folder, or those `embeddings` (the store's own unless given) makes. The folder is left as it is. Documents whose
 * vector was not taken wait for `embedMissing`.
 */
export async function importLangChain(
  folder: string,
  store: KnowledgeStore,
  { embeddings, signal }: { readonly embeddings?: SpaceBoundEmbeddings; readonly signal: AbortSignal },
): Promise<LangChainImport> {
  const { vectors: access } = store;
  if (store.isReadOnly || access === undefined) {
    throw new StoreError('E_STORE_MISMATCH', `the store ${store.name} takes no vectors`, { location: store.location });
  }
  const opened = await readLangChain(folder, signal);
  try {
    const model = embeddings ?? (await store.embeddings(signal));
    const found = await spaceOfFolder(opened, model, signal);
    // A model that stands in for the wanted one does not become the store's own by what it made earlier.
    const isFallback = model?.isStandIn === true && model.space.spaceId === found.space?.spaceId;
    const sources = [...groupBySource(opened.documents, nameOfDocument)];
    for (let first = 0; first < sources.length; first += SOURCES_A_WRITE) {
      signal.throwIfAborted();
      const some = sources.slice(first, first + SOURCES_A_WRITE);
      const vectored = await Promise.all(
        some.map(([path, placed]) => withVectors(opened, sourceOfPlaced(path, placed, opened.modifiedAt), placed)),
      );
      if (found.space === undefined)
        await store.add(
          vectored.map(({ source }) => source),
          signal,
          { isTextOnly: true },
        );
      else {
        const target = { space: found.space, isInferred: found.certainty === 'inferred', isFallback };
        await access.add(vectored, target, signal);
      }
    }
    const documents = opened.documents.length;
    const vectors = found.space === undefined ? 0 : opened.documents.filter(({ row }) => row !== undefined).length;
    const faults = [...opened.faults, ...(found.fault === undefined ? [] : [found.fault])];
    return { ...found, sources: sources.length, documents, vectors, toEmbed: documents - vectors, faults };
  } finally {
    await opened.close();
  }
}
