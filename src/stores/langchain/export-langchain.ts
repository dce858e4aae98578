import { mkdir, open, readdir, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError, StorageFullError, StoreError } from '../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { KnowledgeStore } from '../../contracts/knowledge/knowledge-store.ts';
import type { PassageVector, VectorAccess } from '../../contracts/knowledge/vector-access.ts';
import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { isDiskFull, systemCode } from '../../kernel/system-code.ts';
import { FlatFileWriter } from '../indexes/faiss/flat-file-writer.ts';
import { DOCSTORE_FILE, INDEX_FILE, SPACE_FILE } from './folder/folder-files.ts';
import { toDocument } from './langchain-document.ts';

/** Characters that are gathered before they are written. */
const BLOCK_CHARACTERS = 1 << 20;

/** What was written. */
export interface LangChainExport {
  readonly folder: string;
  readonly documents: number;
  readonly space: EmbeddingSpace;
}

/** Writes text in blocks: the whole of a large docstore is longer than a string may be. */
class BlockWriter {
  readonly #file: FileHandle;
  #block = '';

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(text: string): Promise<void> {
    this.#block += text;
    if (this.#block.length >= BLOCK_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    const block = this.#block;
    this.#block = '';
    await this.#file.appendFile(block);
  }
}

async function writeDocuments(
  batches: AsyncIterable<readonly PassageVector[]>,
  vectors: FlatFileWriter,
  docstore: BlockWriter,
): Promise<number> {
  const ids: string[] = [];
  await docstore.write('[[');
  for await (const batch of batches) {
    for (const passage of batch) {
      await vectors.append(passage.vector);
      const entry = JSON.stringify([passage.chunkId, toDocument(passage)]);
      await docstore.write(`${ids.length === 0 ? '' : ','}${entry}`);
      ids.push(passage.chunkId);
    }
  }
  await docstore.write('],{');
  for (const [row, id] of ids.entries()) await docstore.write(`${row === 0 ? '' : ','}"${row}":${JSON.stringify(id)}`);
  await docstore.write('}]');
  await docstore.flush();
  return ids.length;
}

async function fill(folder: string, access: VectorAccess, request: ExportRequest): Promise<number> {
  const { space, signal } = request;
  const vectors = await FlatFileWriter.create(join(folder, INDEX_FILE), { metric: 'l2', dimensions: space.dimensions });
  const file = await open(join(folder, DOCSTORE_FILE), 'wx', 0o600);
  try {
    const count = await writeDocuments(access.read(space.spaceId, signal), vectors, new BlockWriter(file));
    await file.sync();
    await vectors.finish(true);
    await writeFile(join(folder, SPACE_FILE), `${JSON.stringify({ space })}\n`, { flush: true, mode: 0o600 });
    return count;
  } catch (error) {
    await vectors.abandon();
    throw error;
  } finally {
    await file.close();
  }
}

interface ExportRequest {
  readonly space: EmbeddingSpace;
  readonly signal: AbortSignal;
}

async function refuseUsed(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  if (entries.length > 0)
    throw new UsageError(`${folder} is not empty; give the name of a folder that is not there yet`);
}

/**
 * Writes one space of a store as the folder that LangChain's `FaissStore.load` reads: vectors as faiss writes them,
 * documents and their order. The folder appears whole or not at all; a used one is a UsageError. E_STORE_MISMATCH for a
 * space the store does not hold, E_DISK_FULL and E_FILE from the file system.
 */
export async function exportLangChain(
  store: KnowledgeStore,
  spaceId: string,
  folder: string,
  signal: AbortSignal,
): Promise<LangChainExport> {
  const held = (await store.stats(signal)).spaces.find(({ space }) => space.spaceId === spaceId);
  const access = store.vectors;
  if (held === undefined || access === undefined) {
    const message = `the store ${store.name} at ${store.location} holds no vectors of the space ${spaceId}`;
    throw new StoreError('E_STORE_MISMATCH', message, { location: store.location });
  }
  await refuseUsed(folder);
  const beside = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  try {
    await rm(beside, { recursive: true, force: true });
    await mkdir(beside, { recursive: true, mode: 0o700 });
    const documents = await fill(beside, access, { space: held.space, signal });
    await rename(beside, folder);
    return { folder, documents, space: held.space };
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw translate(error, folder);
  }
}

function translate(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (isWoosterError(error) || code === undefined) return error;
  if (isDiskFull(error)) {
    return new StorageFullError(`no room to write ${path}; make room on that disk`, { cause: error });
  }
  return new FileAccessError(`${path} cannot be written: ${code}`, { path, cause: error });
}
