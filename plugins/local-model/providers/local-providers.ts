import type { ProviderDescriptor } from 'wooster';
import { embedded, type EmbeddedPort } from './embedded.ts';
import { llamacpp } from './llamacpp.ts';
import { lmstudio } from './lmstudio.ts';
import { localai } from './localai.ts';
import { mlx } from './mlx.ts';
import { ollama } from './ollama.ts';
import { openAICompatible } from './openai-compatible.ts';
import { vllm } from './vllm.ts';

/** The kinds of local providers that are built in: the servers, and what runs inside Wooster. */
export function localProviders(runtime: EmbeddedPort): readonly ProviderDescriptor[] {
  return [ollama, llamacpp, lmstudio, mlx, localai, vllm, openAICompatible, embedded(runtime)];
}
