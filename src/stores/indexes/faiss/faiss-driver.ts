import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DriverAvailability, VectorIndexDriver } from '../../../contracts/knowledge/vector-index.ts';
import { missingFaiss } from './missing-faiss.ts';

/** Where the package finds its native library, as its installer and scripts/build-faiss put it. */
const LIBRARY = join('build', 'Release', 'faiss-node.node');

/** Looks for the library without loading it; one that does not load shows when an index is opened. */
function look(): DriverAvailability {
  try {
    const manifest = createRequire(import.meta.url).resolve('faiss-node/package.json');
    if (existsSync(join(dirname(manifest), LIBRARY))) return { isAvailable: true };
    return { isAvailable: false, reason: missingFaiss('library', 'it is not there').message };
  } catch {
    // Not installed, which is as good a state as any other.
    return { isAvailable: false, reason: missingFaiss('package').message };
  }
}

/**
 * The native faiss library in a process of its own. It compares with every vector: of the approximate kinds faiss-node has
 * only one that finds nine in ten (HNSW with its search width fixed at 16), which is not worth a second index.
 */
export const FAISS_INDEX_DRIVER: VectorIndexDriver = {
  id: 'faiss',
  summary: 'compares with every vector in a process of its own; needs the optional package faiss-node',
  module: new URL(`./faiss-index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href,
  // Both compare with everything: 10,000 to 100,000 vectors of 384 take the same time within a tenth or two either way,
  // and the scan needs no process and no package. Who wants faiss names it in the settings.
  preferredFromRows: 1_000_000,
  availability: () => Promise.resolve(look()),
};
