import type { KnowledgeStore } from '../../contracts/knowledge/knowledge-store.ts';
import type { KnowledgeVectorStore, VectorStoreOptions } from './knowledge-vector-store.ts';

/** A knowledge store as LangChain's VectorStore, whose classes are loaded now. UsageError where its embeddings are off. */
export async function toVectorStore(
  store: KnowledgeStore,
  options: VectorStoreOptions = {},
): Promise<KnowledgeVectorStore> {
  const { KnowledgeVectorStore: View } = await import('./knowledge-vector-store.ts');
  return View.fromExistingStore(store, options);
}
