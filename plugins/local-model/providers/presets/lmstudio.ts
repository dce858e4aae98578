import { isWoosterError } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import type { ListedModel } from '../../client/dialects/dialect.ts';
import {
  asList,
  asNumber,
  asObject,
  asObjects,
  asText,
  defined,
  type JsonFields,
} from '../../client/dialects/json-fields.ts';
import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import { lazyLifecycle } from '../../lifecycle/lazy-lifecycle.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

function capabilitiesOf(model: JsonFields): string[] {
  if (model.type === 'embeddings') return ['embedding'];
  const words = asList(model.capabilities).map(String);
  return ['completion', ...(model.type === 'vlm' ? ['vision'] : []), ...words];
}

async function nativeModels(client: LocalModelClient, call: ClientCall): Promise<readonly JsonFields[]> {
  return asObjects(asObject(await client.read('/api/v0/models', call))?.data);
}

/** Size and parameters, which only the routes of 0.4 tell (`/api/v1/models`); before it nobody does. */
async function sizes(client: LocalModelClient, call: ClientCall): Promise<ReadonlyMap<string, Partial<ListedModel>>> {
  const list = await client.read('/api/v1/models', call).then(asObject, (error: unknown) => {
    if (call.signal.aborted || !isWoosterError(error)) throw error;
    return undefined;
  });
  return new Map(
    asObjects(list?.models).map((model) => [
      asText(model.key) ?? '',
      defined({ sizeBytes: asNumber(model.size_bytes), parameterCount: asText(model.params_string) }),
    ]),
  );
}

/** `/api/v0/models` tells kind, window, quantisation and whether a model is in memory; `/v1/models` only its name. */
async function describeModels(
  client: LocalModelClient,
  listed: readonly ListedModel[],
  call: ClientCall,
): Promise<readonly ListedModel[]> {
  const [models, sized] = await Promise.all([nativeModels(client, call), sizes(client, call)]);
  const native = new Map(models.map((model) => [asText(model.id), model]));
  return listed.map((model) => {
    const more = native.get(model.id);
    if (more === undefined) return { ...model, ...sized.get(model.id) };
    const facts = {
      contextTokens: asNumber(more.loaded_context_length) ?? asNumber(more.max_context_length),
      quantization: asText(more.quantization),
      capabilities: capabilitiesOf(more),
      isLoaded: more.state === undefined ? undefined : more.state === 'loaded',
    };
    return { ...model, ...defined(facts), ...sized.get(model.id) };
  });
}

/** LM Studio: loads models when they are asked for; a single loaded model answers to any name. */
export const lmstudio = definePreset({
  id: 'lmstudio',
  title: 'LM Studio',
  engine: 'lmstudio',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:1234',
  knownEnv: ['LMSTUDIO_BASE_URL', 'LM_STUDIO_BASE_URL', 'LMSTUDIO_API_KEY'],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS.lmstudio,
  startHint: 'start the server in its developer page, or with "lms server start"',
  pullHint: (model) => `load it with "lms load ${model}", or fetch it with "lms get ${model}"`,
  engineCapabilities: { json: true },
  hasStrictModelNames: true,
  describeModels,
  isLoaded: async (client, model, call) => {
    const found = (await nativeModels(client, call)).find(({ id }) => id === model);
    return found?.state === undefined ? undefined : found.state === 'loaded';
  },
  lifecycle: lazyLifecycle(
    ['load', 'unload', 'loaded', 'pull'],
    async () => (await import('../../lifecycle/engines/lmstudio-lifecycle.ts')).lmstudioLifecycle,
    {
      evictionRemedy:
        'turn off auto-evict for models that are loaded when asked for (LM Studio, developer page), or load both by hand',
    },
  ),
});
