import { isHtml, MalformedReplyError, parseJson, readEventStream } from 'wooster';
import type { Dialect, StreamRecord } from './dialect.ts';
import { openAIStreamReader, readOpenAIEmbeddings, readOpenAIModels, readOpenAIReply } from './openai-reply.ts';
import { toOpenAIBody } from './openai-request.ts';

async function* frames(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamRecord, void> {
  for await (const { data } of readEventStream(body)) {
    if (data.trim() === '[DONE]') {
      yield { kind: 'done' };
      continue;
    }
    const value = parseJson(data);
    if (value === undefined) {
      throw new MalformedReplyError(
        isHtml(data) ? 'an HTML page in a stream' : `an event that is no JSON: ${data.slice(0, 80)}`,
      );
    }
    yield { kind: 'value', value };
  }
}

/** The OpenAI wire as local servers speak it: `/v1/chat/completions` over an event stream. */
export const openAIDialect: Dialect = {
  id: 'openai',
  chatUrl: (base) => `${base.api}/chat/completions`,
  embedUrl: (base) => `${base.api}/embeddings`,
  modelsUrl: (base) => `${base.api}/models`,
  chatBody: toOpenAIBody,
  readReply: readOpenAIReply,
  frames,
  streamReader: openAIStreamReader,
  // Without `float`, some servers and clients exchange base64 that others decode into garbage of a quarter of the length.
  embedBody: (texts, { model, dimensions, inputType }) => ({
    model,
    input: texts,
    encoding_format: 'float',
    dimensions,
    input_type: inputType,
  }),
  readEmbeddings: readOpenAIEmbeddings,
  readModels: readOpenAIModels,
};
