import type { EmbedderFacts, EmbeddingSpace } from '../contracts/models/embedding-model.ts';
import { spaceIdOf } from '../kernel/spaces/space-identity.ts';

/** The space of a model whose vectors are `dimensions` long: what is known of it decides, not who serves it. */
export function spaceOf(facts: EmbedderFacts, dimensions: number): EmbeddingSpace {
  const { name, digest, pooling, isNormalized, queryPrefix, documentPrefix, quantization } = facts;
  const identity = {
    weights: digest ?? name,
    dimensions,
    pooling,
    isNormalized,
    queryPrefix,
    documentPrefix,
    quantization,
  };
  return { spaceId: spaceIdOf(identity), name, ...identity };
}
