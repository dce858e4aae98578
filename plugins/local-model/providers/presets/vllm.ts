import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** vLLM: one model a server; its list tells the window (`max_model_len`). It refuses connections until it is loaded. */
export const vllm = definePreset({
  id: 'vllm',
  title: 'vLLM',
  engine: 'vllm',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8000',
  knownEnv: ['VLLM_BASE_URL', 'VLLM_API_KEY'],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS.vllm,
  startHint: 'start it with "vllm serve <model>" and wait until it is loaded',
  pullHint: (model) => `start it with the model: "vllm serve ${model}"`,
  engineCapabilities: { json: true },
  hasStrictModelNames: true,
});
