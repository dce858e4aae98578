import type { RouteFilter } from '../../contracts/routing/strategy.ts';

const format = new Intl.NumberFormat('en-US');

/**
 * Rejects a model whose known window is smaller than prompt and reserved answer together; an unknown window stays in.
 * A request of embeddings holds many texts, each of which has the window for itself.
 */
export const contextFilter: RouteFilter = {
  id: 'context',
  reject: (candidate, request) => {
    const needed = request.needs.contextTokens;
    const window = candidate.model.contextTokens?.value;
    if (request.task === 'embed' || needed === undefined || window === undefined || needed <= window) return undefined;
    const text = `does not fit: needs ${format.format(needed)} tokens, window ${format.format(window)}`;
    return { filter: 'context', text };
  },
};
