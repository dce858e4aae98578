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
import { ollamaDialect } from '../../client/dialects/ollama-dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import { lazyLifecycle } from '../../lifecycle/lazy-lifecycle.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** At most so many models are asked about one by one, on servers whose list does not tell what they can do. */
const MAX_SHOWN = 64;

async function running(client: LocalModelClient, call: ClientCall): Promise<ReadonlyMap<string, JsonFields>> {
  const models = asObjects(asObject(await client.read('/api/ps', call))?.models);
  return new Map(models.map((model) => [asText(model.model) ?? asText(model.name) ?? '', model]));
}

/** `/api/show` tells window and capabilities, which the lists of servers before 0.30 leave out, and the weights. */
async function show(client: LocalModelClient, model: ListedModel, call: ClientCall): Promise<ListedModel> {
  const shown = asObject(await client.read('/api/show', call, { model: model.id }));
  const facts = asObject(shown?.model_info) ?? {};
  const architecture = asText(facts['general.architecture']) ?? '';
  const words = Array.isArray(shown?.capabilities) ? asList(shown.capabilities).map(String) : undefined;
  const told = {
    contextTokens: asNumber(facts[`${architecture}.context_length`]),
    dimensions: asNumber(facts[`${architecture}.embedding_length`]),
    capabilities: words,
    remoteHost: asText(shown?.remote_host),
    weightsDigest: weightsDigest(asText(shown?.modelfile)),
  };
  return { ...model, ...defined(told) };
}

/** The file of the weights is named by its digest in the Modelfile; the digest of the list is that of the manifest. */
function weightsDigest(modelfile: string | undefined): string | undefined {
  const hex = /^FROM\s.*sha256[-:](?<hex>[0-9a-f]{64})\s*$/m.exec(modelfile ?? '')?.groups?.hex;
  return hex && `sha256:${hex}`;
}

/** Old lists lack what a model can do; of an embedding model the weights are wanted, which no list names. */
function needsShow({ capabilities }: ListedModel): boolean {
  return capabilities === undefined || capabilities.includes('embedding');
}

/** The window in use is that of the loaded model, which may be smaller than what the model was trained for. */
async function describeModels(
  client: LocalModelClient,
  listed: readonly ListedModel[],
  call: ClientCall,
): Promise<readonly ListedModel[]> {
  const loaded = await running(client, call);
  const described: ListedModel[] = [];
  for (const [position, model] of listed.entries()) {
    const whole = needsShow(model) && position < MAX_SHOWN ? await show(client, model, call) : model;
    const window = asNumber(loaded.get(model.id)?.context_length);
    described.push({ ...whole, ...defined({ contextTokens: window }), isLoaded: loaded.has(model.id) });
  }
  return described;
}

/** Ollama, over its own wire, which alone carries window, thinking and tool names. */
export const ollama = definePreset({
  id: 'ollama',
  title: 'Ollama',
  engine: 'ollama',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:11434',
  knownEnv: ['OLLAMA_HOST', 'OLLAMA_BASE_URL', 'OLLAMA_MODEL'],
  dialect: ollamaDialect,
  quirks: ENGINE_QUIRKS.ollama,
  startHint: 'start it with "ollama serve"',
  startCommand: () => ['ollama', 'serve'],
  startEnvironment: ({ host, port }) => ({ OLLAMA_HOST: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` }),
  pullHint: (model) => `fetch it with "ollama pull ${model}"`,
  engineCapabilities: { json: true },
  hasStrictModelNames: true,
  canRunElsewhere: true,
  describeModels,
  isLoaded: async (client, model, call) => {
    const loaded = await running(client, call);
    return loaded.has(model) || loaded.has(`${model}:latest`);
  },
  lifecycle: lazyLifecycle(
    ['load', 'unload', 'loaded', 'pull'],
    async () => (await import('../../lifecycle/engines/ollama-lifecycle.ts')).ollamaLifecycle,
    {
      evictionRemedy:
        'start Ollama with OLLAMA_MAX_LOADED_MODELS=2 or more, or set keepAlive of the model that matters less to 0',
    },
  ),
});
