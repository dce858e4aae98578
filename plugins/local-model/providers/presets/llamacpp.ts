import { isWoosterError } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import type { ListedModel } from '../../client/dialects/dialect.ts';
import { asNumber, asObject, asText, defined } from '../../client/dialects/json-fields.ts';
import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import { lazyLifecycle } from '../../lifecycle/lazy-lifecycle.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** The list says only `completion`; that the chat template takes tools and gives calls stands in `/props` (b10068). */
function chatWords(model: ListedModel, props: Record<string, unknown> | undefined): readonly string[] | undefined {
  const template = asObject(props?.chat_template_caps);
  if (template?.supports_tools !== true || template.supports_tool_calls !== true) return model.capabilities;
  return [...(model.capabilities ?? ['completion']), 'tools'];
}

/**
 * Whether it was started with `--embeddings`, which its list does not tell: an empty request for embeddings is refused
 * with 501 where it was not and with 400 where it was, and makes nothing be computed (b10068).
 */
async function canEmbed(client: LocalModelClient, call: ClientCall): Promise<boolean> {
  const refusal: unknown = await client.read('/v1/embeddings', call, {}).catch((error: unknown) => error);
  return isWoosterError(refusal) && refusal.code === 'E_REJECTED';
}

/** What the header of the file told, by the path and size that the server names. */
const files = new WeakMap<LocalModelClient, Map<string, Partial<ListedModel>>>();

/** Facts of the file that `/props` names, where the server runs on this machine and the file can be read. */
async function fileFacts(
  client: LocalModelClient,
  path: string | undefined,
  call: ClientCall,
): Promise<Partial<ListedModel>> {
  if (path === undefined || !client.isLoopback) return {};
  const known = files.get(client) ?? new Map<string, Partial<ListedModel>>();
  files.set(client, known);
  const before = known.get(path);
  if (before !== undefined) return before;
  const [{ readGguf }, { factsOfHeader }] = await Promise.all([
    import('../../memory/gguf/read-gguf.ts'),
    import('../../memory/gguf/gguf-facts.ts'),
  ]);
  const header = await readGguf(path, call.signal);
  if (header === undefined) return {};
  const { shape, licence, quantization } = factsOfHeader(header);
  const facts = defined({ file: path, shape, licence, quantization });
  known.set(path, facts);
  return facts;
}

/**
 * `/props` tells the window of a slot and what the template can; a router of several models has none of it. A server for
 * embeddings answers no chat.
 */
async function describeModels(
  client: LocalModelClient,
  listed: readonly ListedModel[],
  call: ClientCall,
): Promise<readonly ListedModel[]> {
  const [model] = listed;
  if (model === undefined || listed.length > 1) return listed;
  // A model with a state belongs to a router, which would load it to answer.
  const isAlone = model.isLoaded === undefined;
  const [props, isEmbedder] = await Promise.all([
    client.read('/props', call).then(asObject, () => undefined),
    isAlone ? canEmbed(client, call) : false,
  ]);
  const contextTokens = asNumber(asObject(props?.default_generation_settings)?.n_ctx);
  const capabilities = isEmbedder ? ['embedding'] : chatWords(model, props);
  const facts = await fileFacts(client, asText(props?.model_path), call);
  return [{ ...model, ...facts, ...defined({ contextTokens, capabilities }), isLoaded: model.isLoaded ?? true }];
}

/** llama.cpp's llama-server: one model, or a router of several. It answers 503 to everything while it loads. */
export const llamacpp = definePreset({
  id: 'llamacpp',
  title: 'llama.cpp server',
  engine: 'llamacpp',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8080',
  knownEnv: ['LLAMACPP_BASE_URL', 'LLAMA_API_KEY'],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS.llamacpp,
  startHint: 'start it with "llama-server -m <model.gguf> --jinja"; new versions listen on port 9931 instead of 8080',
  startCommand: ({ host, port, model }) =>
    model?.endsWith('.gguf') === true
      ? ['llama-server', '--host', host, '--port', String(port), '-m', model, '--alias', model, '--jinja']
      : undefined,
  startNeeds: 'the path of a .gguf file as its model',
  pullHint: (model) => `start it with the model: "llama-server -m ${model}"`,
  engineCapabilities: { json: true },
  hasStrictModelNames: false,
  describeModels,
  isLoaded: async (client, model, call) => (await client.listModels(call)).find(({ id }) => id === model)?.isLoaded,
  lifecycle: lazyLifecycle(
    ['load', 'unload', 'loaded'],
    async () => (await import('../../lifecycle/engines/llamacpp-lifecycle.ts')).llamacppLifecycle,
    { evictionRemedy: 'start llama-server with --models-max 2 or more' },
  ),
});
