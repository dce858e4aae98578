import type { DialectId } from '../protocol.ts';
import type { Dialect } from './dialect.ts';
import { anthropic } from './clouds/anthropic.ts';
import { gemini } from './clouds/gemini.ts';
import { openrouter } from './clouds/openrouter.ts';
import { embeddingServer } from './embedding-server.ts';
import { mlxOmniServer, mlxVlm } from './fastapi-mlx.ts';
import { infinity } from './infinity.ts';
import { llamaCppPython } from './llama-cpp-python.ts';
import { llamacpp } from './llamacpp/llamacpp.ts';
import { lmstudio } from './lmstudio.ts';
import { localai } from './localai.ts';
import { mlx } from './mlx.ts';
import { ollama } from './ollama/ollama.ts';
import { openai } from './openai.ts';
import { tei } from './tei.ts';
import { vllm } from './vllm.ts';

/** Every dialect by its id. */
export const dialects: Record<DialectId, Dialect> = {
  openai,
  anthropic,
  gemini,
  openrouter,
  ollama,
  mlx,
  'mlx-vlm': mlxVlm,
  'mlx-omni-server': mlxOmniServer,
  lmstudio,
  localai,
  llamacpp,
  'llama-cpp-python': llamaCppPython,
  vllm,
  tei,
  infinity,
  'embedding-server': embeddingServer,
};
