import { openAIDialect } from '../../../client/dialects/openai-dialect.ts';
import { ENGINE_QUIRKS } from '../../server/engine-quirks.ts';
import { definePreset } from '../../server/preset.ts';

/** mlx-vlm: models that see, on Apple's framework. It loads whatever model it is asked for. */
export const mlxVlm = definePreset({
  id: 'mlx-vlm',
  title: 'mlx-vlm',
  engine: 'mlx-vlm',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8080',
  knownEnv: [],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS['mlx-vlm'],
  startHint: 'start it with "mlx_vlm.server --model <model>"',
  pullHint: (model) => `check the name; it is loaded from the hub: "mlx_vlm.server --model ${model}"`,
  hasStrictModelNames: false,
});
