import { EmbeddingsDouble } from '../doubles/embeddings-double.ts';
import { describeKnowledgeStore } from '../contracts/knowledge-store.ts';
import { limit, StoreRig } from './support/store-rig.ts';

describeKnowledgeStore(
  'sqlite',
  async (sources) => {
    const rig = new StoreRig();
    const model = new EmbeddingsDouble();
    const store = await rig.open(model);
    await store.add(sources, limit());
    return { store, embedded: () => model.embedded, reopen: () => rig.open(model), dispose: () => rig.dispose() };
  },
  { canWrite: true, hasFullText: true, keepsEverything: true },
);
