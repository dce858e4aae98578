import { formatBytes } from '../weights/file-faults.ts';
import type { ManagedEndpoint, ManagedModel } from './operations.ts';

/** A time for people: `0.8 s`, `1 min 12 s`. */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function place({ address }: ManagedEndpoint): string {
  return address === undefined ? 'inside Wooster' : `at ${address}`;
}

function lines({ endpoints }: ManagedModel, say: (endpoint: ManagedEndpoint) => string): string {
  return endpoints.map(say).join('\n');
}

/** `ollama:llama3.2:3b is at 127.0.0.1:11434: 2.02 GB in 34.1 s`. */
export function renderPulled(model: ManagedModel): string {
  return lines(model, (endpoint) => {
    const { sizeBytes, seconds } = endpoint;
    const size = sizeBytes === undefined ? 'fetched' : formatBytes(sizeBytes);
    return `${model.ref} is ${place(endpoint)}: ${size} in ${duration(seconds)}`;
  });
}

function memory({ sizeBytes, vramBytes, contextTokens }: ManagedEndpoint): string {
  const card =
    vramBytes === undefined || vramBytes === 0 ? '' : ` (${formatBytes(vramBytes)} of it on a graphics card)`;
  const parts = [
    ...(sizeBytes === undefined ? [] : [`it takes ${formatBytes(sizeBytes)}${card}`]),
    ...(contextTokens === undefined ? [] : [`context ${contextTokens.toLocaleString('en-US')} tokens`]),
  ];
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`;
}

/** `ollama:llama3.2:3b is loaded at 127.0.0.1:11434 in 2.3 s; it takes 2.50 GB, context 4,096 tokens`. */
export function renderLoaded(model: ManagedModel): string {
  return lines(model, (endpoint) => {
    const how = endpoint.wasLoaded === true ? 'was loaded already' : `is loaded`;
    const time = endpoint.wasLoaded === true ? '' : ` in ${duration(endpoint.seconds)}`;
    return `${model.ref} ${how} ${place(endpoint)}${time}${memory(endpoint)}`;
  });
}

/** `ollama:llama3.2:3b is unloaded at 127.0.0.1:11434; 2.50 GB are free again`. */
export function renderUnloaded(model: ManagedModel): string {
  return lines(model, (endpoint) => {
    if (endpoint.wasLoaded === false) return `${model.ref} was not loaded ${place(endpoint)}`;
    const { sizeBytes } = endpoint;
    const freed = sizeBytes === undefined ? '' : `; ${formatBytes(sizeBytes)} are free again`;
    return `${model.ref} is unloaded ${place(endpoint)}${freed}`;
  });
}
