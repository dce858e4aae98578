import { EMBEDDERS, findEmbedder, isSameEmbedder, type Extensions } from 'wooster';

/** Whether two names mean one embedding model, by the catalogue and, for models it does not know, by their spelling. */
export function isSameModel(extensions: Extensions, left: string, right: string): boolean {
  const entries = extensions.list(EMBEDDERS);
  const [one, other] = [findEmbedder(left, entries), findEmbedder(right, entries)];
  return one === undefined || other === undefined ? isSameEmbedder(left, right) : one.id === other.id;
}
