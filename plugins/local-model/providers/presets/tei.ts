import { teiDialect } from '../../client/dialects/embedding-dialects.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** text-embeddings-inference: one embedding model a server, no chat. */
export const tei = definePreset({
  id: 'tei',
  title: 'text-embeddings-inference',
  engine: 'tei',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:3000',
  knownEnv: ['TEI_BASE_URL'],
  dialect: teiDialect,
  quirks: ENGINE_QUIRKS.tei,
  startHint: 'start it with "text-embeddings-router --model-id <model> --port 3000"',
  pullHint: (model) => `start it with the model: "text-embeddings-router --model-id ${model}"`,
  engineCapabilities: { chat: false, tools: false, vision: false, json: false, embed: true },
  hasStrictModelNames: false,
});
