/** The child process that serves an embedding model by transformers.js. */
import { EmbeddingEndpoint } from './embedding/embedding-endpoint.ts';
import { OnnxEmbedder } from './embedding/onnx-embedder.ts';
import { runEngineChild } from './engine-child.ts';
import type { EmbeddingSettings } from './engine-messages.ts';

runEngineChild<EmbeddingSettings>(async (settings) => {
  const embedder = await OnnxEmbedder.load(settings);
  return { service: new EmbeddingEndpoint(embedder, settings), model: embedder.facts };
});
