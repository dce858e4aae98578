import type { KnowledgeStore } from '../../contracts/knowledge/knowledge-store.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import type { LangChainExport } from './export-langchain.ts';
import type { LangChainImport } from './import-langchain.ts';

/**
 * Writes one space of a store as the folder that LangChain's `FaissStore.load` reads; the folder appears whole or not at
 * all, and a used one is a UsageError. E_STORE_MISMATCH for a space the store does not hold.
 */
export async function exportLangChain(
  store: KnowledgeStore,
  spaceId: string,
  folder: string,
  signal: AbortSignal,
): Promise<LangChainExport> {
  const { exportLangChain: write } = await import('./export-langchain.ts');
  return write(store, spaceId, folder, { signal });
}

/**
 * Takes the documents of a LangChain folder into a store, with their vectors where it is known whose they are; the folder
 * is left as it is. Documents whose vector was not taken wait for `embedMissing`.
 */
export async function importLangChain(
  folder: string,
  store: KnowledgeStore,
  options: { readonly embeddings?: SpaceBoundEmbeddings; readonly signal: AbortSignal },
): Promise<LangChainImport> {
  const { importLangChain: take } = await import('./import-langchain.ts');
  return take(folder, store, options);
}
