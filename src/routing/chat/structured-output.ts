import type { StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { OutputSchema } from './structured/answer-schema.ts';
import { StructuredOutput } from './structured/structured-output.ts';

/**
 * Asks a model for answers of a schema, checked and streamed; with `includeRaw` also gives the message. A function makes
 * the model anew for each answer, so that what belongs to one answer can be kept together.
 */
export function pipeToSchema(
  model: BaseChatModel | (() => BaseChatModel),
  schema: OutputSchema,
  config: StructuredOutputMethodOptions<boolean> = {},
): StructuredOutput {
  return new StructuredOutput({ modelOf: typeof model === 'function' ? model : () => model, schema, config });
}
