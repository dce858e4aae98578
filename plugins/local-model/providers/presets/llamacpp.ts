import type { ClientCall } from '../../client/chat-request.ts';
import type { ListedModel } from '../../client/dialects/dialect.ts';
import { asNumber, asObject, defined } from '../../client/dialects/json-fields.ts';
import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** The list says only `completion`; that the chat template takes tools and gives calls stands in `/props` (b10068). */
function wordsOf(model: ListedModel, props: Record<string, unknown> | undefined): readonly string[] | undefined {
  const template = asObject(props?.chat_template_caps);
  if (template?.supports_tools !== true || template.supports_tool_calls !== true) return model.capabilities;
  return [...(model.capabilities ?? ['completion']), 'tools'];
}

/** `/props` tells the window of a slot and what the template can; a router without a loaded model has none of it. */
async function describeModels(
  client: LocalModelClient,
  listed: readonly ListedModel[],
  call: ClientCall,
): Promise<readonly ListedModel[]> {
  if (listed.length !== 1) return listed;
  const props = asObject(await client.read('/props', call).catch(() => undefined));
  const window = asNumber(asObject(props?.default_generation_settings)?.n_ctx);
  const model = listed[0]!;
  const told = defined({ contextTokens: window, capabilities: wordsOf(model, props) });
  return [{ ...model, ...told, isLoaded: model.isLoaded ?? true }];
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
  pullHint: (model) => `start it with the model: "llama-server -m ${model}"`,
  engineCapabilities: { json: true },
  hasStrictModelNames: false,
  describeModels,
  isLoaded: async (client, model, call) => (await client.listModels(call)).find(({ id }) => id === model)?.isLoaded,
});
