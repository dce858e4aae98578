import { toModelRef, type Fact, type ModelInfo, type ToolWay } from 'wooster';
import type { EmbedderWeights } from '../../catalogue/weights-entry.ts';
import type { EmbeddedPort } from './embedded-port.ts';

function known<T>(value: T): Fact<T> {
  return { value, origin: 'catalogue' };
}

function knownIf<T>(value: T | undefined): Fact<T> | undefined {
  return value === undefined ? undefined : known(value);
}

/** An engine with grammars brings any model to call tools by itself; others are asked in words. */
export function embeddedToolWays(entry: { readonly canJson?: boolean }): readonly ToolWay[] {
  return [entry.canJson === false ? 'prompt' : 'native'];
}

/** What the catalogue of weights, or a model's own files, say of the configured chat model; undefined for an unknown id. */
export async function chatModelInfo(providerId: string, port: EmbeddedPort): Promise<ModelInfo | undefined> {
  const { modelId, contextTokens } = port;
  const entry = await port.entry();
  if (entry === undefined) return undefined;
  return {
    ref: toModelRef(providerId, modelId),
    providerId,
    modelId,
    capabilities: {
      chat: known(true),
      json: known(entry.canJson ?? true),
      tools: known(entry.tools === 'grammar'),
      embed: known(false),
      vision: known(false),
      reasoning: known(false),
    },
    toolWays: known(embeddedToolWays(entry)),
    locality: { value: 'local', origin: 'config' },
    contextTokens:
      contextTokens === undefined
        ? undefined
        : { value: Math.min(contextTokens, entry.contextTokens ?? contextTokens), origin: 'config' },
    sizeBytes: knownIf(entry.bytes),
    parameterCount: knownIf(entry.parameterCount),
    quantization: knownIf(entry.quantization),
    memoryMiB: knownIf(entry.memoryMiB),
    digest: knownIf(entry.sha256 && `sha256:${entry.sha256}`),
    isLoaded: { value: port.isRunning(), origin: 'server' },
  };
}

/** What the catalogue of weights says of an embedder; its name, prefixes and pooling come from the catalogue of embedders. */
export function embedderModelInfo(providerId: string, entry: EmbedderWeights, isLoaded: boolean): ModelInfo {
  const { id: modelId, files } = entry;
  return {
    ref: toModelRef(providerId, modelId),
    providerId,
    modelId,
    capabilities: { embed: known(true), chat: known(false) },
    locality: { value: 'local', origin: 'config' },
    contextTokens: known(entry.maxTokens),
    sizeBytes: known(files.model.bytes + files.tokenizer.bytes),
    parameterCount: known(entry.parameterCount),
    quantization: known(entry.quantization),
    memoryMiB: known(entry.memoryMiB),
    digest: known(`sha256:${files.model.sha256}`),
    isLoaded: { value: isLoaded, origin: 'server' },
  };
}
