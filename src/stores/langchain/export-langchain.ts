import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError, StorageFullError, StoreError } from '../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { KnowledgeStore } from '../../contracts/knowledge/knowledge-store.ts';
import type { PassageVector, VectorAccess } from '../../contracts/knowledge/vector-access.ts';
import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { DISK, makeLastingFolder, type FileLayer, type WrittenFile } from '../../kernel/files/file-layer.ts';
import { partOf, sweepParts } from '../../kernel/files/part-files.ts';
import { writeLasting } from '../../kernel/files/write-whole.ts';
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
  readonly #file: WrittenFile;
  #block = '';

  constructor(file: WrittenFile) {
    this.#file = file;
  }

  async write(text: string): Promise<void> {
    this.#block += text;
    if (this.#block.length >= BLOCK_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    const block = this.#block;
    this.#block = '';
    await this.#file.write(Buffer.from(block));
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
  const { space, signal, files } = request;
  const kind = { metric: 'l2', dimensions: space.dimensions } as const;
  const vectors = await FlatFileWriter.create(join(folder, INDEX_FILE), kind, files);
  const file = await files.create(join(folder, DOCSTORE_FILE));
  try {
    const count = await writeDocuments(access.read(space.spaceId, signal), vectors, new BlockWriter(file));
    await file.sync();
    await vectors.finish(true);
    await writeLasting(join(folder, SPACE_FILE), [Buffer.from(`${JSON.stringify({ space })}\n`)], files);
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
  readonly files: FileLayer;
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
  { signal, files = DISK }: { readonly signal: AbortSignal; readonly files?: FileLayer },
): Promise<LangChainExport> {
  const held = (await store.stats(signal)).spaces.find(({ space }) => space.spaceId === spaceId);
  const access = store.vectors;
  if (held === undefined || access === undefined) {
    const message = `the store ${store.name} at ${store.location} holds no vectors of the space ${spaceId}`;
    throw new StoreError('E_STORE_MISMATCH', message, { location: store.location });
  }
  await refuseUsed(folder);
  const beside = partOf(folder);
  try {
    await sweepParts(folder);
    await makeLastingFolder(dirname(folder), files, 0o700);
    await files.makeFolder(beside, 0o700);
    const documents = await fill(beside, access, { space: held.space, signal, files });
    await files.sync(beside);
    await files.rename(beside, folder);
    await files.sync(dirname(folder));
    return { folder, documents, space: held.space };
  } catch (error) {
    await files.removeFolder(beside).catch(() => undefined);
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
