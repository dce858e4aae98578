import type { VectorIndexDriver } from '../../../contracts/knowledge/vector-index.ts';

/** The index that is always there: a scan of everything over shared memory. */
export const EXACT_INDEX_DRIVER: VectorIndexDriver = {
  id: 'exact',
  summary: 'compares with every vector; needs nothing installed and finds the true nearest',
  module: new URL(`./exact-index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href,
  preferredFromRows: 0,
  availability: () => Promise.resolve({ isAvailable: true }),
};
