import { MissingDependencyError } from '../../../contracts/errors/resource-errors.ts';

const INSTALL = 'npm install faiss-node@0.5.1';
const BUILD = 'node scripts/build-faiss/build-faiss.mjs in a clone, npm rebuild faiss-node elsewhere';

/** What to do where the package, or its native library, cannot be used. */
export function missingFaiss(what: 'package' | 'library', detail = ''): MissingDependencyError {
  const install = what === 'package' ? INSTALL : BUILD;
  const problem = what === 'package' ? 'faiss-node is not installed' : `the native library of faiss-node: ${detail}`;
  return new MissingDependencyError(`${problem}; ${install}`, { dependency: 'faiss-node', install });
}
