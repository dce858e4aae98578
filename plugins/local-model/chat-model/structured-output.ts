import type { StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import {
  assembleStructuredOutputPipeline,
  createContentParser,
  createFunctionCallingParser,
} from '@langchain/core/language_models/structured_output';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Runnable } from '@langchain/core/runnables';
import { toJsonSchema } from '@langchain/core/utils/json_schema';
import { InputRejectedError } from 'wooster';
import type { LocalChatCallOptions } from './call-options.ts';

/** A zod schema, a standard schema, or a JSON schema. */
export type OutputSchema = Parameters<typeof createContentParser>[0];

type Model = BaseChatModel<LocalChatCallOptions>;
type Pipeline = ReturnType<typeof assembleStructuredOutputPipeline>;

function nameOf(schema: OutputSchema, name: string | undefined): string {
  if (name !== undefined) return name;
  const { title, name: own } = schema as { title?: unknown; name?: unknown };
  const found = typeof title === 'string' ? title : own;
  return typeof found === 'string' && /^[\w-]{1,64}$/.test(found) ? found : 'answer';
}

/**
 * A chain of the model and a parser of its answer. `jsonSchema` (the default) constrains the answer on the server;
 * `functionCalling` asks for a call of one tool; `jsonMode` asks for any JSON and trusts the prompt. With `includeRaw`
 * the result is `{raw, parsed}` and `parsed` is null where the answer does not fit.
 */
export function withSchema(
  model: Model,
  schema: OutputSchema,
  config: StructuredOutputMethodOptions<boolean> = {},
): Pipeline {
  const { method = 'jsonSchema', includeRaw } = config;
  const strict = config.strict === undefined ? {} : { strict: config.strict };
  const name = nameOf(schema, config.name);
  if (method === 'functionCalling') {
    const tool = {
      type: 'function',
      function: { name, description: `Gives the ${name}.`, parameters: toJsonSchema(schema), ...strict },
    };
    const bound = model.bindTools!([tool], { tool_choice: name });
    return assembleStructuredOutputPipeline(bound as Runnable, createFunctionCallingParser(schema, name), includeRaw);
  }
  const format =
    method === 'jsonMode'
      ? { type: 'json_object' }
      : { type: 'json_schema', json_schema: { name, schema: toJsonSchema(schema), ...strict } };
  if (method !== 'jsonMode' && method !== 'jsonSchema') {
    throw new InputRejectedError(`structured output by ${method}: use jsonSchema, functionCalling or jsonMode`);
  }
  const bound = model.withConfig({ response_format: format });
  return assembleStructuredOutputPipeline(bound as Runnable, createContentParser(schema), includeRaw);
}
