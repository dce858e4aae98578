import { parametersOf, type CatalogueEntry, type ModelInfo, type PublishedSize } from 'wooster';
import type { MemoryInputs } from './estimate-memory.ts';

/** Window that is reckoned with where none is known or asked for: Ollama's on machines with less than 23 GiB of VRAM. */
const USUAL_CONTEXT = 4096;

/** What is known of a listed model that memory is reckoned from, for the window asked for, else its own. */
export function memoryInputsOf(model: ModelInfo, contextTokens?: number): MemoryInputs {
  const { sizeBytes, parameterCount, quantization, shape } = model;
  const parameters = parameterCount === undefined ? undefined : parametersOf(parameterCount.value);
  return {
    contextTokens: contextTokens ?? model.contextTokens?.value ?? USUAL_CONTEXT,
    ...(sizeBytes !== undefined && { weightsBytes: sizeBytes.value }),
    ...(parameters !== undefined && { parameters }),
    ...(quantization !== undefined && { quantization: quantization.value }),
    ...(shape !== undefined && { shape: shape.value }),
  };
}

/** The same of one published form of a model of the catalogue, which need not be on this machine. */
export function publishedInputsOf(entry: CatalogueEntry, size: PublishedSize, contextTokens?: number): MemoryInputs {
  const parameters = size.parameterCount ?? parametersOf(size.parameters);
  const window = Math.min(contextTokens ?? USUAL_CONTEXT, entry.contextTokens ?? Infinity);
  return {
    contextTokens: window,
    weightsBytes: size.bytes,
    ...(parameters !== undefined && { parameters }),
    ...(size.quantization !== undefined && { quantization: size.quantization }),
    ...(entry.shape !== undefined && { shape: entry.shape }),
  };
}
