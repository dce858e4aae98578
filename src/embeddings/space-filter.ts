import type { EmbedderFacts } from '../contracts/models/embedding-model.ts';
import type { RouteNeeds } from '../contracts/routing/route-request.ts';
import type { RouteFilter } from '../contracts/routing/strategy.ts';
import { isSameEmbedder } from '../kernel/embedder-facts.ts';
import { spaceOf } from './space.ts';

/** Lengths that the vectors of a model may have for a request: its own, or a shorter one it was trained for. */
function lengthsOf({ dimensions, shorterDimensions }: EmbedderFacts, wanted: number | undefined): readonly number[] {
  if (dimensions === undefined) return wanted === undefined ? [] : [wanted];
  return wanted !== undefined && shorterDimensions.includes(wanted) ? [dimensions, wanted] : [dimensions];
}

function whyNot(facts: EmbedderFacts, needs: RouteNeeds): string | undefined {
  if (needs.embedder !== undefined && !isSameEmbedder(facts.name, needs.embedder)) {
    return `is another model: ${facts.name}, wanted ${needs.embedder}`;
  }
  if (needs.spaceId === undefined) return undefined;
  const lengths = lengthsOf(facts, needs.dimensions);
  if (lengths.some((length) => spaceOf(facts, length).spaceId === needs.spaceId)) return undefined;
  const length = lengths.length === 0 ? 'vectors of unknown length' : `${lengths.join(' or ')} numbers`;
  return `makes another space: ${facts.name}, ${length}, quantization ${facts.quantization}`;
}

/**
 * Keeps calls of embeddings to models that are known to embed, to the one that is wanted, and to targets that make the
 * wanted space; the length alone never counts as the same space.
 */
export const spaceFilter: RouteFilter = {
  id: 'space',
  reject: ({ model }, { task, needs }) => {
    if (task !== 'embed') return undefined;
    const facts = model.embedder?.value;
    // What cannot embed at all is the capability filter's to say.
    if (facts === undefined && model.capabilities.embed?.value === false) return undefined;
    const text = facts === undefined ? 'is not known to make embeddings' : whyNot(facts, needs);
    return text === undefined ? undefined : { filter: 'space', text };
  },
};
