/** `provider:model`; the provider id ends at the first colon, so `ollama:llama3.2:3b` is model `llama3.2:3b` of `ollama`. */
export type ModelRef = `${string}:${string}`;

/** Joins a provider id and a model id. */
export function toModelRef(providerId: string, modelId: string): ModelRef {
  return `${providerId}:${modelId}`;
}

/** Splits a reference at its first colon; undefined when there is no provider or no model. */
export function parseModelRef(text: string): { providerId: string; modelId: string } | undefined {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) return undefined;
  return { providerId: text.slice(0, colon), modelId: text.slice(colon + 1) };
}
