import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import { definePreset } from '../server/preset.ts';

/** Any server of the OpenAI wire. It takes the quirks of the engine it turns out to be, and is cloud until declared local. */
export const openAICompatible = definePreset({
  id: 'openai-compatible',
  title: 'an OpenAI-compatible server',
  locality: 'undeclared',
  knownEnv: ['LOCALMLX_BASE_URL', 'LOCAL_LLM_BASE_URL'],
  dialect: openAIDialect,
  quirks: [],
  startHint: 'start the server that is configured there',
  pullHint: (model) => `choose one of its models; ${model} is not among them`,
  hasStrictModelNames: false,
});
