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
import { ollamaDialect } from '../../client/dialects/ollama-dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import { lazyLifecycle } from '../../lifecycle/lazy-lifecycle.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** At most so many models are asked about one by one. */
const MAX_SHOWN = 64;
const LONGEST_TITLE = 80;

async function running(client: LocalModelClient, call: ClientCall): Promise<ReadonlyMap<string, JsonFields>> {
  const models = asObjects(asObject(await client.read('/api/ps', call))?.models);
  return new Map(models.map((model) => [asText(model.model) ?? asText(model.name) ?? '', model]));
}

/** What `/api/show` told, by name and digest: it changes only with them, and lists are read often. */
const shown = new WeakMap<LocalModelClient, Map<string, Partial<ListedModel>>>();

/**
 * `/api/show` tells window and capabilities, which the lists of servers before 0.30 leave out, and of every version the
 * licence, the shape of the transformer (`model_info`) and the file of the weights.
 */
async function show(client: LocalModelClient, model: ListedModel, call: ClientCall): Promise<Partial<ListedModel>> {
  const answer = asObject(await client.read('/api/show', call, { model: model.id }));
  const facts = asObject(answer?.model_info) ?? {};
  const { factsOfValues } = await import('../../memory/gguf/gguf-facts.ts');
  const { shape, contextTokens, licence } = factsOfValues((key) => facts[key]);
  const architecture = asText(facts['general.architecture']) ?? '';
  return defined({
    contextTokens,
    dimensions: asNumber(facts[`${architecture}.embedding_length`]),
    capabilities: Array.isArray(answer?.capabilities) ? asList(answer.capabilities).map(String) : undefined,
    remoteHost: asText(answer?.remote_host),
    weightsDigest: weightsDigest(asText(answer?.modelfile)),
    shape,
    licence: licence ?? titleOf(asText(answer?.license)),
  });
}

/** A licence comes as its whole text, whose first line is its name. */
function titleOf(text: string | undefined): string | undefined {
  const title = text?.split('\n').find((line) => line.trim() !== '');
  return title?.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_TITLE);
}

/** A model with all that is told of it. What an old list lacks must be told; without the rest a model is still listed. */
async function completed(client: LocalModelClient, model: ListedModel, call: ClientCall): Promise<ListedModel> {
  const known = shown.get(client) ?? new Map<string, Partial<ListedModel>>();
  shown.set(client, known);
  const key = `${model.id} ${model.digest ?? ''}`;
  const told = known.get(key) ?? (await (needsShow(model) ? show(client, model, call) : tryShow(client, model, call)));
  if (model.digest !== undefined && told !== undefined) known.set(key, told);
  return { ...model, ...told };
}

async function tryShow(
  client: LocalModelClient,
  model: ListedModel,
  call: ClientCall,
): Promise<Partial<ListedModel> | undefined> {
  // A model of a cloud is described by its list.
  if (model.remoteHost !== undefined) return undefined;
  try {
    return await show(client, model, call);
  } catch (error) {
    if (call.signal.aborted || !isWoosterError(error)) throw error;
    return undefined;
  }
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
    const whole = position < MAX_SHOWN ? await completed(client, model, call) : model;
    const { context_length: window, size } = loaded.get(model.id) ?? {};
    const now = defined({ contextTokens: asNumber(window), memoryBytes: asNumber(size) });
    described.push({ ...whole, ...now, isLoaded: loaded.has(model.id) });
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
