import { isSameEmbedder, type EmbedderFacts, type Pooling } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import type { ListedModel } from '../../client/dialects/dialect.ts';
import { asList, asNumber, asObject, asObjects, asText, type JsonFields } from '../../client/dialects/json-fields.ts';
import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

const POOLINGS: readonly Pooling[] = ['mean', 'cls', 'last-token', 'unknown'];

/** `meta` of a listed model, as `scripts/embedding_server` writes it. */
function factsOf(id: string, meta: JsonFields): EmbedderFacts {
  const sha256 = asText(meta.sha256);
  return {
    name: asText(meta.name) ?? id,
    digest: sha256 === undefined ? undefined : `sha256:${sha256}`,
    dimensions: asNumber(meta.dimensions),
    maxTokens: asNumber(meta.max_tokens),
    pooling: POOLINGS.find((pooling) => pooling === meta.pooling) ?? 'unknown',
    isNormalized: meta.normalized === true,
    queryPrefix: asText(meta.query_prefix) ?? '',
    documentPrefix: asText(meta.document_prefix) ?? '',
    quantization: asText(meta.quantization) ?? 'unknown',
    shorterDimensions: asList(meta.shorter_dimensions).flatMap((length) => asNumber(length) ?? []),
  };
}

/** The list tells all that makes the space of a model; whatever it serves embeds and does nothing else. */
async function describeModels(
  client: LocalModelClient,
  listed: readonly ListedModel[],
  call: ClientCall,
): Promise<readonly ListedModel[]> {
  const list = asObject(await client.read('/v1/models', call));
  const metas = new Map(asObjects(list?.data).map(({ id, meta }) => [id, asObject(meta)]));
  return listed.map((model) => {
    const meta = metas.get(model.id);
    const embeds = { ...model, capabilities: ['embedding'] };
    if (meta === undefined) return embeds;
    const embedder = factsOf(model.id, meta);
    const { digest, quantization, dimensions, maxTokens: contextTokens } = embedder;
    return { ...embeds, embedder, digest, weightsDigest: digest, quantization, dimensions, contextTokens };
  });
}

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
  pullHint: (model) =>
    `put ${model} into its models folder (LOCAL_EMBEDDING_MODELS_DIR), or start it with --allow-download`,
  engineCapabilities: { embed: true, chat: false, tools: false, vision: false, json: false },
  hasStrictModelNames: true,
  isSameModel: isSameEmbedder,
  describeModels,
});
