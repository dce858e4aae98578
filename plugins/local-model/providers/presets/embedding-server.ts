import { join } from 'node:path';
import { hostPackage, isSameEmbedder } from 'wooster';
import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** The embedding server that comes with Wooster (`pnpm embedding-server`). It has no chat. */
export const embeddingServer = definePreset({
  id: 'embedding-server',
  title: 'the embedding server',
  engine: 'embedding-server',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8001',
  knownEnv: ['EMBEDDING_SERVER_PORT', 'EMBEDDING_SERVER_API_KEY'],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS['embedding-server'],
  startHint: 'start it with "pnpm embedding-server"',
  startCommand: ({ host, port }) => {
    const script = join(hostPackage().directory, 'scripts', 'start_embedding_server.sh');
    return ['bash', script, '--host', host, '--port', String(port)];
  },
  pullHint: (model) =>
    `put ${model} into its models folder (LOCAL_EMBEDDING_MODELS_DIR), or start it with --allow-download`,
  engineCapabilities: { embed: true, chat: false, tools: false, vision: false, json: false },
  hasStrictModelNames: true,
  isSameModel: isSameEmbedder,
});
