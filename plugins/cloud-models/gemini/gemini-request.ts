import { AIMessage, HumanMessage, type BaseMessage, type MessageContent } from '@langchain/core/messages';
import { asFields, type Fields } from '../common/watched-reply.ts';
import { toGeminiSchema } from './gemini-schema.ts';
import type { Signatures } from './gemini-watch.ts';

/** Generations that refuse a call without the signature it was made with. */
const NEEDS_SIGNATURE = /^gemini-(?:[3-9]|\d\d)/;

/** What Google's guide to thought signatures names for calls that another model made. */
const FOREIGN_CALL = 'skip_thought_signature_validator';

/** A picture in the form the package reads; it passes LangChain's own block on as it is. */
function fitBlock(block: Fields): Fields {
  const { type, mimeType, data } = block;
  if (type !== 'image' || typeof mimeType !== 'string' || block.source_type !== undefined) return block;
  const base64 = data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
  if (typeof base64 !== 'string') return block;
  return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${base64}` } };
}

function fitHuman(message: BaseMessage): BaseMessage {
  if (typeof message.content === 'string') return message;
  const blocks: readonly Fields[] = message.content.map(asFields);
  const fitted = blocks.map(fitBlock);
  if (fitted.every((block, index) => block === blocks[index])) return message;
  return new HumanMessage({ content: fitted as unknown as MessageContent });
}

/** An answer as parts: the package leaves out calls that are not among the blocks of the content. */
function fitAnswer(message: AIMessage, modelId: string): AIMessage {
  const calls = message.tool_calls ?? [];
  const { thought_signatures } = message.additional_kwargs as { thought_signatures?: Signatures };
  const signatures: Signatures = thought_signatures ?? {};
  const seal = (key: string | undefined): Fields => {
    const signature = signatures[key ?? ''];
    return signature === undefined ? {} : { thoughtSignature: signature };
  };
  const text = message.text === '' ? [] : [{ type: 'text', text: message.text, ...seal('') }];
  const isForeign = NEEDS_SIGNATURE.test(modelId) && !calls.some(({ id }) => id !== undefined && id in signatures);
  const parts = calls.map(({ id, name, args }, index) => ({
    type: 'functionCall',
    functionCall: { id, name, args },
    ...(isForeign && index === 0 ? { thoughtSignature: FOREIGN_CALL } : seal(id)),
  }));
  return new AIMessage({ content: [...text, ...parts] as unknown as MessageContent, tool_calls: calls });
}

/** Messages as the package must get them, with signatures where they were. */
export function toGeminiMessages(messages: readonly BaseMessage[], modelId: string): BaseMessage[] {
  return messages.map((message) => {
    const kind = message.getType();
    if (kind === 'ai') return fitAnswer(message as AIMessage, modelId);
    return kind === 'human' ? fitHuman(message) : message;
  });
}

/** The options of a call in the package's words; the router gives them in OpenAI's. */
export function toGeminiOptions<Options extends object>(options: Options): Options {
  const { response_format, tool_choice, stop } = options as {
    response_format?: unknown;
    tool_choice?: unknown;
    stop?: unknown;
  };
  const { type, json_schema } = asFields(response_format);
  const named = asFields(asFields(tool_choice).function).name;
  return {
    ...options,
    ...(type === 'json_schema' && { responseSchema: toGeminiSchema(asFields(json_schema).schema) }),
    ...(typeof named === 'string' && { tool_choice: named }),
    ...(Array.isArray(stop) && { stopSequences: stop }),
  };
}
