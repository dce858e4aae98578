import { openAIDialect } from '../../../client/dialects/openai-dialect.ts';
import { ENGINE_QUIRKS } from '../../server/engine-quirks.ts';
import { definePreset } from '../../server/preset.ts';

/** mlx-omni-server: chat and embeddings of the models in the hub's cache, each loaded when it is asked for. */
export const mlxOmniServer = definePreset({
  id: 'mlx-omni-server',
  title: 'mlx-omni-server',
  engine: 'mlx-omni-server',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:10240',
  knownEnv: [],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS['mlx-omni-server'],
  startHint: 'start it with "mlx-omni-server"',
  pullHint: (model) => `fetch it into the cache of the hub: "hf download ${model}"`,
  hasStrictModelNames: false,
});
