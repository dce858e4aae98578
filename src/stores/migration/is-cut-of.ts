import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { identityOf } from '../../kernel/spaces/space-identity.ts';

/**
 * True where vectors of one space, shortened and brought to length 1 again, are those of the other. That the model was
 * trained for the shorter length is seen to by whoever names that.
 */
export function isCutOf(whole: EmbeddingSpace, short: EmbeddingSpace): boolean {
  const { dimensions } = short;
  return whole.dimensions > dimensions && identityOf({ ...whole, dimensions }) === identityOf(short);
}
