import type { EmbedOptions, UsageLedger } from '../../src/index.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig } from './embedding-rig.ts';
import type { EmbedderDouble } from './embedding-rig.ts';

/** Embeds as a document, never aborted. */
export const DOCUMENT: EmbedOptions = { role: 'document', signal: NEVER };

/** A server with one embedding model of eight dimensions. */
export function oneServer(): EmbedderDouble {
  return embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }]);
}

/** The embeddings of a purpose over one server, with what the server was asked since. */
export async function open(server = oneServer(), ports: { ledger?: UsageLedger } = {}) {
  const rig = embeddingRig({ providers: [server], ...ports });
  const embeddings = await rig.factory.for('projects', NEVER);
  server.provider.requests.splice(0);
  return { ...rig, embeddings, requests: server.provider.requests, provider: server.provider };
}

/** `text 0`, `text 1`, ... */
export const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `text ${number}`);
