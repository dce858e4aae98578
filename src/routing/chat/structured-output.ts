import type { StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
  assembleStructuredOutputPipeline,
  createContentParser,
} from '@langchain/core/language_models/structured_output';
import type { Runnable } from '@langchain/core/runnables';
import { toJsonSchema } from '@langchain/core/utils/json_schema';

/** A zod schema, another standard schema, or a JSON schema. */
export type OutputSchema = Parameters<typeof createContentParser>[0];

/** Asks for output that keeps to the schema and parses it; with `includeRaw` also gives the message. */
export function pipeToSchema(
  model: BaseChatModel,
  schema: OutputSchema,
  config: StructuredOutputMethodOptions<boolean> = {},
): Runnable {
  const json_schema = { name: config.name ?? 'answer', schema: toJsonSchema(schema), strict: true };
  const bound = model.withConfig({ response_format: { type: 'json_schema', json_schema } } as object);
  return assembleStructuredOutputPipeline(bound, createContentParser(schema), config.includeRaw, 'StructuredOutput');
}
