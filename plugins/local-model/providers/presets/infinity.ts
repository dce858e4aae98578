import { infinityDialect } from '../../client/dialects/embedding-dialects.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** infinity: several embedding models a server, no chat. */
export const infinity = definePreset({
  id: 'infinity',
  title: 'infinity',
  engine: 'infinity',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:7997',
  knownEnv: ['INFINITY_BASE_URL'],
  dialect: infinityDialect,
  quirks: ENGINE_QUIRKS.infinity,
  startHint: 'start it with "infinity_emb v2 --model-id <model>"',
  pullHint: (model) => `start it with the model: "infinity_emb v2 --model-id ${model}"`,
  engineCapabilities: { chat: false, tools: false, vision: false, json: false },
  hasStrictModelNames: true,
});
