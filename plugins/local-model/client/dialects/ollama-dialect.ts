import { readNdjson } from 'wooster';
import type { Dialect, StreamRecord } from './dialect.ts';
import { ollamaStreamReader, readOllamaEmbeddings, readOllamaModels, readOllamaReply } from './ollama-reply.ts';
import { toOllamaBody } from './ollama-request.ts';

async function* frames(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamRecord, void> {
  for await (const value of readNdjson(body)) yield { kind: 'value', value };
}

/** Ollama's own wire: `/api/chat` with one JSON value a line. It carries window, thinking and tool names, which its /v1 drops. */
export const ollamaDialect: Dialect = {
  id: 'ollama',
  chatUrl: (base) => `${base.root}/api/chat`,
  embedUrl: (base) => `${base.root}/api/embed`,
  modelsUrl: (base) => `${base.root}/api/tags`,
  chatBody: toOllamaBody,
  readReply: readOllamaReply,
  frames,
  streamReader: ollamaStreamReader,
  // Without `truncate: false` a text that is too long is cut, and its vector is of another text.
  embedBody: (texts, { model, dimensions, keepAlive }) => ({
    model,
    input: texts,
    truncate: false,
    dimensions,
    keep_alive: keepAlive,
  }),
  readEmbeddings: readOllamaEmbeddings,
  readModels: readOllamaModels,
};
