import { isWoosterError } from '../../../contracts/errors/wooster-error.ts';
import type { DriverAvailability, VectorIndexDriver } from '../../../contracts/knowledge/vector-index.ts';
import { FaissProcess } from './faiss-process.ts';

/** Whether the library loads does not change while the program runs, once it did. */
let loaded: Promise<DriverAvailability> | undefined;

async function tryToLoad(): Promise<DriverAvailability> {
  try {
    const trial = await FaissProcess.start('of the trial');
    await trial.stop();
    return { isAvailable: true };
  } catch (error) {
    loaded = undefined;
    if (!isWoosterError(error)) throw error;
    return { isAvailable: false, reason: error.message };
  }
}

/** The native faiss library in a process of its own; exact, as its approximate kinds lose one in ten. */
export const FAISS_INDEX_DRIVER: VectorIndexDriver = {
  id: 'faiss',
  summary: 'compares with every vector in a process of its own; needs the optional package faiss-node',
  module: new URL(`./faiss-index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href,
  preferredFromRows: 1_000_000,
  availability: () => (loaded ??= tryToLoad()),
};
