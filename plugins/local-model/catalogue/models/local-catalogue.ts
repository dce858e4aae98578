import type { CatalogueSource } from 'wooster';

/** The models that people run on their own machines; read with the first list of models, not at the start. */
export const LOCAL_CATALOGUE: CatalogueSource = {
  id: 'local-models',
  async load() {
    const families = await Promise.all([
      import('./llama-models.ts').then(({ LLAMA_MODELS }) => LLAMA_MODELS),
      import('./qwen25-models.ts').then(({ QWEN25_MODELS }) => QWEN25_MODELS),
      import('./qwen3-models.ts').then(({ QWEN3_MODELS }) => QWEN3_MODELS),
      import('./gemma-models.ts').then(({ GEMMA_MODELS }) => GEMMA_MODELS),
      import('./mistral-models.ts').then(({ MISTRAL_MODELS }) => MISTRAL_MODELS),
      import('./reasoning-models.ts').then(({ REASONING_MODELS }) => REASONING_MODELS),
      import('./small-models.ts').then(({ SMALL_MODELS }) => SMALL_MODELS),
    ]);
    return families.flat();
  },
};
