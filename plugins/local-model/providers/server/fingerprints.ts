import { isHtml } from 'wooster';
import { embeddingServer, infinity, tei } from './fingerprints/embedding-servers.ts';
import { fieldsOf, type Fingerprint, type Looks, type Sighting } from './fingerprints/fingerprint.ts';
import { llamacpp, lmstudio, localai, ollama } from './fingerprints/native-servers.ts';
import { llamaCppPython, mlx, mlxOmniServer, mlxVlm, vllm } from './fingerprints/python-servers.ts';

export type { EngineId, Look, Looks, Sighting } from './fingerprints/fingerprint.ts';

/** Anything that lists models the OpenAI way. */
const generic: Fingerprint = {
  engine: 'openai-compatible',
  paths: ['/v1/models'],
  recognise: (looks) =>
    Array.isArray(fieldsOf(looks['/v1/models'])?.data) ? { name: 'an OpenAI-compatible server' } : undefined,
};

/** In the order in which they are believed: LocalAI imitates others, and anything may look like the generic one. */
export const FINGERPRINTS: readonly Fingerprint[] = [
  localai,
  ollama,
  llamacpp,
  tei,
  lmstudio,
  vllm,
  infinity,
  embeddingServer,
  mlx,
  mlxVlm,
  mlxOmniServer,
  llamaCppPython,
  generic,
];

/** The first engine that the answers fit. */
export function recognise(looks: Looks): Sighting | undefined {
  for (const fingerprint of FINGERPRINTS) {
    const found = fingerprint.recognise(looks);
    if (found !== undefined) return { engine: fingerprint.engine, ...found };
  }
  return undefined;
}

/** Whether what answered is a web page rather than a model server. */
export function isWebPage(looks: Looks): boolean {
  return Object.values(looks).some((look) => look !== undefined && isHtml(look.text));
}
