import type { CatalogueSource } from 'wooster';

/** The models that people run on their own machines; read with the first list of models, not at the start. */
export const LOCAL_CATALOGUE: CatalogueSource = {
  id: 'local-models',
  async load() {
    const { LLAMA_MODELS } = await import('./llama-models.ts');
    const { QWEN25_MODELS } = await import('./qwen25-models.ts');
    const { QWEN3_MODELS } = await import('./qwen3-models.ts');
    const { GEMMA_MODELS } = await import('./gemma-models.ts');
    const { MISTRAL_MODELS } = await import('./mistral-models.ts');
    const { REASONING_MODELS } = await import('./reasoning-models.ts');
    const { SMALL_MODELS } = await import('./small-models.ts');
    const chat = [LLAMA_MODELS, QWEN25_MODELS, QWEN3_MODELS, GEMMA_MODELS, MISTRAL_MODELS];
    return [...chat, REASONING_MODELS, SMALL_MODELS].flat();
  },
};
