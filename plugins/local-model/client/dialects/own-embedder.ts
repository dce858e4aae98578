import type { EmbedderFacts, Pooling } from 'wooster';
import type { ListedModel } from './dialect.ts';
import { asList, asNumber, asObject, asText, type JsonFields } from './json-fields.ts';

const POOLINGS: readonly Pooling[] = ['mean', 'cls', 'last-token', 'unknown'];

function factsOf(id: string, meta: JsonFields): EmbedderFacts {
  const sha256 = asText(meta.sha256);
  return {
    name: asText(meta.name) ?? id,
    digest: sha256 && `sha256:${sha256}`,
    dimensions: asNumber(meta.dimensions),
    maxTokens: asNumber(meta.max_tokens),
    pooling: POOLINGS.find((pooling) => pooling === meta.pooling) ?? 'unknown',
    isNormalized: meta.normalized === true,
    queryPrefix: asText(meta.query_prefix) ?? '',
    documentPrefix: asText(meta.document_prefix) ?? '',
    quantization: asText(meta.quantization) ?? 'unknown',
    shorterDimensions: asList(meta.shorter_dimensions).flatMap((length) => asNumber(length) ?? []),
  };
}

/**
 * What the embedding server of Wooster tells in its list (`scripts/embedding_server`): all that makes the space of a model;
 * whatever it serves embeds and does nothing else. Nothing for the models of other servers.
 */
export function readOwnEmbedder(id: string, entry: JsonFields): Partial<ListedModel> {
  if (entry.owned_by !== 'wooster') return {};
  const capabilities = ['embedding'];
  const meta = asObject(entry.meta);
  if (meta === undefined) return { capabilities };
  const embedder = factsOf(id, meta);
  const { digest, quantization, dimensions, maxTokens: contextTokens } = embedder;
  return { capabilities, embedder, digest, weightsDigest: digest, quantization, dimensions, contextTokens };
}
