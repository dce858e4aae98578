import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import { lazyLifecycle } from '../../lifecycle/lazy-lifecycle.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** mlx_lm.server: Apple's models in Python's own HTTP server. It loads any model it is asked for and has no embeddings. */
export const mlx = definePreset({
  id: 'mlx',
  title: 'mlx_lm.server',
  engine: 'mlx',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8080',
  knownEnv: ['MLX_BASE_URL', 'LOCALMLX_BASE_URL'],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS.mlx,
  startHint: 'start it with "mlx_lm.server --model <model>"',
  startCommand: ({ host, port, model }) =>
    model === undefined ? undefined : ['mlx_lm.server', '--model', model, '--host', host, '--port', String(port)],
  startNeeds: 'its model',
  pullHint: (model) => `check the name; it is loaded from the hub: "mlx_lm.server --model ${model}"`,
  engineCapabilities: { embed: false, json: false, vision: false },
  hasStrictModelNames: false,
  lifecycle: lazyLifecycle(
    ['pull'],
    async () => (await import('../../lifecycle/engines/mlx-lifecycle.ts')).mlxLifecycle,
    {
      evictionRemedy: 'run a second mlx_lm.server on another port, since one keeps one model',
      couldPull: (name) => name.split('/').length === 2,
    },
  ),
});
