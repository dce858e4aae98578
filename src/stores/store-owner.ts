import type { EmbeddingOwner, EmbeddingPurpose } from '../contracts/models/embedding-model.ts';

/** Whose texts a store holds: a project's, or the user's own. */
export function ownerOf({
  purpose,
  name,
}: {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
}): EmbeddingOwner {
  return purpose === 'projects' ? { project: name } : {};
}
