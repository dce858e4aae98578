import { AIMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';

function isEmpty(fields: object | undefined): boolean {
  return fields === undefined || Object.keys(fields).length === 0;
}

/** Nothing but text, so that joining it with its like is joining texts. */
function isText({ message, generationInfo }: ChatGenerationChunk): boolean {
  if (!(message instanceof AIMessageChunk) || typeof message.content !== 'string') return false;
  const { additional_kwargs, response_metadata, usage_metadata, tool_call_chunks, tool_calls } = message;
  return (
    isEmpty(generationInfo) &&
    isEmpty(additional_kwargs) &&
    isEmpty(response_metadata) &&
    usage_metadata === undefined &&
    isEmpty(tool_call_chunks) &&
    isEmpty(tool_calls) &&
    message.name === undefined
  );
}

/**
 * The pieces of an answer as one, as LangChain's `concat` joins them; undefined for none. That copies every field of the
 * whole for each piece, so pieces of text alone are joined before.
 */
export function joinChunks(chunks: readonly ChatGenerationChunk[]): ChatGenerationChunk | undefined {
  let joined: ChatGenerationChunk | undefined;
  let texts: ChatGenerationChunk[] = [];
  const take = (chunk: ChatGenerationChunk): void => {
    joined = joined?.concat(chunk) ?? chunk;
  };
  const flush = (): void => {
    const [first] = texts;
    if (first !== undefined) take(texts.length === 1 ? first : joinTexts(texts));
    texts = [];
  };
  for (const chunk of chunks) {
    if (isText(chunk)) texts.push(chunk);
    else {
      flush();
      take(chunk);
    }
  }
  flush();
  return joined;
}

function joinTexts(texts: readonly ChatGenerationChunk[]): ChatGenerationChunk {
  const id = texts.find(({ message }) => message.id !== undefined)?.message.id;
  const content = texts.map(({ message }) => message.content as string).join('');
  const message = new AIMessageChunk({ id, content });
  return new ChatGenerationChunk({ text: texts.map(({ text }) => text).join(''), message });
}
