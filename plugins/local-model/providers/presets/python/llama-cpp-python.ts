import { openAIDialect } from '../../../client/dialects/openai-dialect.ts';
import { ENGINE_QUIRKS } from '../../server/engine-quirks.ts';
import { definePreset } from '../../server/preset.ts';

/**
 * The server of llama-cpp-python: answers any name with its default model, and breaks off a stream when another request
 * comes, unless it is started with `--interrupt_requests false`.
 */
export const llamaCppPython = definePreset({
  id: 'llama-cpp-python',
  title: 'the server of llama-cpp-python',
  engine: 'llama-cpp-python',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8000',
  knownEnv: [],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS['llama-cpp-python'],
  startHint: 'start it with "python -m llama_cpp.server --model <model.gguf> --interrupt_requests false"',
  pullHint: (model) => `start it with the model: "python -m llama_cpp.server --model ${model}"`,
  hasStrictModelNames: false,
});
