import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { can, type ServedModel, type World } from '../../world.ts';

/** What llama-server tells of a loaded model. */
export function loadedMeta(model: ServedModel): Record<string, unknown> {
  return {
    vocab_type: 2,
    n_vocab: 151_936,
    n_ctx: model.contextLength,
    n_ctx_train: model.contextLength * 8,
    n_embd: model.dimensions,
    n_params: 630_167_424,
    size: model.sizeBytes,
    ftype: 'Q4_K - Medium',
  };
}

/** `/v1/models` with one model: the list comes twice, in Ollama's manner and in OpenAI's. */
export function llamacppModels(_call: Call, world: World, headers: Record<string, string>): Reply {
  const models = world.models.slice(0, 1);
  const details = {
    parent_model: '',
    format: 'gguf',
    family: '',
    families: [''],
    parameter_size: '',
    quantization_level: '',
  };
  return jsonReply(
    200,
    {
      models: models.map(({ id }) => ({
        name: id,
        model: id,
        modified_at: '',
        size: '',
        digest: '',
        type: 'model',
        description: '',
        tags: [''],
        capabilities: ['completion'],
        parameters: '',
        details,
      })),
      object: 'list',
      data: models.map((model) => ({
        id: model.id,
        aliases: [model.id],
        tags: [],
        object: 'model',
        created: 1_795_265_822,
        owned_by: 'llamacpp',
        meta: loadedMeta(model),
      })),
    },
    headers,
  );
}

/** `/props`: the fields a client reads; the sampling parameters are shortened. */
export function llamacppProps(_call: Call, world: World, headers: Record<string, string>): Reply {
  const model = world.models[0];
  const hasTools = model !== undefined && can(model, 'tools');
  return jsonReply(
    200,
    {
      default_generation_settings: {
        params: { seed: 4_294_967_295, temperature: 0.8, max_tokens: -1, stream: false },
        n_ctx: model?.contextLength ?? 0,
      },
      total_slots: 4,
      model_alias: model?.id ?? '',
      model_ftype: 'Q4_K - Medium',
      model_path: `${model?.id ?? ''}.gguf`,
      modalities: { vision: model !== undefined && can(model, 'vision'), video: false, audio: false },
      endpoint_slots: true,
      endpoint_props: false,
      endpoint_metrics: false,
      chat_template: hasTools ? '{%- if tools %}{{ tools | tojson }}{% endif %}' : '{{ messages }}',
      chat_template_caps: { supports_tools: hasTools, supports_tool_calls: hasTools, supports_system_role: true },
      bos_token: '<|endoftext|>',
      eos_token: '<|im_end|>',
      build_info: 'b10068-571d0d5',
      is_sleeping: false,
    },
    headers,
  );
}
