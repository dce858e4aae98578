import type { EmbeddingsFactory } from '../../../contracts/models/embedding-model.ts';
import type { OpenLegacyStore } from '../../create-knowledge-stores.ts';
import { ownerOf } from '../../store-owner.ts';

/**
 * Opens folders of LangChain's FaissStore that lie where stores do, read-only: searched by words, and by vectors where the
 * configured model is found to be theirs. Models are asked when a search needs them, not before.
 */
export function legacyOpener(embeddings: () => EmbeddingsFactory): OpenLegacyStore {
  return async (identity, signal) => {
    const { readLangChain } = await import('../folder/read-langchain.ts');
    const { LegacyStore } = await import('./legacy-store.ts');
    const folder = await readLangChain(identity.location, signal);
    return new LegacyStore(identity, folder, (wanting) =>
      embeddings().for(identity.purpose, wanting, ownerOf(identity)),
    );
  };
}
