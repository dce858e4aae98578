import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import { FileAccessError, StoreError } from '../../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../../contracts/errors/wooster-error.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { toCancellation } from '../../../kernel/http/cancellation.ts';
import { unitVector } from '../../../kernel/embedding-vectors.ts';
import { systemCode } from '../../../kernel/system-code.ts';
import { DOCSTORE_FILE, kindOfFolder, SPACE_FILE, type FolderKind } from './folder-files.ts';
import { IndexReader } from './index-reader.ts';
import { readJsonDocstore } from './json-docstore.ts';
import type { PlainDocument } from '../langchain-document.ts';
import { matchRows } from './match-rows.ts';
import { readPythonDocstore } from '../python/python-docstore.ts';

/** A document of a folder and the row of its vector, where it has one that can be trusted. */
export interface FolderDocument extends PlainDocument {
  readonly id: string;
  readonly row: number | undefined;
}

/** A folder that LangChain's FaissStore wrote. */
export interface LangChainFolder {
  readonly folder: string;
  /** 0 where there is no index that can be read. */
  readonly dimensions: number;
  readonly documents: readonly FolderDocument[];
  /** What does not agree and what becomes of it, one line each. */
  readonly faults: readonly string[];
  /** Told only by folders that Wooster wrote. */
  readonly space: EmbeddingSpace | undefined;
  /** Milliseconds since 1970: when the folder was last written. */
  readonly modifiedAt: number;
  /** The vector of a row, of length 1. */
  vector(row: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The space a folder of ours tells; anything odd counts as not told. */
async function readSpace(folder: string, dimensions: number): Promise<EmbeddingSpace | undefined> {
  try {
    const { space } = JSON.parse(await readFile(join(folder, SPACE_FILE), 'utf8')) as { space: EmbeddingSpace };
    const isOfIndex = space.dimensions === dimensions && typeof space.spaceId === 'string';
    return isOfIndex && typeof space.weights === 'string' && typeof space.name === 'string' ? space : undefined;
  } catch {
    return undefined;
  }
}

async function openIndex(path: string): Promise<IndexReader | string> {
  try {
    return await IndexReader.open(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'it is missing';
    throw error;
  }
}

const READERS = { javascript: readJsonDocstore, python: readPythonDocstore } as const;

async function readFolder(folder: string, kind: FolderKind, signal: AbortSignal): Promise<LangChainFolder> {
  const path = join(folder, kind.docstore);
  const { documents, mapping, faults } = await READERS[kind.writer](path, signal);
  const { mtimeMs: modifiedAt } = await stat(path);
  const index = await openIndex(join(folder, kind.index));
  if (typeof index === 'string') {
    const fault = `${kind.index} is not used: ${index}; every document is to be embedded anew`;
    return {
      folder,
      dimensions: 0,
      faults: [...faults, fault],
      space: undefined,
      modifiedAt,
      documents: documents.map((document) => ({ ...document, row: undefined })),
      vector: () => Promise.reject(new RangeError('there are no vectors')),
      close: () => Promise.resolve(),
    };
  }
  try {
    const { dimensions, count } = index.header;
    const norms = await index.norms(signal);
    const match = matchRows({ ids: documents.map(({ id }) => id), mapping, count, norms });
    return {
      folder,
      dimensions,
      faults: [...faults, ...match.faults],
      modifiedAt,
      space: await readSpace(folder, dimensions),
      documents: documents.map((document) => ({ ...document, row: match.rows.get(document.id) })),
      vector: async (row) => unitVector(await index.read(row, 1)),
      close: () => index.close(),
    };
  } catch (error) {
    await index.close();
    throw error;
  }
}

/**
 * Reads a folder that LangChain's FaissStore wrote, for JavaScript or for Python: what its two files agree on is taken,
 * the rest told in `faults`. Nothing in it is run. A folder that is none is a UsageError, a docstore that cannot be
 * understood a StoreError E_STORE_CORRUPT. Documents are held in memory, vectors are read when asked for.
 */
export async function readLangChain(folder: string, signal: AbortSignal): Promise<LangChainFolder> {
  const kind = await kindOfFolder(folder);
  if (kind === undefined) {
    throw new UsageError(
      `${folder} holds no ${DOCSTORE_FILE} and no index.pkl: it is no folder of LangChain's FaissStore`,
    );
  }
  try {
    return await readFolder(folder, kind, signal);
  } catch (error) {
    if (isWoosterError(error)) throw error;
    if (signal.aborted) throw toCancellation(signal);
    const code = systemCode(error);
    if (code !== undefined)
      throw new FileAccessError(`${folder} cannot be read: ${code}`, { path: folder, cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError('E_STORE_CORRUPT', `${join(folder, kind.docstore)} cannot be read: ${reason}`, {
      location: folder,
      cause: error,
    });
  }
}
